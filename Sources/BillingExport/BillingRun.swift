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
    let rowsByCycle = try rows(of: registry)
    do throws(FileError) {
      try fileSystem.createDirectories(directory)
    } catch {
      throw .file(error)
    }
    let publisher = BatchPublisher(directory: directory, fileSystem: fileSystem)
    var days = RecentDays(source: source)
    var published: [PublishedBatch] = []
    for cycle in Set(cycles).sorted() {
      let window = window(of: cycle)
      days.forget(before: window.first)
      let meters = CycleMeters(
        registry: registry, rows: rowsByCycle[cycle.rawValue], scheduled: window.scheduled)
      var selection = ReadSelection(meters: meters)
      for day in window.daysByPreference where !selection.isComplete {
        if let reads = try days.reads(on: day) { selection.offer(reads) }
      }
      published.append(
        try publish(
          selection, of: meters, registry: registry, cycle: cycle, window: window,
          previous: published.last?.manifestSHA256, publisher: publisher))
    }
    return published
  }

  private func publish(
    _ selection: ReadSelection, of meters: CycleMeters, registry: [ServicePoint],
    cycle: BillingCycle, window: ReadWindow, previous: String?, publisher: BatchPublisher
  ) throws(BillingError) -> PublishedBatch {
    let batch = try BatchID(utility: utility, month: month, cycle: cycle)
    var writer = DeterminantWriter(batch: batch, lines: meters.rows.count)
    var billed: [BilledRead] = []
    billed.reserveCapacity(meters.rows.count)
    for (meter, row) in meters.rows.enumerated() {
      let line = Determinant(
        register: registry[row].register,
        previous: RegisterRead(count: registry[row].lastBilledRead, at: registry[row].lastBilledAt),
        read: selection.reads[meter], clock: clock)
      writer.append(line, of: registry[row])
      if line.counts != nil, let read = line.read {
        billed.append(BilledRead(registryRow: row, read: read))
      }
    }
    let content = writer.finish()
    let totals = writer.totals
    let (sha256, manifestSHA256) = try publisher.publish(content, of: batch, totals: totals) {
      Manifest(
        batch: batch, window: window, clock: clock, totals: totals, size: $0, sha256: $1,
        previousSHA256: previous)
    }
    return PublishedBatch(
      batch: batch, window: window, csvPath: publisher.path(batch.csvName),
      manifestPath: publisher.path(batch.manifestName), size: content.count, sha256: sha256,
      manifestSHA256: manifestSHA256, totals: totals, billedReads: billed)
  }

  /// Checks the registry and splits its rows by cycle; element 0 stays empty.
  private func rows(of registry: [ServicePoint]) throws(BillingError) -> [[Int]] {
    var rows: [[Int]] = Array(repeating: [], count: BillingCycle.count + 1)
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
      rows[registry[row].cycle.rawValue].append(row)
    }
    return rows
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
