import ERTProtocol
import Metering

/// The records of an upload, read where they lie; valid only while `Upload.withRecords` runs.
public struct UploadRecords {
  public let count: Int
  private let periodStart: UTCMilliseconds
  private let bytes: UnsafeRawBufferPointer

  fileprivate init(_ header: UploadHeader, _ bytes: UnsafeRawBufferPointer) {
    count = header.recordCount
    periodStart = header.periodStart
    self.bytes = bytes
  }

  @inline(__always)
  public subscript(number: Int) -> UploadRecord {
    precondition(number >= 0 && number < count)
    // The reader has seen that so many records are there.
    let record = bytes.baseAddress! + number * UploadRecord.scmByteCount
    let stamp = UInt32(littleEndian: record.loadUnaligned(as: UInt32.self))
    return UploadRecord(
      stamp: periodStart + Int64(stamp),
      rssiDbm: record.loadUnaligned(fromByteOffset: 4, as: Int8.self),
      channel: record.loadUnaligned(fromByteOffset: 5, as: UInt8.self),
      frame: SCMFrame(
        head: UInt64(bigEndian: record.loadUnaligned(fromByteOffset: 7, as: UInt64.self)),
        tail: UInt32(bigEndian: record.loadUnaligned(fromByteOffset: 15, as: UInt32.self))))
  }
}

extension Upload {
  /// Calls `body` with the records, in order.
  @inline(__always)
  public func withRecords<Result>(_ body: (UploadRecords) -> Result) -> Result {
    bytes.withUnsafeBytes {
      body(UploadRecords(header, UnsafeRawBufferPointer(rebasing: $0[UploadHeader.byteCount...])))
    }
  }
}
