internal import CZlib

/// Makes gzip members (RFC 1952), one per call, without time or name in them, so that equal input
/// gives equal output. One compressor serves many pages: setting up costs more than a small page.
final class GzipCompressor {
  // zlib keeps the stream's address, so it must not move.
  private let stream: UnsafeMutablePointer<z_stream>

  /// What zlib looks for in the bytes.
  enum Effort {
    /// How often each byte comes, nothing else.
    case frequencies
    /// Also repeated strings, the first that are found: zlib's level 1.
    case quick
    /// Also repeated strings, with patience: zlib's level 6.
    case thorough
  }

  init(_ effort: Effort) throws(ParquetError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 window bits, and 16 more for a gzip member; 8 is zlib's default memory level.
    let status = deflateInit2_(
      stream, effort == .thorough ? 6 : 1, Z_DEFLATED, 15 + 16, 8,
      effort == .frequencies ? Z_HUFFMAN_ONLY : Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      CInt(MemoryLayout<z_stream>.size))
    if status != Z_OK {
      throw ParquetError("zlib cannot start to compress (status \(status))")
    }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// The gzip form of `bytes`; nil when it would not be smaller than `limit` bytes.
  func compress(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
    if limit <= 0 { return nil }
    var complete = false
    let result = [UInt8](unsafeUninitializedCapacity: limit) { output, used in
      bytes.withUnsafeBufferPointer { input in
        deflateReset(stream)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(limit)
        complete = deflate(stream, Z_FINISH) == Z_STREAM_END
        used = complete ? limit - Int(stream.pointee.avail_out) : 0
      }
    }
    return complete && result.count < limit ? result : nil
  }
}

enum Gzip {
  /// Deflate spends at least one bit for 258 bytes (zlib's technical notes), so no member unpacks
  /// to more than this many times its size.
  private static let greatestRatio = 1032

  /// Unpacks the one gzip member in `bytes[range]`, which must give exactly `size` bytes.
  static func decompress(
    _ bytes: [UInt8], _ range: Range<Int>, size: Int
  ) throws(ParquetError) -> [UInt8] {
    guard size <= range.count * greatestRatio else {
      throw ParquetError(
        at: range.lowerBound, "\(range.count) gzip bytes cannot unpack to the stated \(size)")
    }
    var status = Z_OK
    var leftOver = 0
    // One byte more than stated, so that a longer content shows.
    let result = [UInt8](unsafeUninitializedCapacity: size + 1) { output, used in
      bytes.withUnsafeBufferPointer { input in
        // zlib keeps the stream's address, so it must not move.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        defer { stream.deallocate() }
        stream.initialize(to: z_stream())
        status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { return }
        let member = UnsafeBufferPointer(rebasing: input[range])
        stream.pointee.next_in = UnsafeMutablePointer(mutating: member.baseAddress)
        stream.pointee.avail_in = UInt32(member.count)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(size + 1)
        status = inflate(stream, Z_FINISH)
        leftOver = Int(stream.pointee.avail_in)
        used = size + 1 - Int(stream.pointee.avail_out)
        inflateEnd(stream)
      }
    }
    guard status == Z_STREAM_END, result.count == size, leftOver == 0 else {
      throw ParquetError(
        at: range.lowerBound, "damaged gzip member (zlib status \(status), expected \(size) bytes)")
    }
    return result
  }
}
