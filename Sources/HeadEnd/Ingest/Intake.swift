import Checksums
import CollectorUpload
import Columnar
import DeltaTable
import Metering
import Parallel

/// What a head-end has taken in since it started.
public struct IntakeCounts: Sendable, Equatable {
  /// Uploads whose records were taken in.
  public var uploads = 0
  /// Uploads that had been taken in before.
  public var repeatedUploads = 0
  /// Valid receptions of known endpoints.
  public var receptions = 0
  /// Receptions and whole uploads that were refused.
  public var quarantined = 0
  /// Reads of closed slots that became new versions.
  public var lateReads = 0

  public init() {}
}

/// Takes uploads into a store: checks, recognises endpoints, deduplicates, commits in batches.
///
/// Offer uploads with `take`, in any order and as often as they come; nothing is visible until
/// `commit`, and then all of it is.
public struct Intake: ~Copyable {
  /// A stamp may be this much after the creation of its upload.
  private static let stampAheadMaxMs: Int64 = 60_000

  public private(set) var store: ReadStore
  public private(set) var counts = IntakeCounts()
  private let index: EndpointIndex
  private let clock: LocalClock
  private var ledger: Ledger
  private var quarantine: Quarantine
  /// Winners of open slots that were touched since the start, by day number.
  private var slots: [Int: SlotTable] = [:]
  /// Receptions of closed slots that wait for the commit, by day number and row.
  private var lateReads: [Int: [Int: ReceivedRead]] = [:]

  /// Starts to take in; loads the ledger of the store.
  public init(_ store: consuming ReadStore) throws(HeadEndError) {
    var digests: [Ledger.Key: String] = [:]
    for file in store.files(of: .uploads) { try UploadTable.load(file.open(), into: &digests) }
    var keys: Set<String> = []
    for file in store.files(of: .quarantine) { try QuarantineTable.load(file.open(), into: &keys) }
    ledger = Ledger(stored: digests)
    quarantine = Quarantine(storedUploadKeys: keys)
    index = EndpointIndex(store.registry.map(\.endpoint.rawValue))
    clock = store.settings.clock
    self.store = store
  }

  /// Offers an upload that arrived whole.
  ///
  /// - Parameters:
  ///   - source: the name of the file or stream it came in.
  ///   - offset: its first byte in the source.
  public mutating func take(_ upload: Upload, source: String, offset: Int = 0)
    throws(HeadEndError)
  {
    let header = upload.header
    let entry = Ledger.Entry(
      key: .init(collector: header.collector.rawValue, sequence: header.sequence),
      sha256: SHA256.hexDigest(upload.bytes), createdAt: header.createdAt,
      records: header.recordCount)
    switch ledger.enter(entry) {
    case .repeated: counts.repeatedUploads += 1
    case .contradicts:
      refuse(
        .init(
          reason: .contradictingUpload, source: source, offset: offset,
          collector: header.collector.rawValue, sequence: header.sequence, count: 1,
          detail: "sha256 \(entry.sha256)"))
    case .new:
      counts.uploads += 1
      try takeRecords(of: upload, source: source, offset: offset)
    }
  }

  /// Reports bytes of a source that are not an upload.
  public mutating func take(damaged error: UploadError, source: String) {
    refuse(
      .init(
        reason: .damagedUpload, source: source, offset: error.offset, count: 1,
        detail: error.message))
  }

  private mutating func refuse(_ entry: QuarantineEntry) {
    if quarantine.addUpload(entry) { counts.quarantined += 1 }
  }

  private mutating func takeRecords(of upload: Upload, source: String, offset: Int)
    throws(HeadEndError)
  {
    let header = upload.header
    var refused = RefusedReceptions(header: header, source: source, offset: offset)
    // Most uploads lie within one slot, which is therefore held apart from the others.
    var span = DaySpan(clock.day(of: header.periodStart), clock)
    var slot = try openSlot(span.day)
    var failure: HeadEndError?
    upload.forEachRecord { record in
      guard failure == nil else { return }
      let frame = record.frame
      guard frame.isValid else { return refused.add(record, .invalidFrame) }
      guard let row = index.row(of: frame.endpointID) else {
        return refused.add(record, .unknownEndpoint)
      }
      guard record.stamp <= header.createdAt + Self.stampAheadMaxMs else {
        return refused.add(record, .futureStamp)
      }
      counts.receptions += 1
      let read = ReceivedRead(
        stamp: record.stamp, frame: frame, collector: header.collector.rawValue,
        rssiDbm: record.rssiDbm)
      if !span.contains(record.stamp) {
        do throws(HeadEndError) {
          putBack(slot, day: span.day)
          span = DaySpan(clock.day(of: record.stamp), clock)
          slot = try openSlot(span.day)
        } catch {
          failure = error
          return
        }
      }
      if slot != nil {
        slot!.offer(read, row: row)
      } else {
        let known = lateReads[span.day.number]?[row]
        if known.map({ $0 < read }) ?? true {
          lateReads[span.day.number, default: [:]][row] = read
        }
      }
    }
    putBack(slot, day: span.day)
    if let failure { throw failure }
    counts.quarantined += refused.count
    quarantine.addReceptions(refused.entries)
  }

  /// Takes the table of an open slot out of `slots`; nil when the slot is closed.
  private mutating func openSlot(_ day: CivilDay) throws(HeadEndError) -> SlotTable? {
    if let closed = store.closedThrough, day <= closed { return nil }
    if let slot = slots.removeValue(forKey: day.number) { return slot }
    var slot = SlotTable(endpointCount: index.ids.count)
    let stored = try store.currentRows(ofDay: day)
    for row in 0..<stored.count {
      if let place = index.row(of: UInt32(truncatingIfNeeded: stored.endpoints[row])) {
        slot.offer(stored.reads[row], row: place)
      }
    }
    slot.isChanged = false
    return slot
  }

