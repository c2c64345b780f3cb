import Checksums
import Metering

/// Why bytes are not an upload.
public struct UploadError: Error, Equatable, CustomStringConvertible, Sendable {
  /// Byte offset of the damaged upload's first byte in its source.
  public let offset: Int
  /// What is wrong, what was expected, how to mend it.
  public let message: String
  /// Where the next upload starts; nil when the damage hides it.
  public let nextOffset: Int?

  public var description: String { "byte \(offset): \(message)" }
}

/// Cuts a stream of bytes into uploads, checking every one of them.
///
/// Feed it chunks of any size; memory stays below one upload and one chunk.
public struct UploadReader {
  private var buffer: [UInt8] = []
  /// Bytes of `buffer` that are already consumed.
  private var consumed = 0
  /// Offset in the source of the first byte of `buffer`.
  private var base = 0

  public init() {}

  /// Adds bytes of the source.
  public mutating func feed(_ bytes: some Collection<UInt8>) {
    if consumed > 0 {
      buffer.removeFirst(consumed)
      base += consumed
      consumed = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// The next upload; nil when more bytes are needed.
  ///
  /// After an error with a `nextOffset` the reader stands there and can go on.
  public mutating func next() throws(UploadError) -> Upload? {
    let available = buffer.count - consumed
    guard available >= UploadHeader.byteCount else { return nil }
    let header = try readHeader()
    let total = UploadHeader.byteCount + header.bodyByteCount + UploadHeader.trailerByteCount
    guard available >= total else { return nil }
    let start = base + consumed
    let bytes = [UInt8](buffer[consumed..<consumed + total])
    consumed += total
    if let problem = Self.problem(header, bytes) {
      throw UploadError(offset: start, message: problem, nextOffset: start + total)
    }
    return Upload(header: header, checkedBytes: bytes)
  }

  /// Says that the source has ended; throws when it ended inside an upload.
  public func finish() throws(UploadError) {
    let left = buffer.count - consumed
    guard left > 0 else { return }
    throw UploadError(
      offset: base + consumed,
      message:
        "the upload is cut short after \(left) bytes; fetch the file from its collector again",
      nextOffset: nil)
  }

  private func readHeader() throws(UploadError) -> UploadHeader {
    let start = consumed
    let problem: String
    let bytes = Array(buffer[start..<start + UploadHeader.byteCount])
    func integer<T: FixedWidthInteger>(_ offset: Int, as type: T.Type) -> T {
      bytes.withUnsafeBytes {
        T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self))
      }
    }
    if integer(0, as: UInt32.self) != UploadHeader.magic {
      problem = "this is not a collector's upload; expected the letters AMRU"
    } else if integer(4, as: UInt16.self) != UploadHeader.formatVersion {
      problem =
        "upload format version \(integer(4, as: UInt16.self)) is not known; expected "
        + "\(UploadHeader.formatVersion)"
    } else if CRC32.checksum(Array(bytes[0..<52])) != integer(52, as: UInt32.self) {
      problem = "the header's checksum is wrong; fetch the file from its collector again"
    } else if integer(48, as: UInt32.self) > UInt32(UploadHeader.bodyByteCountMax) {
      problem = "the upload claims more than \(UploadHeader.bodyByteCountMax) bytes"
    } else {
      var header = UploadHeader(
        collector: CollectorID(rawValue: integer(8, as: UInt32.self)),
        sequence: integer(16, as: UInt64.self), createdAt: integer(24, as: Int64.self),
        periodStart: integer(32, as: Int64.self), periodEnd: integer(40, as: Int64.self))
      header.recordCount = Int(integer(12, as: UInt32.self))
      header.bodyByteCount = Int(integer(48, as: UInt32.self))
      return header
    }
    throw UploadError(offset: base + start, message: problem, nextOffset: nil)
  }

  /// What is wrong with an upload whose header is right, or nil.
  private static func problem(_ header: UploadHeader, _ bytes: [UInt8]) -> String? {
    let bodyEnd = UploadHeader.byteCount + header.bodyByteCount
    return bytes.withUnsafeBytes { raw -> String? in
      let stored = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: bodyEnd, as: UInt32.self))
      let body = UnsafeRawBufferPointer(rebasing: raw[UploadHeader.byteCount..<bodyEnd])
      let name = "collector \(header.collector.rawValue), sequence \(header.sequence)"
      guard CRC32.checksum(body) == stored else {
        return "the checksum of the records is wrong (\(name)); fetch the file again"
      }
      guard header.bodyByteCount == header.recordCount * UploadRecord.scmByteCount else {
        return "\(header.recordCount) records do not take \(header.bodyByteCount) bytes (\(name))"
      }
      // 2³¹ ms, 25 days, are far beyond any reporting period, and the bounds keep sums in range.
      let length = header.periodEnd.subtractingReportingOverflow(header.periodStart)
      guard !length.overflow, (1...Int64(1) << 31).contains(length.partialValue),
        (0...Int64(1) << 50).contains(header.createdAt),
        (0...Int64(1) << 50).contains(header.periodStart)
      else { return "the stamps of the header make no sense (\(name))" }
      for record in 0..<header.recordCount {
        let type = body[record * UploadRecord.scmByteCount + 6]
        if type != UploadRecord.scmType {
          return "record \(record) has frame type \(type); expected 1, SCM (\(name))"
        }
      }
      return nil
    }
  }
}
