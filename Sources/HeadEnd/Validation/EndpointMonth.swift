import Metering
import VEE

/// A reception that validation rejects.
struct Rejection: Sendable, Equatable {
  /// Day of the grid.
  var day: Int
  /// Row of the endpoint.
  var row: Int
  var register: UInt32
  var at: UTCMilliseconds
  var reason: ReadReason
}

/// Use of a day that is not the difference of two days' values: meters changed.
struct DayOverride: Sendable, Equatable {
  var day: Int
  var row: Int
  /// Units of the commodity.
  var units: Int64
}

/// Two levels between which a register changed without a word from anybody.
struct LevelChange: Sendable, Equatable {
  var row: Int
  /// Place in `findings` of the finding that tells it.
  var finding: Int
  var span: Int64
  /// The last read of the old level and the first of the new one.
  var before: RegisterPoint
  var after: RegisterPoint
  /// What the meter may have used between the two, at most, in counts.
  var plausibleCounts: Int64

  static func == (left: Self, right: Self) -> Bool {
    left.row == right.row && left.finding == right.finding && left.before == right.before
      && left.after == right.after
  }
}

/// How one endpoint's reads went in a month.
struct ReadCounts: Sendable, Equatable {
  var inService: Int32 = 0
  /// Days on which a read was due: all in service, or the scheduled one of monthly service.
  var expected: Int32 = 0
  /// Of these: with a read that was received and is good.
  var actual: Int32 = 0
  /// With a read that a customer or another person gave.
  var entered: Int32 = 0
  var estimated: Int32 = 0
  /// Receptions that were rejected.
  var rejected: Int32 = 0
}

/// What validation needs to know besides the reads, the same for all endpoints. A class, because it
/// is handed from hand to hand for each of them.
final class ValidationContext: Sendable {
  /// How many days behind the validated ones are looked at for the ends of gaps.
  static let daysInSight = 7

  let registry: [ServicePoint]
  let clock: LocalClock
  let rules: VEERules
  let classes: ClassUse
  let entries: PersonEntries
  /// Mean daily use in the same month of the year before, by row, in hundredths of a count; 0 where
  /// it is not known, and empty where no endpoint's is.
  let lastYearUse: [Int64]
  /// Days of the grid that are validated; those behind them only show how gaps and windows end.
  let dayCount: Int
  let schedule: ReadSchedule

  init(
    registry: [ServicePoint], clock: LocalClock, rules: VEERules, classes: ClassUse,
    entries: PersonEntries, lastYearUse: [Int64], dayCount: Int, schedule: ReadSchedule
  ) {
    self.registry = registry
    self.clock = clock
    self.rules = rules
    self.classes = classes
    self.entries = entries
    self.lastYearUse = lastYearUse
    self.dayCount = dayCount
    self.schedule = schedule
  }
}

/// Validates and estimates the days of a month, endpoint after endpoint: turns what a grid's cells
/// received into their values, and notes what it found.
///
/// The result for an endpoint depends on its receptions, its rows of the registry and its state
/// alone, and not on the order in which anything came.
struct EndpointMonth {
  private let context: ValidationContext
  private let grid: ReadGrid

  private(set) var rejections: [Rejection] = []
  private(set) var exchanges: [DayOverride] = []
  private(set) var findings: [Finding] = []
  private(set) var levelChanges: [LevelChange] = []
  var counts = ReadCounts()
  /// The value before the first day, from which that day's use counts; nil where there is none.
  private(set) var startValue: Int64?

  // Of the endpoint that is being validated.
  private var row = 0
  private var endpoint: UInt32 = 0

  init(_ context: ValidationContext, _ grid: ReadGrid) {
    self.context = context
    self.grid = grid
  }

  /// Validates one endpoint.
  ///
  /// - Parameters:
  ///   - row: of the endpoint in the grid.
  ///   - rows: its rows of the registry.
  ///   - state: as of the last day before the grid; nil for the first month.
  /// - Returns: the state as of the last validated day; nil when it has no good read.
  mutating func validate(
    row: Int, endpoint: UInt32, rows: Range<Int>, state: EndpointState?
  ) -> EndpointState? {
    self.row = row
    self.endpoint = endpoint
    counts = ReadCounts()
    startValue = state?.endValue.map(Int64.init)
    let segments = ServiceSegment.list(context.registry, rows)
    var nextDay = 0
    var result: EndpointState?
    var tamper = state?.tamper
    for (number, segment) in segments.enumerated() {
      let following = number + 1 < segments.count ? segments[number + 1] : nil
      let days = days(of: segment, before: following)
      guard days.lowerBound < context.dayCount, !days.isEmpty || closes(segment, in: days) else {
        continue
      }
      rejectAll(
        nextDay..<max(nextDay, days.lowerBound),
        number == 0 ? .beforeInstallation : .afterRemoval)
      let isContinued = segment.from < grid.start(ofDay: 0)
      var walk = SegmentWalk(
        segment, days: days, state: isContinued ? state : nil, tamper: tamper, context: context,
        grid: grid, row: row)
      walk(&self)
      result = walk.state
      tamper = walk.tamper
      nextDay = max(nextDay, min(days.upperBound, context.dayCount))
    }
    rejectAll(
      nextDay..<context.dayCount, segments.isEmpty ? .beforeInstallation : outside(segments))
    return result
  }

