import Checksums
import CollectorUpload
import Digits
import ERTProtocol
import Metering

/// Takes uploads into a store: checks, recognises endpoints, deduplicates, commits in batches.
///
/// Offer uploads with `take`, in any order and as often as they come; nothing is visible until
/// `commit`, and then all of it is.
public struct Intake: ~Copyable {
  /// A stamp may be this much after the creation of its upload.
  private static let stampAheadMaxMs: Int64 = 60_000
  /// An upload may be made this much after its arrival: collectors' clocks are not exact.
  private static let uploadAheadMaxMs: Int64 = 3_600_000
  /// Memory for slots that are held at the same time, in bytes.
  private static let slotMemory = 192 << 20
  /// Rows of quarantine that wait for a commit at most, about 200 bytes each.
  private static let pendingQuarantineMax = 1 << 17

  public internal(set) var store: ReadStore
  public internal(set) var counts = IntakeCounts()
  let index: EndpointIndex
  let clock: LocalClock
  var ledger: Ledger
  var quarantine: Quarantine
  /// Winners of slots that were touched since the start, by day number; open and closed ones.
  var slots: [Int: SlotTable] = [:]
  /// Says why, once an upload or a commit has failed half way: what is in memory no longer fits what
  /// is stored.
  var failure: HeadEndError?
  /// The collectors whose uploads are taken in; empty where all are.
  private let collectors: Set<CollectorID>
  /// Whether the registry has changed since quarantine was last looked through.
  var awaitsRelease: Bool
  /// When the first endpoint of the registry was installed.
  private let firstInstallation: UTCMilliseconds
  private let heldSlotsMax: Int
  private var useCount = 0

  /// Starts to take in; loads what the store knows of earlier uploads.
  public init(_ store: consuming ReadStore) throws(HeadEndError) {
    let slotBytes = max(store.endpointIDs.count, 1) * MemoryLayout<Winner>.stride
    try self.init(store, heldSlotsMax: max(4, Self.slotMemory / slotBytes))
  }

  /// - Parameter heldSlotsMax: slots that are held in memory, those to be committed aside.
  init(_ store: consuming ReadStore, heldSlotsMax: Int) throws(HeadEndError) {
    let ledger = try Ledger(store.files(of: .uploads))
    let collectors = Set(try store.collectors())
    var keys: Set<String> = []
    for file in store.quarantineFiles(of: .upload) {
      keys.formUnion(try QuarantineTable.entries(file.open()).map(\.uploadKey))
    }
    self.ledger = ledger
    self.collectors = collectors
    quarantine = Quarantine(storedUploadKeys: keys)
    index = EndpointIndex(store.endpointIDs)
    let clock = store.settings.clock
    self.clock = clock
    firstInstallation = store.registry.lazy.map(\.installedAt).min() ?? .min
    awaitsRelease = store.releasedThrough < store.snapshot(.registry).version
    self.heldSlotsMax = heldSlotsMax
    self.store = store
  }

  // MARK: - Uploads

  /// Offers an upload that arrived whole.
  ///
  /// - Parameters:
  ///   - source: the name of the file or stream it came in.
  ///   - offset: its first byte in the source.
  ///   - receivedAt: when it arrived, by the head-end's clock; nil when that is not known, and
  ///     then it cannot be from the future.
  @discardableResult
  public mutating func take(
    _ upload: Upload, source: String, offset: Int = 0, receivedAt: UTCMilliseconds? = nil
  ) throws(HeadEndError) -> UploadVerdict {
    if let failure { throw failure }
    let header = upload.header
    if let (reason, message) = refusal(of: header, receivedAt: receivedAt) {
      return refuse(upload, reason, message, source: source, offset: offset)
    }
    let entry = Ledger.Entry(
      key: .init(collector: header.collector.rawValue, sequence: header.sequence),
      sha256: upload.sha256, createdAt: header.createdAt, receivedAt: receivedAt,
      records: header.recordCount)
    switch try ledger.enter(entry) {
    case .new:
      counts.uploads += 1
      do throws(HeadEndError) {
        try takeRecords(of: upload, source: source, offset: offset)
      } catch {
        // It is in the ledger without all its records: to commit that would lose them for ever.
        failure = error
        throw error
      }
      return .taken
    case .repeated:
      counts.repeatedUploads += 1
      return .repeated
    case .contradicts:
      return refuse(
        upload, .contradictingUpload,
        "its sequence was taken in before with other bytes; ask its collector which is right",
        source: source, offset: offset)
    }
  }

  /// Why an upload is refused for what its header says, and how to mend it; nil when it is not.
  private func refusal(of header: UploadHeader, receivedAt: UTCMilliseconds?)
    -> (QuarantineReason, String)?
  {
    if !collectors.isEmpty && !collectors.contains(header.collector) {
      return (
        .unknownCollector,
        "the collector is not on the store's list; add it with --collectors and offer it again"
      )
    }
    if let receivedAt, header.createdAt > receivedAt + Self.uploadAheadMaxMs {
      return (
        .futureUpload,
        "it says that it was made at \(iso8601(header.createdAt)), more than an hour after it came; "
          + "set the collector's clock"
      )
    }
    return nil
  }

  /// Notes bytes of a source that are not an upload, or a damaged one, in quarantine.
  public mutating func take(damaged error: UploadError, source: String) {
    refuse(
      .init(
        reason: .damagedUpload, source: source, offset: error.offset, byteCount: error.byteCount,
        count: 0, detail: "\(error.message); CRC-32 \(digits(error.checksum, width: 8, radix: 16))")
    )
  }

