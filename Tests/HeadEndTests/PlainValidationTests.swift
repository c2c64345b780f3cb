import Metering
import TestSupport
import Testing
import VEE

@testable import HeadEnd

/// The fast validation and the plain one on random histories of one meter.
@Suite("Validation against its oracle")
struct PlainValidationTests {
  /// One meter's random months.
  private struct History {
    static let first = CivilDay(year: 1998, month: 6, day: 20)
    /// One row, or two where it comes to be read more or less often.
    var rows: [ServicePoint]
    var point: ServicePoint { rows[0] }
    var reads: [Int: PlainValidation.Read] = [:]
    var entries: [Int: PlainValidation.Entry] = [:]
    var last: Int

    init(seed: UInt64) {
      var random = SplitMix64(seed: seed)
      func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
      let first = Self.first.number
      last = first + Int.random(in: 0..<110, using: &random)
      let dials = [4, 5, 5, 8].randomElement(using: &random)!
      let register = RegisterFormat(
        dials: dials, multiplier: [1, 1, 40].randomElement(using: &random)!)
      let start = chance(30) ? register.spanInSCM - 300 : Int64.random(in: 0..<5000, using: &random)
      let billedBefore = chance(50) ? 0 : Int64.random(in: 0..<20, using: &random)
      let openingAt =
        Fixture.clock.startOfDay(Self.first) - billedBefore * millisecondsPerDay
      var point = ValidationStore.point(
        0, account: chance(10) ? "" : nil, dials: dials, multiplier: register.multiplier,
        cycle: Int.random(in: 1...21, using: &random), service: chance(40) ? .monthly : .daily,
        from: openingAt - 40 * millisecondsPerDay, opening: start, openingAt: openingAt)
      rows = [point]
      if chance(30) {
        // At midnight or at any hour.
        let change =
          Fixture.clock.startOfDay(CivilDay(number: .random(in: first...last + 3, using: &random)))
          + max(0, Int64.random(in: -6...23, using: &random)) * 3_600_000
        rows[0].removedAt = change
        point.installedAt = change
        point.service = point.service == .daily ? .monthly : .daily
        rows.append(point)
      }
      let daily: Int64 = [0, 1, 3, 10, 60].randomElement(using: &random)!
      let isEverMonthly = rows.contains { $0.service == .monthly }
      let silence = (isEverMonthly ? [15, 60, 90, 97] : [0, 15, 60, 95])
        .randomElement(using: &random)!
      let oddness = [0, 3, 10].randomElement(using: &random)!
      var count = start
      var jump: Int64 = 0
      var isStuck = false
      var tamper = 0
      for day in first...(last + 10) {
        if chance(2) { isStuck.toggle() }
        if !isStuck { count += Int64.random(in: 0...(2 * daily), using: &random) }
        if chance(oddness) {
          jump = chance(40) ? 0 : Int64.random(in: -3000...20_000, using: &random)
        }
        if chance(2) { tamper = Int.random(in: 0..<32, using: &random) }
        if chance(oddness) { addEntry(day, count, &random) }
        if chance(silence) { continue }
        var shown = (count + jump) % register.spanInSCM
        if shown < 0 { shown += register.spanInSCM }
        if chance(oddness) { shown = Int64.random(in: 0..<20_000, using: &random) }
        reads[day] = PlainValidation.Read(
          register: shown,
          at: Fixture.clock.startOfDay(CivilDay(number: day))
            + Int64.random(in: 0..<86_400, using: &random) * 1000,
          ertType: chance(oddness / 3) ? 3 : 7, tamper: tamper)
      }
    }

    private mutating func addEntry(_ day: Int, _ count: Int64, _ random: inout SplitMix64) {
      let shown = (count + Int64.random(in: -20...2000, using: &random)).magnitude
      let register = Int64(shown) % point.register.spanInSCM
      entries[day] =
        switch Int.random(in: 0..<3, using: &random) {
        case 0: .customer(register)
        case 1: .verified(register)
        default: reads[day] == nil ? .customer(register) : .rejected
        }
    }
  }

  /// A month as either of the two tells it.
  private struct Month: Equatable {
    var start: Int64?
    var values: [Int: String]
    var rejections: [Int: String]
    var findings: Set<String>
    var counted: [Int: String]
  }

  private static func months(_ history: History) -> [(first: Int, last: Int, sight: Int)] {
    var months: [(first: Int, last: Int, sight: Int)] = []
    var day = History.first
    while day.number <= history.last {
      let end = min((day.firstOfNextMonth - 1).number, history.last)
      months.append((day.number, end, min((day.firstOfNextMonth + 6).number, history.last)))
      day = CivilDay(number: end + 1)
    }
    return months
  }

  private static func plain(_ history: History, lastYear: Int64) -> [Month] {
    let register = history.point.register
    var plain = PlainValidation(
      span: register.spanInSCM, dialSpan: register.span, multiplier: Int64(register.multiplier),
      isActive: !history.point.accountID.isEmpty, clock: Fixture.clock,
      opening: history.point.lastBilledRead, openingAt: history.point.lastBilledAt,
      reads: history.reads, entries: history.entries)
    // A change on the first day follows a day of the other service.
    for day in History.first.number - 1...history.last {
      let row = history.rows.last {
        $0.installedAt < Fixture.clock.startOfDay(CivilDay(number: day + 1))
      }
      let date = CivilDay(number: day)
      if row?.service == .monthly { plain.monthlyDays.insert(day) }
      if row?.cycle.scheduledRead(year: date.year, month: date.month) == date {
        plain.scheduledDays.insert(day)
      }
    }
    return months(history).map { month in
      plain.month(month.first, through: month.last, sight: month.sight, lastYear: lastYear)
      plain.hasMonthBefore = true
      return Month(
        start: plain.startValue, values: plain.values, rejections: plain.rejections,
        findings: plain.findings, counted: plain.counted)
    }
  }