  private func outside(_ segments: [ServiceSegment]) -> ReadReason {
    segments[0].from >= grid.end(ofDay: context.dayCount - 1) ? .beforeInstallation : .afterRemoval
  }

  /// The days of the grid whose slots belong to a segment; that of an exchange is the newer one's.
  private func days(of segment: ServiceSegment, before next: ServiceSegment?) -> Range<Int> {
    let first = max(0, context.clock.day(of: segment.from) - grid.firstDay)
    var end = grid.dayCount
    if let to = segment.to { end = min(end, context.clock.day(of: to - 1) - grid.firstDay + 1) }
    if let next { end = min(end, context.clock.day(of: next.from) - grid.firstDay) }
    return first..<max(first, end)
  }

  /// Whether a segment without a day of its own ends within the grid: on the day of its exchange.
  private func closes(_ segment: ServiceSegment, in days: Range<Int>) -> Bool {
    guard let to = segment.to else { return false }
    return to > grid.start(ofDay: 0) && to <= grid.end(ofDay: context.dayCount - 1) + 1000
      && segment.from < to
  }

  private mutating func rejectAll(_ days: Range<Int>, _ reason: ReadReason) {
    var finding: Finding?
    for day in days {
      if let read = grid.received(day, row) {
        reject(day, read, reason)
        let date = grid.firstDay + day
        if finding == nil {
          finding = Finding(
            endpoint: endpoint,
            flag: reason == .beforeInstallation ? .beforeInstallation : .afterRemoval,
            firstDay: date, lastDay: date, reads: 0, before: nil, after: Int64(read.register))
        }
        finding?.lastDay = date
        finding?.reads += 1
      }
      grid.clear(day, row, as: .none)
    }
    if let finding { findings.append(finding) }
  }

  // MARK: - What a walk along a segment notes

  mutating func reject(_ day: Int, _ read: ReadGrid.Received, _ reason: ReadReason) {
    counts.rejected += 1
    rejections.append(
      Rejection(day: day, row: row, register: read.register, at: read.at, reason: reason))
  }

  mutating func set(_ day: Int, _ value: DayValue, register: Int64) {
    grid.set(day, row, value, register: register)
  }

  /// Says as what a day counts that does not count as its own value.
  mutating func count(_ day: Int, as value: DayValue) { grid.count(day, row, as: value) }

  mutating func start(at value: Int64) { startValue = value }

  mutating func add(
    _ flag: VEEFlag, _ days: ClosedRange<CivilDay>, reads: Int = 1, before: Int64? = nil,
    after: Int64? = nil, units: Int64 = 0
  ) {
    findings.append(
      Finding(
        endpoint: endpoint, flag: flag, firstDay: days.lowerBound, lastDay: days.upperBound,
        reads: reads, before: before, after: after, units: units))
  }

  mutating func addLevelChange(
    span: Int64, before: RegisterPoint, after: RegisterPoint, plausibleCounts: Int64
  ) {
    levelChanges.append(
      LevelChange(
        row: row, finding: findings.count - 1, span: span, before: before, after: after,
        plausibleCounts: plausibleCounts))
  }

  /// Adds to what a day used besides, or in place of, the difference of values.
  mutating func addExchange(_ day: Int, units: Int64) {
    if let place = place(ofExchange: day) {
      exchanges[place].units += units
    } else {
      exchanges.append(DayOverride(day: day, row: row, units: units))
    }
  }

  /// Whether the use of a day is told by exchanges.
  func hasExchange(on day: Int) -> Bool { place(ofExchange: day) != nil }

  private func place(ofExchange day: Int) -> Int? {
    var place = exchanges.count - 1
    while place >= 0, exchanges[place].row == row {
      if exchanges[place].day == day { return place }
      place -= 1
    }
    return nil
  }
}
