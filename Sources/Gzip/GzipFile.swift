internal import CZlib
import Parallel

/// Compresses a file piece by piece into one gzip member (RFC 1952), without time or name in it.
///
/// The content is cut into blocks that several threads compress, each knowing the 32 KiB before it, as
/// pigz does. Where it is cut does not depend on the pieces or on the threads, so that equal content
/// gives equal bytes.
///
///     var gzip = GzipFile(threads: 2)
///     while let piece = read() { write(try await gzip.append(piece)) }
///     write(try await gzip.finish())
public struct GzipFile: Sendable {
  /// Content bytes that a thread compresses at a time.
  static let blockSize = 1 << 18
  /// What deflate can look back on (RFC 1951, 2).
  private static let windowSize = 1 << 15
  /// Magic, deflate, no flags, no time, nothing of the effort, written on Unix.
  private static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]

  private let threads: Int
  private let level: CInt
  /// The last bytes compressed, at most a window of them, and after them those that are to be.
  private var pending: [UInt8] = []
  private var compressedCount = 0
  private var checksum: UInt = 0
  private var size: UInt32 = 0
  private var hasHeader = false

  /// - Parameter level: zlib's, 1 to 9.
  public init(threads: Int, level: Int = 6) {
    self.threads = threads
    self.level = CInt(level)
  }

  /// Takes content; returns what of the file is ready.
  public mutating func append(_ content: [UInt8]) async throws(GzipError) -> [UInt8] {
    checksum = content.withUnsafeBufferPointer {
      crc32_z(checksum, $0.baseAddress, content.count)
    }
    size = size &+ UInt32(truncatingIfNeeded: content.count)
    pending += content
    let blocks = (pending.count - compressedCount) / Self.blockSize
    // Few blocks would leave threads idle.
    return blocks < 2 * threads ? [] : try await compress(upTo: blocks * Self.blockSize)
  }

  /// The end of the file.
  public mutating func finish() async throws(GzipError) -> [UInt8] {
    var end = try await compress(upTo: pending.count - compressedCount)
    // A last block, without content.
    end += [0x03, 0x00]
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: checksum).littleEndian) { end += $0 }
    withUnsafeBytes(of: size.littleEndian) { end += $0 }
    return end
  }

  /// Compresses so many of the pending bytes.
  private mutating func compress(upTo count: Int) async throws(GzipError) -> [UInt8] {
    let (pending, start, level) = (pending, compressedCount, level)
    let end = start + count
    let parts: [[UInt8]]
    do {
      parts = try await parallelRanges(count: count, length: Self.blockSize, threads: threads) {
        try pending.block($0.lowerBound + start..<$0.upperBound + start, level: level)
      }
    } catch {
      throw error as? GzipError ?? GzipError("\(error)")
    }
    compressedCount = min(end, Self.windowSize)
    self.pending.removeFirst(end - compressedCount)
    defer { hasHeader = true }
    return Array((hasHeader ? [] : [Self.header]) + parts).flatMap { $0 }
  }

  fileprivate static func window(before place: Int) -> Range<Int> {
    max(0, place - windowSize)..<place
  }
}

extension [UInt8] {
  /// A part of the bytes as deflate blocks that end with a whole byte.
  fileprivate func block(_ range: Range<Int>, level: CInt) throws(GzipError) -> [UInt8] {
    let deflation = try Deflation(.none, level: level)
    let packed = withUnsafeBufferPointer { bytes in
      deflation.compress(
        UnsafeBufferPointer(rebasing: bytes[range]),
        after: UnsafeBufferPointer(rebasing: bytes[GzipFile.window(before: range.lowerBound)]),
        // The mark of a flush takes five bytes.
        .synchronize, limit: deflation.bound(range.count) + 16)
    }
    guard let packed else { throw GzipError("zlib failed on a block of \(range.count) bytes") }
    return packed
  }
}
