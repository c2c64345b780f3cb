import DurableFiles
import Metering
import VEE

/// The export of one month's billing determinants, one batch for each cycle.
public struct BillingRun: Sendable {
  public let utility: String
  public let month: BillingMonth
  public let daysBefore: Int
  public let daysAfter: Int
  public let clock: LocalClock
  /// Of the instants in the lines, which nothing is computed from.
  public let daylightSaving: DaylightSaving
  /// What makes a rollover plausible and a period too long.
  public let rules: VEERules

  /// - Parameters:
  ///   - utility: who bills; part of the files' names.
  ///   - daysBefore: how many days before the scheduled date a read may be taken, 0…15.
  ///   - daysAfter: how many days after it, 0…15.
  ///   - clock: the standard time of slots and billing days.
  ///   - daylightSaving: where there is one, instants are written in civil time, else in UTC.
  /// - Throws: `.utilityName`, `.window`.
  public init(
    utility: String, month: BillingMonth, daysBefore: Int, daysAfter: Int, clock: LocalClock,
    daylightSaving: DaylightSaving = .none, rules: VEERules = VEERules()
  ) throws(BillingError) {
    try BatchID.checkUtility(utility)
    guard (0...15).contains(daysBefore), (0...15).contains(daysAfter)
    else { throw .window(daysBefore: daysBefore, daysAfter: daysAfter) }
    self.utility = utility
    self.month = month
    self.daysBefore = daysBefore
    self.daysAfter = daysAfter
    self.clock = clock
    self.daylightSaving = daylightSaving
    self.rules = rules
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
  /// Writing again what is there already changes nothing. Where a published batch would be another
  /// now, an adjustment is written beside it: a batch of the next revision with the lines that
  /// changed. Other content under a batch's name is refused.
  ///
  /// - Parameters:
  ///   - registry: by ascending endpoint, those of one by ascending installation, without overlap.
  ///   - history: the bills made before; where there is none, a period starts where the registry
  ///     says.
  /// - Returns: the batches in the order written.
  /// - Throws: `BillingError`; batches before the one that failed stay published.
  public func write(
    cycles: [BillingCycle] = BillingCycle.allCases, registry: [ServicePoint],
    history: BillHistory = BillHistory(), reads source: some DailyReads, to directory: String,
    as settings: ExportSettings = ExportSettings(), in fileSystem: FileSystem = .system
  ) async throws(BillingError) -> [PublishedBatch] {
    let publisher = BatchPublisher(
      directory: directory, fileSystem: fileSystem, settings: settings, storeVersion: nil)
    return try await bill(
      due: cycles, writing: Set(cycles), registry: registry, history: history, reads: source,
      to: publisher
    ).batches
  }

  /// Bills some cycles, in ascending order, and writes the batches of some of them: a service point
  /// that moved to another cycle is due twice in a month.
  ///
  /// - Parameter previous: the last batch of the month before, which the first manifest names.
  /// - Returns: the batches that were written, and the reads that end periods in the other cycles.
  func bill(
    due cycles: [BillingCycle], writing: Set<BillingCycle>, registry: [ServicePoint],
    history: BillHistory, reads source: some DailyReads, to publisher: BatchPublisher,
    after previous: PublishedBatch? = nil
  ) async throws(BillingError) -> (batches: [PublishedBatch], others: [BilledRead]) {
    if !writing.isEmpty { try publisher.prepare() }
    let chains = try ServiceChains(registry)
    var metersByCycle = try meters(of: registry, chains)
    var history = history
    var days = RecentDays(source: source)
    var published: [PublishedBatch] = []
    var others: [BilledRead] = []
    for cycle in Set(cycles).sorted() {
      let window = window(of: cycle)
      days.forget(before: window.first)
      // Taken out, so that there is one copy of it.
      var meters = CycleMeters(scheduled: window.scheduled, before: window.scheduled, clock: clock)
      swap(&meters, &metersByCycle[cycle.rawValue - 1])
      meters.settle(registry, chains, history)
      var selection = ReadSelection(meters: meters)
      if !selection.isComplete {
        selection.choose(from: try days.reads(on: window.daysByPreference))
      }
      let lines = BatchLines(
        selection: selection, registry: registry, history: history, clock: clock,
        daylightSaving: daylightSaving, rules: rules)
      let bills: [BilledRead]
      if writing.contains(cycle) {
        let batch = try BatchID(utility: utility, month: month, cycle: cycle)
        let totals: ControlTotals
        (totals, bills) = try lines.stage(batch, publisher: publisher)
        published.append(
          try await publisher.publish(
            FormatHeading(
              batch: batch, window: window, clock: clock, daylightSaving: daylightSaving,
              receiver: publisher.settings.receiver),
            totals: totals, billed: bills, previous: published.last ?? previous
          ) { () throws(BillingError) in try unknownEndpoints(before: cycle, source) })
      } else {
        bills = lines.billedReads
        others += bills
      }
      history.note(bills.filter { chains.contains($0.registryRow) })
    }
    return (published, others)
  }

  /// The unknown endpoints heard since the scheduled date of the cycle before, so that each day's
  /// are listed with one batch.
  private func unknownEndpoints(
    before cycle: BillingCycle, _ source: some DailyReads
  ) throws(BillingError) -> [UnknownEndpoint] {
    let scheduled = window(of: cycle).scheduled
    let first: CivilDay
    if let before = BillingCycle(rawValue: cycle.rawValue - 1) {
      first = window(of: before).scheduled + 1
    } else {
      let last = BillingCycle.allCases[BillingCycle.count - 1]
      first = last.scheduledReadBefore(scheduled) + 1
    }
    guard first <= scheduled else { return [] }
    do {
      return try source.unknownEndpoints(heard: first...scheduled)
    } catch let error as BillingError {
      throw error
    } catch {
      throw .reads(day: scheduled, cause: "\(error)")
    }
  }

  /// Checks the registry and puts each meter into its cycle; cycle 1 is element 0.
  private func meters(
    of registry: [ServicePoint], _ chains: ServiceChains
  ) throws(BillingError) -> [CycleMeters] {
    var meters = BillingCycle.allCases.map { cycle in
      let scheduled = window(of: cycle).scheduled
      return CycleMeters(
        scheduled: scheduled, before: cycle.scheduledReadBefore(scheduled), clock: clock)
    }
    for row in registry.indices {
      if row > 0, !registry[row - 1].precedes(registry[row]) {
        throw .registry(
          row: row, endpoint: registry[row].endpoint,
          problem: "follows endpoint \(registry[row - 1].endpoint.rawValue); expected endpoints in "
            + "ascending order, and rows of one endpoint one after another in time")
      }
      if let problem = registry[row].billingProblem {
        throw .registry(row: row, endpoint: registry[row].endpoint, problem: problem)
      }
      meters[registry[row].cycle.rawValue - 1].add(
        row, of: registry, chains: chains)
    }
    return meters
  }
}

extension ServicePoint {
  fileprivate func precedes(_ next: ServicePoint) -> Bool {
    if endpoint != next.endpoint { return endpoint < next.endpoint }
    return removedAt.map { $0 <= next.installedAt } ?? false
  }

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
    if let removedAt, !writableInstants.contains(removedAt) {
      return "removed at \(removedAt) ms after 1970; "
        + "expected an instant of the years 1900 to 9999"
    }
    if let formula = formulaProblem("meter ID", meterID)
      ?? formulaProblem("service point ID", servicePointID)
      ?? formulaProblem("account ID", accountID)
    {
      return formula
    }
    if let removedRead, !(0..<register.span).contains(removedRead) {
      return "read \(removedRead) at its removal; expected 0 to \(register.span - 1), "
        + "which is what \(register.dials) dials can show"
    }
    return nil
  }
}

/// Says of an ID that a spreadsheet would take it for a formula, by the beginnings that OWASP lists.
private func formulaProblem(_ field: String, _ text: String) -> String? {
  switch text.utf8.first {
  case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"),
    UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
    "\(field) '\(text)'; expected none that begins with =, +, -, @, tab or a line end, as a "
      + "spreadsheet that opens the file would compute it"
  default: nil
  }
}

/// The days' reads that the next windows may need again: windows of neighbouring cycles overlap.
private struct RecentDays<Source: DailyReads> {
  let source: Source
  private var days: [CivilDay: DayOfReads?] = [:]

  init(source: Source) { self.source = source }

  /// The reads of those days that have any.
  mutating func reads(on days: [CivilDay]) throws(BillingError) -> [DayOfReads] {
    var found: [DayOfReads] = []
    for day in days {
      if let reads = try reads(on: day) { found.append(reads) }
    }
    return found
  }

  private mutating func reads(on day: CivilDay) throws(BillingError) -> DayOfReads? {
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
