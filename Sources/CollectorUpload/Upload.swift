import Checksums
import ERTProtocol

/// One complete upload: its header and its bytes, checksums included and already checked.
///
/// One that a reader gave keeps in memory what was read along with it.
public struct Upload: Sendable {
  public let header: UploadHeader
  /// The bytes that the upload lies among: its own, or what its reader read at once.
  private let storage: [UInt8]
  /// Where it starts there.
  private let start: Int

  /// An upload of records in their order (slot, endpoint, stamp), each inside the period.
  public init(header: UploadHeader, records: some Collection<UploadRecord>) {
    var builder = UploadBuilder(header: header, capacity: records.count)
    for record in records { builder.append(record) }
    self = builder.finish()
  }

  /// An upload among bytes that were checked.
  init(header: UploadHeader, in storage: [UInt8], at start: Int) {
    self.header = header
    self.storage = storage
    self.start = start
  }

  /// Bytes of header, records and trailer.
  public var byteCount: Int { header.uploadByteCount }

  /// Header, records and trailer; copied unless the upload lies alone.
  public var bytes: [UInt8] {
    storage.count == byteCount ? storage : Array(storage[start..<start + byteCount])
  }

  /// Calls `body` with header, records and trailer where they lie.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    storage.withUnsafeBytes {
      body(UnsafeRawBufferPointer(rebasing: $0[start..<start + byteCount]))
    }
  }

  /// What the ledger knows the upload's bytes by.
  public var sha256: SHA256Digest { withBytes { SHA256.digest($0) } }

  /// All records, in order.
  public var records: UploadRecords {
    UploadRecords(
      in: storage, at: start + UploadHeader.byteCount, count: header.recordCount,
      periodStart: header.periodStart)
  }

  /// Which records carry a valid frame, by their places in `records`.
  public func validFrames() -> ValidFrames {
    withBytes {
      ValidFrames(
        in: $0, first: UploadHeader.byteCount + UploadRecord.frameOffset,
        stride: UploadRecord.scmByteCount, count: header.recordCount)
    }
  }
}

/// Writes an upload record by record.
public struct UploadBuilder {
  private var header: UploadHeader
  private var bytes: [UInt8]

  /// Starts an upload without records, also from the header of another one; `capacity` is the
  /// expected number of records.
  public init(header: UploadHeader, capacity: Int) {
    self.header = header
    self.header.recordCount = 0
    bytes = [UInt8](repeating: 0, count: UploadHeader.byteCount)
    bytes.reserveCapacity(
      UploadHeader.byteCount + capacity * UploadRecord.scmByteCount + UploadHeader.trailerByteCount)
  }

  /// Adds a record, whose stamp must lie less than 2³² ms after the period's start.
  @inline(__always)
  public mutating func append(_ record: UploadRecord) {
    let stamp = UInt32(truncatingIfNeeded: record.stamp - header.periodStart)
    withUnsafeTemporaryAllocation(byteCount: UploadRecord.scmByteCount, alignment: 8) { raw in
      raw.storeBytes(of: stamp.littleEndian, as: UInt32.self)
      raw[4] = UInt8(bitPattern: record.rssiDbm)
      raw[5] = record.channel
      raw[6] = UploadRecord.scmType
      raw.storeBytes(
        of: record.frame.head.bigEndian, toByteOffset: UploadRecord.frameOffset, as: UInt64.self)
      raw.storeBytes(
        of: record.frame.tail.bigEndian, toByteOffset: UploadRecord.frameOffset + 8, as: UInt32.self
      )
      bytes.append(contentsOf: raw)
    }
    header.recordCount += 1
  }

  /// The finished upload.
  public consuming func finish() -> Upload {
    header.bodyByteCount = bytes.count - UploadHeader.byteCount
    var head: [UInt8] = []
    head.append(littleEndian: UploadHeader.magic)
    head.append(littleEndian: UploadHeader.formatVersion)
    head.append(littleEndian: UInt16(0))
    head.append(littleEndian: header.collector.rawValue)
    head.append(littleEndian: UInt32(header.recordCount))
    head.append(littleEndian: header.sequence)
    head.append(littleEndian: header.createdAt)
    head.append(littleEndian: header.periodStart)
    head.append(littleEndian: header.periodEnd)
    head.append(littleEndian: UInt32(header.bodyByteCount))
    head.append(littleEndian: CRC32.checksum(head))
    bytes.replaceSubrange(0..<UploadHeader.byteCount, with: head)
    let body = bytes.withUnsafeBytes {
      CRC32.checksum(UnsafeRawBufferPointer(rebasing: $0[UploadHeader.byteCount...]))
    }
    bytes.append(littleEndian: body)
    return Upload(header: header, in: bytes, at: 0)
  }
}

extension [UInt8] {
  /// Appends a fixed-width integer, least significant byte first.
  @inline(__always)
  fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
