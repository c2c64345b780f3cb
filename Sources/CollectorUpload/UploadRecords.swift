import ERTProtocol
import Metering

/// The records of an upload, taken from its bytes as they are asked for.
public struct UploadRecords: RandomAccessCollection, Sendable {
  @usableFromInline let storage: [UInt8]
  /// Where the first record starts in `storage`.
  @usableFromInline let start: Int
  @usableFromInline let periodStart: UTCMilliseconds
  public let count: Int

  /// Records that lie inside `storage`, one behind the other.
  init(in storage: [UInt8], at start: Int, count: Int, periodStart: UTCMilliseconds) {
    precondition(start >= 0 && start + count * UploadRecord.scmByteCount <= storage.count)
    self.storage = storage
    self.start = start
    self.periodStart = periodStart
    self.count = count
  }

  @inlinable public var startIndex: Int { 0 }
  @inlinable public var endIndex: Int { count }

  @inlinable
  public subscript(index: Int) -> UploadRecord {
    @inline(__always) get {
      precondition(index >= 0 && index < count)
      let at = start + index * UploadRecord.scmByteCount
      return storage.withUnsafeBytes { bytes in
        UploadRecord(
          stamp: periodStart
            + Int64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))),
          rssiDbm: Int8(bitPattern: bytes[at + 4]), channel: bytes[at + 5],
          frame: SCMFrame(in: bytes, at: at + UploadRecord.frameOffset))
      }
    }
  }
}
