import DeltaTable
import Metering
import Parallel
import VEE

/// What a validation did.
public struct ValidationResult: Sendable {
  /// The last day that is validated now.
  public let through: CivilDay
  /// Days that were looked at.
  public fileprivate(set) var days = 0
  /// Endpoint-days among them on which a read was due.
  public fileprivate(set) var expected = 0
  /// Those with a good reception.
  public fileprivate(set) var actual = 0
  /// Those with a read that a person entered.
  public fileprivate(set) var entered = 0
  /// Those with an estimate.
  public fileprivate(set) var estimated = 0
  /// Receptions that are rejected.
  public fileprivate(set) var rejected = 0
  /// Versions of reads that were added.
  public fileprivate(set) var versions = 0
  /// Findings by rule.
  public fileprivate(set) var findings: [VEEFlag: Int] = [:]

  fileprivate init(through: CivilDay) { self.through = through }
}

extension ReadStore {
  static let validatedThroughName = "amr/validated-through"
  static let limitsName = "amr/validation-limits"

  /// The last day up to which everything is validated as it is now; nil before the first time.
  ///
  /// A late upload, an entry or a change of the registry sets it back to the day before.
  public var validatedThrough: CivilDay? {
    snapshot(.reads).transactions[Self.validatedThroughName].map {
      CivilDay(number: Int(Int32(clamping: $0)))
    }
  }

  /// Validates, estimates and adds up the days up to one of them that is closed.
  ///
  /// The result is a function of what was received and entered, and of the registry: not of the
  /// order in which it came, nor of validations before. Each month is a commit of its own, so that
  /// an interrupted validation goes on where it was.
  ///
  /// - Parameters:
  ///   - last: the last day to validate; nil is the last closed one.
  ///   - progress: called for each month with the number of its days.
  public mutating func validate(
    through last: CivilDay? = nil, timestamp: Int64, threads: Int,
    progress: (_ month: String, _ days: Int) throws -> Void = { _, _ in }
  ) async throws -> ValidationResult {
    guard let closed = closedThrough, let first = days.first, first <= closed else {
      throw HeadEndError.refused(
        "\(directory): no day with reads is closed; close the days that are complete first with "
          + "'amr store close \(directory) --through DAY'")
    }
    let through = min(last ?? closed, closed)
    var result = ValidationResult(through: max(through, validatedThrough ?? through))
    guard through >= first else { return result }
    let index = EndpointIndex(endpointIDs)
    var job = ValidationJob(registry: registry, index: index, settings: settings, threads: threads)
    var day = firstDayToValidate(from: first, through: through, reach: job.reach)
    job.states = try states(before: day, index)
    while day <= result.through {
      let end = day.firstOfNextMonth - 1
      try progress(day.monthName, min(end, result.through) - max(day, first) + 1)
      let month = try await job.validate(
        self, from: max(day, first), through: min(end, result.through),
        sight: min(end + job.daysInSight, result.through))
      try await commit(month, of: job, timestamp: timestamp, &result)
      day = end + 1
    }
    return result
  }

  /// The first day of the first month that is not yet validated for good.
  ///
  /// - Parameter reach: how many days apart what is validated and what it depends on may lie.
  private func firstDayToValidate(
    from first: CivilDay, through: CivilDay, reach: Int
  ) -> CivilDay {
    // Months that were validated by other limits are validated again.
    guard let validated = validatedThrough, validated >= first,
      snapshot(.reads).transactions[Self.limitsName] == ValidationLimits.identity(settings)
    else { return first.firstOfMonth }
    let day = max(first, min(validated - reach + 1, through))
    return day.firstOfMonth
  }

  /// The states at the end of the month before a day; none where that was not validated.
  private func states(before day: CivilDay, _ index: EndpointIndex) throws(HeadEndError)
    -> [EndpointState?]
  {
    let files = monthFiles(of: .monthly, (day - 1).monthName)
    return files.isEmpty ? [] : try MonthlyTable.states(files, index)
  }

  func monthFiles(of table: StoreTable, _ month: String) -> [LiveFile] {
    snapshot(table).files(where: "month", is: month).map { liveFile($0, of: table) }
  }

  /// Stores a month: the derived tables' partitions are replaced, `reads` gains versions.
  private mutating func commit(
    _ month: ValidatedMonth, of job: ValidationJob, timestamp: Int64,
    _ result: inout ValidationResult
  ) async throws {
    let writer = MonthWriter(month, job: job, store: self, timestamp: timestamp)
    let files: MonthWriter.Files
    do {
      files = try await writer.write(threads: job.threads)
    } catch {
      throw HeadEndError(error)
    }
    for (table, adds) in files.derived {
      var commit = Commit(operation: "VALIDATE", timestamp: timestamp)
      commit.parameters = ["month": writer.monthName]
      commit.adds = adds
      // Months behind the validated ones are from before a change set validation back.
      commit.removes = snapshot(table).files.filter { file in
        guard case let month?? = file.partitionValues["month"] else { return false }
        return month == writer.monthName || month > result.through.monthName
      }
      if !commit.adds.isEmpty || !commit.removes.isEmpty { try self.commit(commit, to: table) }
    }
    var commit = Commit(operation: "VALIDATE", timestamp: timestamp)
    commit.parameters = ["month": writer.monthName]
    commit.adds = files.reads
    let validated = month.grid.firstDay + (month.dayCount - 1)
    commit.transactions[Self.validatedThroughName] =
      Int64(max(validated, validatedThrough ?? validated).number)
    commit.transactions[Self.limitsName] = ValidationLimits.identity(settings)
    try commitReads(commit)
    result.days += month.dayCount
    result.versions += files.versionCount
    for counts in month.counts {
      result.expected += Int(counts.expected)
      result.actual += Int(counts.actual)
      result.entered += Int(counts.entered)
      result.estimated += Int(counts.estimated)
      result.rejected += Int(counts.rejected)
    }
    for finding in month.findings { result.findings[finding.flag, default: 0] += 1 }
  }

