import Metering
import VEE

/// How well the endpoints of a store are read, as of its validated days.
public struct ReadPerformance: Sendable, Equatable {
  /// Endpoint-days of a day or a month.
  public struct Figures: Sendable, Equatable {
    /// Days in service.
    public internal(set) var expected = 0
    /// Those with a good reception.
    public internal(set) var actual = 0
    /// Those with a read that a person entered.
    public internal(set) var entered = 0
    public internal(set) var estimated = 0
    /// Those with nothing, not even an estimate.
    public var missing: Int { expected - actual - entered - estimated }
    /// Good receptions ÷ days in service, 0…1; nil without such days.
    public var readRate: Double? { expected == 0 ? nil : Double(actual) / Double(expected) }
    /// Estimates ÷ days in service, 0…1; nil without such days.
    public var estimatedShare: Double? {
      expected == 0 ? nil : Double(estimated) / Double(expected)
    }
  }

  /// Endpoints by the age of their last good read on the last validated day, in days: at most so
  /// many.
  public struct Age: Sendable, Equatable {
    /// Nil is all that is older; for the last element, of endpoints that were never read.
    public let daysMax: Int?
    public internal(set) var endpoints = 0
  }

  /// What a rule noticed.
  public struct Exceptions: Sendable, Equatable {
    public let rule: VEEFlag
    public internal(set) var count = 0
    /// How much may be billed wrongly, by commodity in its unit.
    public internal(set) var units: [Commodity: Int64] = [:]
  }

  /// The last validated day.
  public let through: CivilDay
  /// By day.
  public internal(set) var days: [CivilDay: Figures] = [:]
  /// By month, `YYYY-MM`.
  public internal(set) var months: [String: Figures] = [:]
  /// In service in the last month: read within 1, 3, 7, 30 days, longer ago, never.
  public internal(set) var ages: [Age] =
    [1, 3, 7, 30].map { Age(daysMax: $0) }
    + [Age(daysMax: nil), Age(daysMax: nil)]
  /// Of the last month; rules that noticed something.
  public internal(set) var exceptions: [Exceptions] = []

  /// Endpoints without a good read for more than 30 days, or ever.
  public var chronicNonReaders: Int { ages.suffix(2).reduce(0) { $0 + $1.endpoints } }
}

extension ReadStore {
  /// How well endpoints are read; nil before the first validation.
  public func performance() throws(HeadEndError) -> ReadPerformance? {
    guard let last = validatedMonths.last, let through = lastValidatedDay(of: last) else {
      return nil
    }
    var performance = ReadPerformance(through: through)
    for file in files(of: .groups) { try performance.addGroups(file.open()) }
    for file in monthFiles(of: .monthly, last) {
      try performance.addAges(file.open(), clock: settings.clock)
    }
    for file in monthFiles(of: .findings, last) {
      performance.addExceptions(try FindingsTable.findings(file.open()))
    }
    return performance
  }

  private func lastValidatedDay(of month: String) -> CivilDay? {
    let days = monthFiles(of: .daily, month).compactMap { file -> Int? in
      guard case .integer(let day)? = file.dataFile.statistics?.bounds["day"]?.max else {
        return nil
      }
      return Int(day)
    }
    return days.max().map { CivilDay(number: $0) }
  }
}

extension ReadPerformance {
  fileprivate mutating func addGroups(_ file: StoredFile) throws(HeadEndError) {
    let periods = try file.texts("period")
    let starts = try file.integers("starts_on")
    let groupings = try file.texts("grouping")
    let expected = try file.integers("days_expected")
    let actual = try file.integers("days_actual")
    let entered = try file.integers("days_entered")
    let estimated = try file.integers("days_estimated")
    // Every endpoint is in one cycle.
    for row in periods.indices where groupings[row] == "cycle" {
      func add(to figures: inout Figures) {
        figures.expected += Int(expected[row])
        figures.actual += Int(actual[row])
        figures.entered += Int(entered[row])
        figures.estimated += Int(estimated[row])
      }
      let day = CivilDay(number: Int(Int32(truncatingIfNeeded: starts[row])))
      if periods[row] == "month" {
        add(to: &months[day.monthName, default: Figures()])
      } else {
        add(to: &days[day, default: Figures()])
      }
    }
  }

  fileprivate mutating func addAges(_ file: StoredFile, clock: LocalClock) throws(HeadEndError) {
    let expected = try file.integers("days_expected")
    let readAt = try file.optionalIntegers("last_read_at")
    for row in expected.indices where expected[row] > 0 {
      guard let at = readAt[row] else {
        ages[ages.count - 1].endpoints += 1
        continue
      }
      let age = through - clock.day(of: at / 1000) + 1
      let place = ages.firstIndex { age <= $0.daysMax ?? .max } ?? ages.count - 2
      ages[place].endpoints += 1
    }
  }

  fileprivate mutating func addExceptions(_ findings: [(Finding, Commodity)]) {
    var byRule: [VEEFlag: Exceptions] = [:]
    for (finding, commodity) in findings {
      byRule[finding.flag, default: Exceptions(rule: finding.flag)].count += 1
      byRule[finding.flag]?.units[commodity, default: 0] += finding.units
    }
    exceptions = VEEFlag.allCases.compactMap { byRule[$0] }
  }
}
