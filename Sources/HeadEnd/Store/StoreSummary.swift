import Checksums
import Digits
import Metering
import Parallel

/// The current reads of one day, counted.
public struct DaySummary: Sendable, Equatable {
  public let day: CivilDay
  /// Current reads.
  public let reads: Int
  /// Rows of all versions.
  public let rows: Int
  /// Reads that became known only after the day was closed.
  public let lateReads: Int
  /// Sum of the registers of current reads, in counts.
  public let registerSum: Int64
}

/// What a store holds, counted by reading every row of `reads`.
public struct StoreSummary: Sendable {
  public let days: [DaySummary]
  /// Endpoints and days of which anything was received, also what was rejected.
  public let receivedReads: Int
  /// Endpoints of the registry that have no read on any day.
  public let endpointsWithoutRead: Int
  /// Sum modulo 2¹²⁸ of a hash of each current row; the order of rows does not matter.
  public let digest: UInt128
  /// Bytes of all live files of `reads`.
  public let byteCount: Int
  /// Of these, bytes of the columns endpoint_id, day and register.
  public let coreByteCount: Int

  /// The digest as 32 lowercase hexadecimal digits.
  public var digestText: String { digits(digest, width: 32, radix: 16) }

  /// Current reads of all days.
  public var reads: Int { days.reduce(0) { $0 + $1.reads } }
  /// Sum of their registers, in counts.
  public var registerSum: Int64 { days.reduce(0) { $0 + $1.registerSum } }
}

extension ReadStore {
  /// Reads the whole table `reads` and counts, some days at a time, so that memory does not grow with
  /// the store.
  ///
  /// - Parameter progress: called after so many more days.
  public func summary(threads: Int, progress: (_ days: Int) throws -> Void = { _ in }) async throws
    -> StoreSummary
  {
    let index = EndpointIndex(endpointIDs)
    let days = days
    var count = StoreCount(endpointCount: index.ids.count)
    // A multiple, as days differ in length.
    let step = 4 * max(1, threads)
    for start in stride(from: 0, to: days.count, by: step) {
      let slots = days[start..<min(start + step, days.count)].map { slot($0) }
      let scans = try await parallelMap(count: slots.count, threads: threads) { number in
        try DayScan(slots[number], index: index)
      }
      for scan in scans { count.add(scan) }
      try progress(slots.count)
    }
    return StoreSummary(
      days: count.days, receivedReads: count.receivedReads,
      endpointsWithoutRead: count.everRead.count { !$0 }, digest: count.digest,
      byteCount: snapshot(.reads).files.reduce(0) { $0 + Int($1.size) },
      coreByteCount: count.coreByteCount)
  }
}

/// The days so far.
private struct StoreCount {
  var days: [DaySummary] = []
  var receivedReads = 0
  var coreByteCount = 0
  var digest: UInt128 = 0
  /// By place among the endpoints of the registry.
  var everRead: [Bool]

  init(endpointCount: Int) { everRead = [Bool](repeating: false, count: endpointCount) }

  mutating func add(_ scan: DayScan) {
    days.append(scan.summary)
    receivedReads += scan.receivedReads
    coreByteCount += scan.coreByteCount
    digest &+= scan.digest
    for row in scan.rowsRead { everRead[Int(row)] = true }
  }
}

/// One day's rows, counted.
private struct DayScan: Sendable {
  let summary: DaySummary
  let digest: UInt128
  let coreByteCount: Int
  let receivedReads: Int
  /// Places among the endpoints of the registry that have a read.
  let rowsRead: [UInt32]

  init(_ slot: StoredSlot, index: EndpointIndex) throws(HeadEndError) {
    let content = try slot.content()
    let rows = content.current
    var digest: UInt128 = 0
    var sum: Int64 = 0
    var rowsRead: [UInt32] = []
    var reads = 0
    var lateReads = 0
    for row in 0..<rows.count {
      let read = rows.reads[row]
      // An estimate that was needed for a time only: as if it had never been.
      if read.reason == .notDue { continue }
      digest &+= Self.hash(endpoint: rows.endpoints[row], day: slot.day, read)
      guard read.quality == .actual else { continue }
      sum += Int64(read.register)
      reads += 1
      if read.reason == .lateUpload { lateReads += 1 }
      if let place = index.row(of: rows.endpoints[row]) { rowsRead.append(UInt32(place)) }
    }
    summary = DaySummary(
      day: slot.day, reads: reads, rows: content.rowCount, lateReads: lateReads,
      registerSum: sum)
    self.digest = digest
    self.rowsRead = rowsRead
    receivedReads = content.receivedReads
    coreByteCount = content.coreByteCount
  }

  /// A hash of a current row's content; its version and history do not count.
  private static func hash(endpoint: UInt32, day: CivilDay, _ read: StoredRead) -> UInt128 {
    let received = read.received(endpoint: endpoint)
    let content: [6 of UInt64] = [
      UInt64(endpoint), UInt64(bitPattern: Int64(day.number)), UInt64(bitPattern: read.stamp),
      received?.frame.head ?? UInt64(read.register),
      received.map { UInt64($0.frame.tail) << 32 | UInt64($0.collector) } ?? 0,
      UInt64(UInt8(bitPattern: received?.rssiDbm ?? 0)) | UInt64(read.quality.code) << 8,
    ]
    return withUnsafeBytes(of: content) { MurmurHash3.hash128($0) }
  }
}
