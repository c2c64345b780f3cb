import DurableFiles
import Metering

/// The export of one month's billing determinants, one batch for each cycle.
public struct BillingRun: Sendable {
  public let utility: String
  public let month: BillingMonth
  public let daysBefore: Int
  public let daysAfter: Int
  public let clock: LocalClock

  /// - Parameters:
  ///   - utility: who bills; part of the files' names.
  ///   - daysBefore: how many days before the scheduled date a read may be taken, 0…15.
  ///   - daysAfter: how many days after it, 0…15.
  ///   - clock: the civil time of slots and billing days.
  /// - Throws: `.utilityName`, `.window`.
  public init(
    utility: String, month: BillingMonth, daysBefore: Int, daysAfter: Int, clock: LocalClock
  ) throws(BillingError) {
    try BatchID.checkUtility(utility)
    guard (0...15).contains(daysBefore), (0...15).contains(daysAfter)
    else { throw .window(daysBefore: daysBefore, daysAfter: daysAfter) }
    self.utility = utility
    self.month = month
    self.daysBefore = daysBefore
    self.daysAfter = daysAfter
    self.clock = clock
  }

  /// The days on which reads of a cycle may be taken.
  public func window(of cycle: BillingCycle) -> ReadWindow {
    ReadWindow(
      scheduled: cycle.scheduledRead(year: month.year, month: month.month),
      daysBefore: daysBefore, daysAfter: daysAfter)
  }

  /// Writes the batches of some cycles, in ascending order, into a directory that is created when
  /// it is absent. Each names the SHA-256 of the manifest before it; the first names none.
  ///
  /// Writing again what is there already changes nothing; other content under a batch's name is
  /// refused.
  ///
  /// - Parameter registry: in strictly ascending order of endpoint.
  /// - Returns: the batches in the order written.
  /// - Throws: `BillingError`; batches before the one that failed stay published.
  public func write(
    cycles: [BillingCycle] = BillingCycle.allCases, registry: [ServicePoint],
    reads source: some DailyReads, to directory: String, in fileSystem: FileSystem = .system
  ) throws(BillingError) -> [PublishedBatch] {
    do throws(FileError) {
      try fileSystem.createDirectories(directory)
    } catch {
      throw .file(error)
    }
    let publisher = BatchPublisher(directory: directory, fileSystem: fileSystem)
    var published: [PublishedBatch] = []
    try forEachSelection(cycles, registry, source) {
      (cycle, window, selection) throws(BillingError) in
      let batch = try BatchID(utility: utility, month: month, cycle: cycle)
      let (totals, billed) = try stage(
        batch, selection: selection, registry: registry, publisher: publisher)
      let previous = published.last?.manifestSHA256
      let file = try publisher.publish(batch, totals: totals) {
        Manifest(
          batch: batch, window: window, clock: clock, totals: totals, size: $0, sha256: $1,
          previousSHA256: previous)
      }
      published.append(
        PublishedBatch(
          batch: batch, window: window, csvPath: publisher.path(batch.csvName),
          manifestPath: publisher.path(batch.manifestName), size: file.size, sha256: file.sha256,
          manifestSHA256: file.manifestSHA256, totals: totals, billedReads: billed))
    }
    return published
  }

  /// The reads that `write` would bill, without writing anything: where the next month starts.
  public func billedReads(
    cycles: [BillingCycle], registry: [ServicePoint], reads source: some DailyReads
  ) throws(BillingError) -> [BilledRead] {
    var billed: [BilledRead] = []
    try forEachSelection(cycles, registry, source) { (_, _, selection) throws(BillingError) in
      for (row, read) in zip(selection.meters.rows, selection.reads) {
        let point = registry[row]
        let line = Determinant(
          register: point.register,
          previous: RegisterRead(count: point.lastBilledRead, at: point.lastBilledAt), read: read,
          clock: clock)
        if line.counts != nil, let read = line.read {
          billed.append(BilledRead(registryRow: row, read: read))
        }
      }
    }
    return billed
  }