  private mutating func refuse(
    _ upload: Upload, _ reason: QuarantineReason, _ message: String, source: String, offset: Int
  ) -> UploadVerdict {
    let header = upload.header
    refuse(
      .init(
        reason: reason, source: source, offset: offset, collector: header.collector.rawValue,
        sequence: header.sequence, count: header.recordCount,
        detail: "\(message); sha256 \(upload.sha256.hex)"))
    return .refused(reason, message: message)
  }

  private mutating func refuse(_ entry: QuarantineEntry) {
    if quarantine.addUpload(entry) { counts.quarantinedByReason[entry.reason, default: 0] += 1 }
  }

  // MARK: - Receptions

  private mutating func takeRecords(of upload: Upload, source: String, offset: Int)
    throws(HeadEndError)
  {
    let header = upload.header
    var refused = RefusedReceptions(
      header: header, source: source, offset: offset, clock: clock)
    let records = upload.records
    let valid = upload.validFrames()
    // Most uploads lie within one slot: the one of the first valid reception, then the next one's.
    var slot: SlotTable?
    var next = 0
    while let day = merge(records, valid, of: header, from: &next, into: slot, &refused) {
      slot = try self.slot(of: day)
    }
    for entry in refused.entries {
      counts.quarantinedByReason[entry.reason, default: 0] += entry.count
    }
    quarantine.addReceptions(refused.entries)
  }

  /// Merges receptions into a slot as long as they belong there.
  ///
  /// - Parameters:
  ///   - next: number of the first record to look at; then of the first that was not seen to.
  ///   - slot: nil where none is open yet, so that none belongs there.
  /// - Returns: the day of the first valid reception of another slot, or nil at the upload's end.
  private mutating func merge(
    _ records: UploadRecords, _ valid: ValidFrames, of header: UploadHeader, from next: inout Int,
    into slot: SlotTable?, _ refused: inout RefusedReceptions
  ) -> CivilDay? {
    let latest = header.createdAt + Self.stampAheadMaxMs
    let collector = header.collector.rawValue
    let slotStart = slot?.start ?? 0
    let slotLength = slot == nil ? 0 : UInt64(millisecondsPerDay)
    var number = next
    var merged = 0
    func mergeAll(_ offer: (Winner, Int) -> Void) -> CivilDay? {
      while number < records.count {
        let record = records[number]
        if !valid[number] {
          refused.add(record, .invalidFrame)
        } else if record.stamp > latest {
          refused.add(record, .futureStamp)
        } else if record.stamp < firstInstallation {
          refused.add(record, .ancientStamp)
        } else if let row = index.row(of: record.frame.endpointID) {
          let milliseconds = UInt64(bitPattern: record.stamp &- slotStart)
          guard milliseconds < slotLength else { return clock.day(of: record.stamp) }
          offer(
            Winner(
              milliseconds: milliseconds, rssiDbm: record.rssiDbm, collector: collector,
              content: record.frame.content), row)
          merged += 1
        } else {
          refused.add(record, .unknownEndpoint)
        }
        number += 1
      }
      return nil
    }
    defer {
      counts.receptions += merged
      next = number
    }
    return slot.map { $0.offer(mergeAll) } ?? mergeAll { _, _ in }
  }

  /// Lets one reception compete for its endpoint's read.
  mutating func offer(_ read: ReceivedRead, row: Int) throws(HeadEndError) {
    let slot = try slot(of: clock.day(of: read.stamp))
    slot.offer { $0(Winner(read, slotStart: slot.start), row) }
  }

  // MARK: - Slots

  /// The winners of a day, those in the store included.
  mutating func slot(of day: CivilDay) throws(HeadEndError) -> SlotTable {
    useCount += 1
    if let slot = slots[day.number] {
      slot.lastUse = useCount
      return slot
    }
    dropRestingSlots(leaving: heldSlotsMax - 1)
    let slot = SlotTable(start: clock.startOfDay(day), endpointCount: index.ids.count)
    slot.lastUse = useCount
    fill(slot, with: try store.slot(day).content())
    slots[day.number] = slot
    return slot
  }

  /// Lets the receptions that are stored of a slot compete.
  func fill(_ slot: SlotTable, with content: StoredSlot.Content) {
    slot.offer { offer in
      content.forEachReception { endpoint, read in
        if let row = index.row(of: endpoint) {
          offer(Winner(read, slotStart: slot.start), row)
        }
      }
    }
    slot.isChanged = false
  }

  /// Whether so many slots have changed, or so much was refused, that memory calls for a commit.
  /// It depends on what was offered since the last commit and on nothing else.
  public var isFull: Bool {
    quarantine.pendingCount >= Self.pendingQuarantineMax
      || slots.count >= heldSlotsMax && slots.values.count { $0.isChanged } >= heldSlotsMax
  }

  /// Forgets the slots that have rested longest, as long as there are more than `count`; changed
  /// ones are kept for the commit.
  private mutating func dropRestingSlots(leaving count: Int) {
    while slots.count > count {
      let resting = slots.filter { !$0.value.isChanged }
      guard let oldest = resting.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
      slots[oldest.key] = nil
    }
  }

  /// Which endpoints of the registry, in ascending order, have a read on a day so far.
  public mutating func hasRead(on day: CivilDay) throws(HeadEndError) -> [Bool] {
    let slot = try slot(of: day)
    return index.ids.indices.map { !slot[$0].isNone }
  }

  /// Ends the intake and gives back the store; what was not committed is dropped.
  public consuming func finish() -> ReadStore { store }
}
