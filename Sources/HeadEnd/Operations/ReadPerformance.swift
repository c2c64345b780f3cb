import Metering
import VEE

/// How well the endpoints of a store are read, as of its validated days: those read daily and those
/// read once a month apart.
public struct ReadPerformance: Sendable, Equatable {
  /// Endpoint-days of a day or a month.
  public struct Figures: Sendable, Equatable {
    /// Days on which a read was due.
    public internal(set) var expected = 0
    /// Those with a good reception.
    public internal(set) var actual = 0
    /// Those with a read that a person entered.
    public internal(set) var entered = 0
    public internal(set) var estimated = 0
    /// Those with nothing, not even an estimate.
    public var missing: Int { expected - actual - entered - estimated }
    /// Good receptions ÷ reads due, 0…1; nil where none was.
    public var readRate: Double? { expected == 0 ? nil : Double(actual) / Double(expected) }
    /// Estimates ÷ reads due, 0…1; nil where none was.
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

  /// How well the endpoints of one service are read.
  public struct Service: Sendable, Equatable {
    /// By day.
    public internal(set) var days: [CivilDay: Figures] = [:]
    /// By month, `YYYY-MM`.
    public internal(set) var months: [String: Figures] = [:]
    /// In service in the last month, by the age of their last good read. If read daily: within 1, 3,
    /// 7, 30 days, longer ago, never. If read monthly: within 7, 35, 65 days, longer ago, never.
    public internal(set) var ages: [Age]

    /// Endpoints that no good read has come from for so long that many daily ones or two monthly ones
    /// were missed, or ever.
    public var chronicNonReaders: Int { ages.suffix(2).reduce(0) { $0 + $1.endpoints } }

    /// Whether no endpoint has been of this service.
    public var isEmpty: Bool { months.isEmpty && ages.allSatisfy { $0.endpoints == 0 } }

    fileprivate init(_ service: ReadService) {
      let limits =
        switch service {
        case .daily: [1, 3, 7, 30]
        case .monthly: [7, 35, 65]
        }
      ages = limits.map { Age(daysMax: $0) } + [Age(daysMax: nil), Age(daysMax: nil)]
    }
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
  public internal(set) var daily = Service(.daily)
  public internal(set) var monthly = Service(.monthly)
  /// Of the last month; rules that noticed something.
  public internal(set) var exceptions: [Exceptions] = []

  fileprivate init(through: CivilDay) { self.through = through }

  public subscript(service: ReadService) -> Service {
    get {
      switch service {
      case .daily: daily
      case .monthly: monthly
      }
    }
    set {
      switch service {
      case .daily: daily = newValue
      case .monthly: monthly = newValue
      }
    }
  }
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

extension ReadPerformance.Service {
  /// - Parameter age: of its last good read in days, 1 for that day; nil where there was none.
  fileprivate mutating func addEndpoint(readAgo age: Int?) {
    guard let age else {
      ages[ages.count - 1].endpoints += 1
      return
    }
    let place = ages.firstIndex { age <= $0.daysMax ?? .max } ?? ages.count - 2
    ages[place].endpoints += 1
  }
}

extension StoredFile {
  /// The column `service`.
  fileprivate func services() throws(HeadEndError) -> [ReadService] {
    try codes("service", ReadService.allCases.map(\.rawValue)).enumerated().map {
      row, code throws(HeadEndError) in
      guard Int(code) < ReadService.allCases.count else {
        throw .damagedStore("\(path): row \(row) has no service that is known; \(Self.mending)")
      }
      return ReadService.allCases[Int(code)]
    }
  }
}

extension ReadPerformance {
  fileprivate mutating func addGroups(_ file: StoredFile) throws(HeadEndError) {
    let periods = try file.texts("period")
    let starts = try file.integers("starts_on")
    let groupings = try file.texts("grouping")
    let services = try file.services()
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
        add(to: &self[services[row]].months[day.monthName, default: Figures()])
      } else {
        add(to: &self[services[row]].days[day, default: Figures()])
      }
    }
  }

  fileprivate mutating func addAges(_ file: StoredFile, clock: LocalClock) throws(HeadEndError) {
    let daysInService = try file.integers("days_in_service")
    let readAt = try file.optionalIntegers("last_read_at")
    let services = try file.services()
    for row in daysInService.indices where daysInService[row] > 0 {
      let age = readAt[row].map { through - clock.day(of: $0 / 1000) + 1 }
      self[services[row]].addEndpoint(readAgo: age)
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