  private mutating func putBack(_ slot: consuming SlotTable?, day: CivilDay) {
    if let slot { slots[day.number] = slot }
  }

  /// Which endpoints, by row of the registry, have a read on a day so far.
  public mutating func hasRead(on day: CivilDay) throws(HeadEndError) -> [Bool] {
    var result = [Bool](repeating: false, count: index.ids.count)
    if let slot = slots[day.number] {
      for row in result.indices { result[row] = slot.hasRead(row: row) }
      return result
    }
    for endpoint in try store.currentRows(ofDay: day).endpoints {
      if let row = index.row(of: UInt32(truncatingIfNeeded: endpoint)) { result[row] = true }
    }
    return result
  }

  /// Makes everything taken since the last commit visible at once; does nothing if nothing was.
  ///
  /// - Parameters:
  ///   - timestamp: ms since 1970, written into the tables' logs.
  ///   - threads: how many days' files are made at the same time.
  public mutating func commit(timestamp: Int64, threads: Int) async throws {
    let changed = slots.keys.filter { slots[$0]!.isChanged }.sorted()
    guard
      !changed.isEmpty || !lateReads.isEmpty || !ledger.pending.isEmpty
        || !quarantine.pending.isEmpty
    else { return }
    let batch = store.nextBatch
    var commit = Commit(operation: "INGEST", timestamp: timestamp)
    commit.adds = try await openFiles(changed, batch: batch, timestamp: timestamp, threads: threads)
    commit.removes = changed.flatMap {
      store.files(ofDay: CivilDay(number: $0)).map(\.dataFile)
    }
    commit.adds += try lateFiles(batch: batch, timestamp: timestamp)
    try commitSiblings(batch: batch, timestamp: timestamp)
    try store.commitReads(commit)
    ledger.markStored()
    quarantine.markStored()
    lateReads = [:]
    for day in changed { slots[day]!.isChanged = false }
  }

  /// Writes the whole file of each open slot that changed.
  private func openFiles(_ days: [Int], batch: Int64, timestamp: Int64, threads: Int) async throws
    -> [DataFile]
  {
    let table = store.table(.reads)
    let ids = index.ids
    let slots = days.map { self.slots[$0]! }
    return try await parallelMap(count: days.count, threads: threads) { number in
      let day = CivilDay(number: days[number])
      var rows = ReadRows()
      for (row, read) in slots[number].reads.enumerated() where !read.isNone {
        rows.append(endpoint: ids[row], read, version: 1, late: false)
      }
      return try rethrowing {
        try table.writeDataFile(
          rows.columns(day: day), partition: ["month": day.monthName], name: "\(day)-b\(batch)",
          timestamp: timestamp)
      }
    }
  }

  /// Writes new versions for receptions that came after their slot was closed and win there.
  private mutating func lateFiles(batch: Int64, timestamp: Int64) throws(HeadEndError)
    -> [DataFile]
  {
    var files: [DataFile] = []
    for (number, reads) in lateReads.sorted(by: { $0.key < $1.key }) {
      let day = CivilDay(number: number)
      let current = try store.currentRows(ofDay: day)
      var known: [Int64: Int] = [:]
      for row in 0..<current.count { known[current.endpoints[row]] = row }
      var rows = ReadRows()
      for (row, read) in reads.sorted(by: { $0.key < $1.key }) {
        let id = index.ids[row]
        if let place = known[Int64(id)] {
          guard current.reads[place] < read else { continue }
          rows.append(endpoint: id, read, version: current.versions[place] + 1, late: true)
        } else {
          rows.append(endpoint: id, read, version: 1, late: true)
        }
      }
      if rows.count == 0 { continue }
      counts.lateReads += rows.count
      files.append(
        try store.writeFile(
          rows.columns(day: day), to: .reads, partition: ["month": day.monthName],
          name: "\(day)-late-b\(batch)", timestamp: timestamp))
    }
    return files
  }

  private mutating func commitSiblings(batch: Int64, timestamp: Int64) throws(HeadEndError) {
    let pending: [(StoreTable, [Column])] = [
      (.uploads, UploadTable.columns(ledger.pending, batch: batch)),
      (.quarantine, QuarantineTable.columns(quarantine.pending, batch: batch)),
    ]
    for (name, columns) in pending where columns[0].data.count > 0 {
      var commit = Commit(operation: "INGEST", timestamp: timestamp)
      commit.adds = [
        try store.writeFile(
          columns, to: name, name: "\(name.rawValue)-b\(batch)", timestamp: timestamp)
      ]
      try store.commit(commit, to: name)
    }
  }

  /// Closes all slots up to and including a day, after committing what was taken before.
  public mutating func close(through day: CivilDay, timestamp: Int64, threads: Int) async throws {
    try await commit(timestamp: timestamp, threads: threads)
    try store.close(through: day, timestamp: timestamp)
    for number in slots.keys where number <= day.number { slots[number] = nil }
  }

  /// Ends the intake and gives back the store; what was not committed is dropped.
  public consuming func finish() -> ReadStore { store }
}

/// The stamps of one local day.
private struct DaySpan {
  let day: CivilDay
  private let start: UTCMilliseconds

  init(_ day: CivilDay, _ clock: LocalClock) {
    self.day = day
    start = clock.startOfDay(day)
  }

  @inline(__always)
  func contains(_ stamp: UTCMilliseconds) -> Bool {
    stamp >= start && stamp < start + millisecondsPerDay
  }
}
