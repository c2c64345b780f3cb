internal import CZlib

/// One of zlib's compressors.
final class Deflation {
  // zlib keeps the stream's address, so it must not move.
  private let stream: UnsafeMutablePointer<z_stream>

  /// What is written around the compressed bytes.
  enum Wrapping {
    case gzip
    /// Nothing.
    case none
  }

  /// What is looked for in the input.
  enum Strategy {
    /// Repeated strings, and how often each byte comes.
    case usual
    /// The same, for small numbers that are distributed at random: short strings do not count.
    case filtered
    /// How often each byte comes, and runs of one byte.
    case runs
    /// How often each byte comes, nothing else.
    case frequencies

    fileprivate var code: CInt {
      switch self {
      case .usual: Z_DEFAULT_STRATEGY
      case .filtered: Z_FILTERED
      case .runs: Z_RLE
      case .frequencies: Z_HUFFMAN_ONLY
      }
    }
  }

  /// How much of the input is to come out.
  enum Flush {
    /// All, so that the output ends with a whole byte and more may follow.
    case synchronize
    /// All, and the end of the stream.
    case finish
  }

  /// - Parameter level: zlib's, 1 to 9.
  init(_ wrapping: Wrapping, level: CInt, _ strategy: Strategy = .usual) throws(GzipError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 window bits: negative for none, and 16 more for gzip; 8 is zlib's default memory level.
    let status = deflateInit2_(
      stream, level, Z_DEFLATED, wrapping == .gzip ? 15 + 16 : -15, 8,
      strategy.code, ZLIB_VERSION,
      CInt(MemoryLayout<z_stream>.size))
    if status != Z_OK { throw GzipError("zlib cannot start to compress (status \(status))") }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// The most bytes that so many can become.
  func bound(_ count: Int) -> Int { Int(deflateBound(stream, UInt(count))) }

  /// Compresses `input` from a fresh start; nil when the output takes more than `limit` bytes.
  ///
  /// - Parameter dictionary: what came before the input, at most 32 KiB of it, which it may repeat.
  func compress(
    _ input: UnsafeBufferPointer<UInt8>, after dictionary: UnsafeBufferPointer<UInt8>? = nil,
    _ flush: Flush, limit: Int
  ) -> [UInt8]? {
    var isComplete = false
    let result = [UInt8](unsafeUninitializedCapacity: limit) { output, used in
      deflateReset(stream)
      if let dictionary {
        deflateSetDictionary(stream, dictionary.baseAddress, UInt32(dictionary.count))
      }
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.pointee.avail_in = UInt32(input.count)
      stream.pointee.next_out = output.baseAddress
      stream.pointee.avail_out = UInt32(limit)
      switch flush {
      case .finish: isComplete = deflate(stream, Z_FINISH) == Z_STREAM_END
      // A flush is complete where room is left over (zlib's manual, deflate).
      case .synchronize:
        isComplete = deflate(stream, Z_SYNC_FLUSH) == Z_OK && stream.pointee.avail_out > 0
      }
      used = isComplete ? limit - Int(stream.pointee.avail_out) : 0
    }
    return isComplete ? result : nil
  }
}