  /// Sets back what is validated: something has changed on a day.
  func setBackValidation(to day: CivilDay, in commit: inout Commit) {
    guard let validated = validatedThrough, validated >= day else { return }
    let other = commit.transactions[Self.validatedThroughName] ?? .max
    commit.transactions[Self.validatedThroughName] = min(other, Int64((day - 1).number))
  }
}

/// What stays the same from month to month of a validation, and what is carried on.
struct ValidationJob {
  let registry: [ServicePoint]
  let ranges: RegistryRanges
  let index: EndpointIndex
  let settings: StoreSettings
  let threads: Int
  /// How many days behind a month are looked at, for the ends of its gaps and of its read windows. A
  /// month is validated again until they have come.
  let daysInSight: Int
  /// How many days apart what is validated and what it depends on may lie.
  let reach: Int
  /// By row of the endpoint; empty before the first month.
  var states: [EndpointState?] = []
  /// The collector that received each endpoint last in the month.
  private(set) var areas: [UInt32] = []

  init(registry: [ServicePoint], index: EndpointIndex, settings: StoreSettings, threads: Int) {
    self.registry = registry
    self.index = index
    self.settings = settings
    self.threads = threads
    ranges = RegistryRanges(registry)
    let days = ValidationContext.daysInSight
    daysInSight =
      registry.contains { $0.isReadMonthly } ? max(days, settings.windowAfterDays) : days
    // Also of the registry before this one.
    reach = max(days, settings.windowBeforeDays, settings.windowAfterDays)
  }

  /// Validates the days of a month.
  ///
  /// - Parameter sight: the last day to look at for the ends of gaps.
  mutating func validate(
    _ store: borrowing ReadStore, from first: CivilDay, through last: CivilDay, sight: CivilDay
  ) async throws -> ValidatedMonth {
    let grid = ReadGrid(
      firstDay: first, dayCount: sight - first + 1, endpointCount: index.ids.count,
      clock: settings.clock)
    let slots = (0..<grid.dayCount).map { store.slot(first + $0) }
    let index = index
    var loads = try await parallelMap(count: slots.count, threads: threads) { number in
      try DayLoad(slots[number], number, into: grid, index)
    }
    let dayCount = last - first + 1
    areas = [UInt32](repeating: DayLoad.noCollector, count: index.ids.count)
    for day in loads.indices {
      if day < dayCount { loads[day].addAreas(to: &areas) }
      loads[day].dropCollectors()
    }
    let context = ValidationContext(
      registry: registry, clock: settings.clock, rules: settings.rules,
      classes: try await classes(grid, dayCount: dayCount),
      entries: PersonEntries(loads.map(\.entries)),
      lastYearUse: try lastYearUse(store, first), dayCount: dayCount,
      schedule: ReadSchedule(monthOf: first, settings))
    let month = try await ValidatedMonth.validate(
      grid, loads: loads, context: context, previous: states, endpoints: index.ids,
      registryRows: ranges, threads: threads)
    states = month.states
    return month
  }

  /// The mean use of each kind of meter: as the month before left it, or else of this one.
  private func classes(_ grid: ReadGrid, dayCount: Int) async throws -> ClassUse {
    let (states, registry, ranges) = (states, registry, ranges)
    let kind: @Sendable (Int) -> ClassUse.Kind? = { row in
      ranges[row].last.map { ClassUse.Kind(registry[$0]) }
    }
    let parts = try await parallelRanges(count: index.ids.count, threads: threads) { range in
      states.isEmpty
        ? ClassUse.sums(grid, range, dayCount: dayCount, kind: kind)
        : ClassUse.sums(states[range], kind: kind)
    }
    var sums: [ClassUse.Kind: ClassUse.Sum] = [:]
    for part in parts {
      for (kind, sum) in part { sums[kind, default: ClassUse.Sum()].add(sum) }
    }
    return ClassUse(sums)
  }

  /// By row, in hundredths of a count a day; empty where that month is not there.
  private func lastYearUse(_ store: borrowing ReadStore, _ first: CivilDay) throws(HeadEndError)
    -> [Int64]
  {
    let (year, month, _) = first.date
    let name = CivilDay(year: year - 1, month: month, day: 1).monthName
    let files = store.monthFiles(of: .monthly, name)
    if files.isEmpty { return [] }
    return try MonthlyTable.states(files, index).map { $0?.dailyUse ?? 0 }
  }
}