  /// Chooses the reads of some cycles, in ascending order.
  private func forEachSelection(
    _ cycles: [BillingCycle], _ registry: [ServicePoint], _ source: some DailyReads,
    _ body: (BillingCycle, ReadWindow, ReadSelection) throws(BillingError) -> Void
  ) throws(BillingError) {
    let metersByCycle = try meters(of: registry)
    var days = RecentDays(source: source)
    for cycle in Set(cycles).sorted() {
      let window = window(of: cycle)
      days.forget(before: window.first)
      var selection = ReadSelection(meters: metersByCycle[cycle.rawValue - 1])
      for day in window.daysByPreference where !selection.isComplete {
        if let reads = try days.reads(on: day) { selection.offer(reads) }
      }
      try body(cycle, window, selection)
    }
  }

  /// Writes a batch's lines to its staged file, through a buffer small enough to stay in cache.
  private func stage(
    _ batch: BatchID, selection: ReadSelection, registry: [ServicePoint], publisher: BatchPublisher
  ) throws(BillingError) -> (totals: ControlTotals, billed: [BilledRead]) {
    let rows = selection.meters.rows
    var writer = DeterminantWriter(batch: batch)
    var billed: [BilledRead] = []
    billed.reserveCapacity(rows.count)
    do throws(FileError) {
      var file = try AtomicFile(at: publisher.stagedPath(batch), in: publisher.fileSystem)
      // A cycle's meters lie scattered over the registry. Fetching a block of them at once lets
      // the processor wait for many cache lines together instead of for each in turn.
      let block = 256
      for start in stride(from: 0, to: rows.count, by: block) {
        let blockRows = rows[start..<min(start + block, rows.count)]
        for (offset, point) in blockRows.map({ registry[$0] }).enumerated() {
          let line = Determinant(
            register: point.register,
            previous: RegisterRead(count: point.lastBilledRead, at: point.lastBilledAt),
            read: selection.reads[start + offset], clock: clock)
          writer.append(line, of: point)
          if line.counts != nil, let read = line.read {
            billed.append(BilledRead(registryRow: rows[start + offset], read: read))
          }
        }
        try file.append(writer.take())
      }
      // Without meters the header is still to be written.
      try file.append(writer.take())
      try file.publish()
    } catch {
      throw .file(error)
    }
    return (writer.totals, billed)
  }

  /// Checks the registry and puts each meter into its cycle; cycle 1 is element 0.
  private func meters(of registry: [ServicePoint]) throws(BillingError) -> [CycleMeters] {
    var meters = BillingCycle.allCases.map {
      CycleMeters(scheduled: window(of: $0).scheduled, clock: clock)
    }
    for row in registry.indices {
      if row > 0, registry[row - 1].endpoint >= registry[row].endpoint {
        throw .registry(
          row: row, endpoint: registry[row].endpoint,
          problem: "follows endpoint \(registry[row - 1].endpoint.rawValue); "
            + "expected each endpoint once, in ascending order")
      }
      if let problem = registry[row].billingProblem {
        throw .registry(row: row, endpoint: registry[row].endpoint, problem: problem)
      }
      meters[registry[row].cycle.rawValue - 1].add(registry[row], row: row)
    }
    return meters
  }
}

extension ServicePoint {
  /// What keeps this meter from being billed, or nil. The bounds keep a line's consumption far
  /// below 2^63.
  fileprivate var billingProblem: String? {
    if !(4...8).contains(register.dials) {
      return "\(register.dials) dials; expected 4 to 8"
    }
    if !(1...1_000_000).contains(register.multiplier) {
      return "multiplier \(register.multiplier); expected 1 to 1000000"
    }
    if !(0..<register.span).contains(lastBilledRead) {
      return "last billed read \(lastBilledRead); expected 0 to \(register.span - 1), "
        + "which is what \(register.dials) dials can show"
    }
    if !writableInstants.contains(lastBilledAt) {
      return "last billed at \(lastBilledAt) ms after 1970; "
        + "expected an instant of the years 1900 to 9999"
    }
    return nil
  }
}

/// The days' reads that the next windows may need again: windows of neighbouring cycles overlap.
private struct RecentDays<Source: DailyReads> {
  let source: Source
  private var days: [CivilDay: DayOfReads?] = [:]

  init(source: Source) { self.source = source }

  mutating func reads(on day: CivilDay) throws(BillingError) -> DayOfReads? {
    if let known = days[day] { return known }
    let found: DayOfReads?
    do {
      found = try source.reads(on: day)
    } catch let error as BillingError {
      throw error
    } catch {
      throw .reads(day: day, cause: "\(error)")
    }
    days[day] = .some(found)
    return found
  }

  mutating func forget(before first: CivilDay) {
    days = days.filter { $0.key >= first }
  }
}
