import Checksums
import Digits
import Metering

/// The fixed part of an upload: what one collector heard in one reporting period.
///
/// All numbers are little-endian.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | magic `AMRU` |
/// | 4 | 2 | format version, 1 |
/// | 6 | 2 | zero |
/// | 8 | 4 | collector |
/// | 12 | 4 | number of records |
/// | 16 | 8 | sequence |
/// | 24 | 8 | creation stamp, ms since 1970 UTC by the collector's clock |
/// | 32 | 8 | period start, likewise |
/// | 40 | 8 | period end (exclusive), likewise |
/// | 48 | 4 | bytes of all records |
/// | 52 | 4 | CRC-32 of bytes 0…51 |
///
/// The records follow (see `UploadRecord`), then the CRC-32 of the records. The format is
/// self-delimiting: uploads may be concatenated and piped, and a damaged upload does not hide the
/// uploads behind it.
public struct UploadHeader: Sendable, Equatable {
  /// The letters AMRU, read as a little-endian number.
  public static let magic: UInt32 = 0x5552_4D41
  static let magicBytes: [UInt8] = Array("AMRU".utf8)
  public static let formatVersion: UInt16 = 1
  /// Bytes of the header itself.
  public static let byteCount = 56
  /// Bytes of the CRC-32 behind the records.
  public static let trailerByteCount = 4
  /// The most bytes that records may take: 14 million SCM records.
  public static let bodyByteCountMax = 1 << 28

  public var collector: CollectorID
  /// Counts the uploads of a collector from 1; a repeat carries the same number and bytes.
  public var sequence: UInt64
  /// When the upload was made, like all stamps by the collector's clock.
  public var createdAt: UTCMilliseconds
  /// The first instant of the reporting period.
  public var periodStart: UTCMilliseconds
  /// The first instant after it.
  public var periodEnd: UTCMilliseconds
  public internal(set) var recordCount = 0
  /// Bytes of all records.
  public internal(set) var bodyByteCount = 0

  public init(
    collector: CollectorID, sequence: UInt64, createdAt: UTCMilliseconds,
    periodStart: UTCMilliseconds, periodEnd: UTCMilliseconds
  ) {
    self.collector = collector
    self.sequence = sequence
    self.createdAt = createdAt
    self.periodStart = periodStart
    self.periodEnd = periodEnd
  }
}

extension UploadHeader {
  /// Bytes of the whole upload: header, records and trailer.
  var uploadByteCount: Int { Self.byteCount + bodyByteCount + Self.trailerByteCount }

  /// Names the upload in messages.
  var name: String { "collector \(collector.rawValue), sequence \(sequence)" }

  /// Reads the header at `offset` of `bytes`, all of which is there.
  init(in bytes: UnsafeRawBufferPointer, at offset: Int) throws(HeaderFault) {
    func integer<T: FixedWidthInteger>(_ place: Int, as type: T.Type) -> T {
      T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + place, as: T.self))
    }
    guard integer(0, as: UInt32.self) == Self.magic else { throw .magic }
    let version = integer(4, as: UInt16.self)
    guard version == Self.formatVersion else { throw .version(version) }
    let checked = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + 52])
    guard CRC32.checksum(checked) == integer(52, as: UInt32.self) else { throw .checksum }
    self.init(
      collector: CollectorID(rawValue: integer(8, as: UInt32.self)),
      sequence: integer(16, as: UInt64.self), createdAt: integer(24, as: Int64.self),
      periodStart: integer(32, as: Int64.self), periodEnd: integer(40, as: Int64.self))
    recordCount = Int(integer(12, as: UInt32.self))
    bodyByteCount = Int(integer(48, as: UInt32.self))
    guard bodyByteCount <= Self.bodyByteCountMax else { throw .size }
    guard bodyByteCount == recordCount * UploadRecord.scmByteCount else {
      throw .records(recordCount, byteCount: bodyByteCount)
    }
    // 2³¹ ms, 25 days, are far beyond any reporting period, and the bounds keep sums in range.
    let length = periodEnd.subtractingReportingOverflow(periodStart)
    guard !length.overflow, (1...Int64(1) << 31).contains(length.partialValue),
      (0...Int64(1) << 50).contains(createdAt), (0...Int64(1) << 50).contains(periodStart)
    else { throw .stamps }
  }
}

/// Why bytes are not the header of an upload.
enum HeaderFault: Error, Equatable, CustomStringConvertible {
  case magic
  case version(UInt16)
  case checksum
  case size
  case records(Int, byteCount: Int)
  case stamps
  /// The source ends inside it.
  case cutShort(byteCount: Int)

  var description: String {
    switch self {
    case .magic: "this is not a collector's upload; expected the letters AMRU"
    case .version(let version):
      "upload format version \(version) is not known; expected \(UploadHeader.formatVersion)"
    case .checksum: "the header's checksum is wrong; fetch the file from its collector again"
    case .size:
      "the upload claims more than \(UploadHeader.bodyByteCountMax) bytes of records; its collector "
        + "has to send smaller ones"
    case .records(let count, let byteCount):
      "\(count) records do not take \(byteCount) bytes; expected "
        + "\(UploadRecord.scmByteCount) for each: its collector writes wrong headers"
    case .stamps:
      "the stamps of the header make no sense; expected a period of at most 25 days, after 1970: set "
        + "the collector's clock"
    case .cutShort(let byteCount):
      "the upload is cut short after \(byteCount) bytes; fetch the file from its collector again"
    }
  }
}

/// The name of an upload's file: sequence and collector, and nothing that tells how it was made.
///
/// The sequence comes first, so that files in order of their names are about in order of time.
public func uploadFileName(collector: CollectorID, sequence: UInt64) -> String {
  "s\(digits(sequence, width: 8))-c\(digits(collector.rawValue, width: 6))\(uploadFileSuffix)"
}

/// How the names of upload files end.
public let uploadFileSuffix = ".amru"