  private static func fast(_ history: History, lastYear: Int64) -> [Month] {
    var state: EndpointState?
    var isFirst = true
    return months(history).map { month in
      let grid = ReadGrid(
        firstDay: CivilDay(number: month.first), dayCount: month.sight - month.first + 1,
        endpointCount: 1, clock: Fixture.clock)
      var entries: [[Int: StoredRead]] = []
      for day in month.first...month.sight {
        if let read = history.reads[day] {
          grid.receive(
            day - month.first, 0, register: UInt32(read.register), at: read.at,
            attributes: UInt16(read.ertType << 5 | read.tamper))
        }
        entries.append(history.entries[day].map { [0: stored($0, day)] } ?? [:])
      }
      let dayCount = month.last - month.first + 1
      let kind = ClassUse.Kind(history.point)
      let classes = ClassUse(
        isFirst
          ? ClassUse.sums(grid, 0..<1, dayCount: dayCount) { _ in kind }
          : ClassUse.sums([state][...]) { _ in kind })
      isFirst = false
      var validation = EndpointMonth(
        ValidationContext(
          registry: history.rows, clock: Fixture.clock, rules: VEERules(), classes: classes,
          entries: PersonEntries(entries), lastYearUse: lastYear > 0 ? [lastYear] : [],
          dayCount: dayCount,
          schedule: ReadSchedule(
            monthOf: CivilDay(number: month.first), Fixture.settings())), grid)
      state = validation.validate(
        row: 0, endpoint: history.point.endpoint.rawValue, rows: history.rows.indices,
        state: state)
      return told(validation, grid, month.first, dayCount)
    }
  }

  private static func stored(_ entry: PlainValidation.Entry, _ day: Int) -> StoredRead {
    let noon = Fixture.clock.startOfDay(CivilDay(number: day)) + millisecondsPerDay / 2
    let (register, quality): (Int64, Quality) =
      switch entry {
      case .customer(let register): (register, .customer)
      case .verified(let register): (register, .verified)
      case .rejected: (0, .rejected)
      }
    return StoredRead(
      stamp: noon, register: UInt32(register), version: 1, quality: quality, source: .person,
      reason: .edit)
  }

  private static func told(
    _ validation: EndpointMonth, _ grid: ReadGrid, _ first: Int, _ dayCount: Int
  ) -> Month {
    var month = Month(
      start: validation.startValue, values: [:], rejections: [:], findings: [], counted: [:])
    for day in 0..<dayCount {
      switch grid.counted(day, 0) {
      case .none, .missing: break
      case .actual: month.counted[first + day] = "actual"
      case .customer, .verified: month.counted[first + day] = "entered"
      case .betweenReads, .byHistory, .byClassAverage: month.counted[first + day] = "estimated"
      }
      let value = grid.value(day, 0)
      guard let register = grid.register(day, 0) else { continue }
      let reason = value.reason.map { " \($0.name)" } ?? ""
      month.values[first + day] = "\(register) \(value.quality.rawValue)\(reason)"
    }
    for rejection in validation.rejections {
      month.rejections[first + rejection.day] = "\(rejection.register) \(rejection.reason.name)"
    }
    for finding in validation.findings {
      month.findings.insert(
        "\(finding.flag.rawValue) \(finding.firstDay.number)...\(finding.lastDay.number) units "
          + "\(finding.units)")
    }
    return month
  }

  @Test("values, qualities and findings of random histories are those of the plain validation")
  func histories() {
    let seed = testSeed(1)
    let count: UInt64 = longTests ? 100_000 : 1200
    var rules: [String: Int] = [:]
    var failures = 0
    for number in seed..<seed + count where failures < 3 {
      let history = History(seed: number)
      let lastYear: Int64 = number % 7 == 0 ? Int64(number % 1000) : 0
      let plain = Self.plain(history, lastYear: lastYear)
      let fast = Self.fast(history, lastYear: lastYear)
      for (month, (one, other)) in zip(plain, fast).enumerated() where one != other {
        failures += 1
        let days = Set(one.values.keys).union(other.values.keys).sorted().filter {
          one.values[$0] != other.values[$0]
        }
        let first = days.first.map {
          "day \($0): \(other.values[$0] ?? "-"), plain \(one.values[$0] ?? "-")"
        }
        Issue.record(
          """
          seed \(number), month \(month): start \(other.start ?? -1), plain \(one.start ?? -1); \
          \(first ?? "values agree"); rejections agree: \(one.rejections == other.rejections); \
          counted \(other.counted.filter { one.counted[$0.key] != $0.value }), plain \
          \(one.counted.filter { other.counted[$0.key] != $0.value }); \
          findings \(other.findings.subtracting(one.findings).sorted()), plain \
          \(one.findings.subtracting(other.findings).sorted())
          """)
        break
      }
      for month in fast {
        for value in month.values.values {
          rules[value.split(separator: " ").dropFirst().joined(separator: " "), default: 0] += 1
        }
        for finding in month.findings {
          rules[String(finding.split(separator: " ")[0]), default: 0] += 1
        }
      }
    }
    print("histories from seed \(seed): \(rules.sorted { $0.key < $1.key })")
    for rule in [
      "actual", "customer", "verified", "estimated between_reads", "estimated by_history",
      "estimated by_class_average", "rollover", "spike", "negative", "implausible_use",
      "unreported_exchange", "stuck", "zero", "high", "low", "tamper", "no_read", "inactive_use",
      "wrong_type", "beyond_dials",
    ] {
      #expect(rules[rule] ?? 0 > 10, "\(rule)")
    }
  }
}
