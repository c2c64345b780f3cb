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
/// self-delimiting: uploads may be concatenated and piped, and a damaged body does not hide the
/// uploads behind it.
public struct UploadHeader: Sendable, Equatable {
  /// The letters AMRU, read as a little-endian number.
  public static let magic: UInt32 = 0x5552_4D41
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

/// The name of an upload's file: sequence and collector, and nothing that tells how it was made.
///
/// The sequence comes first, so that files in order of their names are about in order of time.
public func uploadFileName(collector: CollectorID, sequence: UInt64) -> String {
  "s\(digits(sequence, width: 8))-c\(digits(collector.rawValue, width: 6))\(uploadFileSuffix)"
}

/// How the names of upload files end.
public let uploadFileSuffix = ".amru"
