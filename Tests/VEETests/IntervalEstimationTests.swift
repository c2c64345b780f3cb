import Metering
import TestSupport
import Testing
import VEE

@Suite("Interval estimation")
struct IntervalEstimationTests {
  private let rules = VEERules()

  private func series(_ values: [Int64?]) -> [IntervalValue] {
    values.map { $0.map { IntervalValue($0) } ?? .missing }
  }

  @Test("a line is rounded half up, and its end points are kept")
  func line() {
    func fill(_ values: [Int64?]) -> [Int64]? {
      rules.interpolated(
        gap: 1..<values.count - 1, in: series(values), intervalMinutes: 15)
    }
    #expect(fill([1, nil, 2]) == [2])
    #expect(fill([2, nil, 1]) == [2])
    #expect(fill([10, nil, nil, 0]) == [7, 3])
    #expect(fill([5, nil, nil, nil, 5]) == [5, 5, 5])
    #expect(fill([.min, nil, .max]) == [0], "half below 0")
    #expect(fill([.max, nil, nil, nil, .min]).map(\.count) == 3)
  }

  @Test("an interval with a power failure is no end point, the next good one is")
  func outageAtOneEnd() {
    let values = [
      IntervalValue(40), .missing, .missing, IntervalValue(0, hasOutage: true), IntervalValue(60),
    ]
    // 40 to 60 in four steps; the failed interval keeps its 0.
    #expect(rules.interpolated(gap: 1..<3, in: values, intervalMinutes: 15) == [45, 50])
    let mirrored = Array(values.reversed())
    #expect(rules.interpolated(gap: 2..<4, in: mirrored, intervalMinutes: 15) == [50, 45])
    // An estimate is none either.
    let estimated = [
      IntervalValue(40), IntervalValue(99, quality: .estimated), .missing, IntervalValue(70),
    ]
    #expect(rules.interpolated(gap: 2..<3, in: estimated, intervalMinutes: 15) == [60])
    let none = [IntervalValue(40), .missing, IntervalValue(0, hasOutage: true)]
    #expect(rules.interpolated(gap: 1..<2, in: none, intervalMinutes: 15) == nil)
  }

  @Test("between power failures there was no use")
  func outageOnBothSides() {
    let failed = IntervalValue(3, hasOutage: true)
    let values = [IntervalValue(40), failed, .missing, .missing, failed, IntervalValue(60)]
    #expect(rules.interpolated(gap: 2..<4, in: values, intervalMinutes: 15) == [0, 0])
    let alone = [failed, .missing, failed]
    #expect(rules.interpolated(gap: 1..<2, in: alone, intervalMinutes: 15) == [0])
    #expect(rules.interpolated(gap: 1..<2, in: alone, intervalMinutes: 121) == nil)
  }

  @Test("two hours are the limit, whatever the interval")
  func limit() {
    for (minutes, most) in [(5, 24), (15, 8), (60, 2), (120, 1), (121, 0)] {
      for count in 1...most + 1 {
        let values = series([1] + Array(repeating: nil, count: count) + [1])
        let filled = rules.interpolated(
          gap: 1..<count + 1, in: values, intervalMinutes: minutes)
        #expect((filled != nil) == (count <= most), "\(count) of \(minutes) minutes")
      }
    }
  }

  @Test("what is not one whole gap is not filled, and does not trap")
  func noGap() {
    let values = series([1, nil, nil, 1, 1, nil])
    for gap in [0..<1, 1..<2, 2..<3, 1..<1, 1..<4, 5..<6, 5..<7, -1..<2, 9..<10] {
      #expect(rules.interpolated(gap: gap, in: values, intervalMinutes: 15) == nil, "\(gap)")
    }
    #expect(rules.interpolated(gap: .min..<(.max), in: values, intervalMinutes: 15) == nil)
    for minutes in [0, -15, .max, .min] {
      #expect(rules.interpolated(gap: 1..<3, in: values, intervalMinutes: minutes) == nil)
    }
    #expect(rules.interpolated(gap: 1..<3, in: values, intervalMinutes: 15) == [1, 1])
    #expect(rules.interpolated(gap: 0..<0, in: [], intervalMinutes: 15) == nil)
  }

  @Test("types of days, and which days stand for which")
  func dayTypes() {
    let holiday = CivilDay(year: 1998, month: 7, day: 3)
    let holidays: Set<CivilDay> = [holiday, holiday - 9]
    #expect(holiday.weekday == 4, "a Friday")
    #expect(holiday.dayType(holidays: holidays) == .holiday)
    #expect(holiday.dayType(holidays: []) == .weekday)
    #expect((holiday + 1).dayType(holidays: holidays) == .weekend)

    // Each day's value is how many days it is before the target.
    func references(_ day: CivilDay, count: Int = 3, holidays: Set<CivilDay> = holidays) -> [Int] {
      var rules = rules
      rules.referenceDays = 1
      var found: [Int] = []
      var history = (-3...40).map {
        ReferenceDay(day: day - $0, intervals: [IntervalValue(Int64($0))])
      }
      for _ in 0..<count {
        guard
          let value = rules.referenceDayValues(
            slots: 0..<1, of: day, history: history, holidays: holidays)
        else { break }
        found.append(Int(value[0]))
        history.removeAll { $0.intervals[0].value == value[0] }
      }
      return found
    }
    // Monday the 6th: Thursday, Wednesday and Tuesday; Friday was a holiday.
    #expect(references(holiday + 3) == [4, 5, 6])
    // Thursday the 25th of June: Tuesday, since the day before was a holiday.
    #expect(references(holiday - 8) == [2, 3, 6])
    // Saturday the 4th: last weekend.
    #expect(references(holiday + 1) == [6, 7, 13])
    // The holiday itself: Sundays, not the last holiday.
    #expect(references(holiday) == [5, 12, 19])
    #expect(references(holiday, holidays: holidays.union([holiday - 5])) == [12, 19, 26])
  }

  private static let monday = CivilDay(year: 1998, month: 6, day: 29)

  /// The Thursdays and Fridays before, the later the first.
  private func history(_ intervals: [[IntervalValue]]) -> [ReferenceDay] {
    zip([3, 4, 10, 11, 17, 18], intervals).map {
      ReferenceDay(day: Self.monday - $0, intervals: $1)
    }
  }

  @Test("estimated intervals and days with a power failure are passed over")
  func passedOver() {
    let estimate = IntervalValue(99, quality: .estimated)
    let days = history([
      [estimate, IntervalValue(10)], [IntervalValue(1), IntervalValue(20)],
      [IntervalValue(99), IntervalValue(0, hasOutage: true)],
      [IntervalValue(2), IntervalValue(60)], [IntervalValue(4), .missing],
    ])
    func values(_ slots: Range<Int>) -> [Int64]? {
      rules.referenceDayValues(
        slots: slots, of: Self.monday, history: days.reversed(), holidays: [])
    }
    // (1 + 2 + 4) / 3 = 2.33; (10 + 20 + 60) / 3 = 30.
    #expect(values(0..<2) == [2, 30])
    #expect(values(0..<0) == [])
    #expect(values(0..<3) == nil && values(2..<3) == nil && values(-1..<1) == nil)
    #expect(values(0..<(.max)) == nil)
  }

  @Test("fewer reference days than asked for are no estimate")
  func tooFew() {
    let days = history([[IntervalValue(1)], [IntervalValue(2)]])
    var rules = rules
    func value() -> [Int64]? {
      rules.referenceDayValues(slots: 0..<1, of: Self.monday, history: days, holidays: [])
    }
    #expect(value() == nil)
    rules.referenceDays = 2
    #expect(value() == [2], "1.5, half up")
    for count in [0, -1, .min, .max] {
      rules.referenceDays = count
      #expect(value() == nil)
    }
  }

  @Test("a scaled profile has the exact sum, keeps its order and is nowhere far off")
  func scaling() throws {
    var random = SplitMix64(seed: 68)
    for round in 0..<4000 {
      let profile = (0..<Int(random.next() % 40) + 1).map { _ in
        Int64(random.next() >> 1) >> (random.next() % 63)
      }
      let total = Int64(random.next() >> 1) >> (random.next() % 63)
      let scaled = try #require(profileScaled(profile, to: total))
      let comment: Comment = "\(profile) to \(total), seed 68, \(round)"
      #expect(scaled.count == profile.count, comment)
      #expect(scaled.reduce(0 as Int128) { $0 + Int128($1) } == Int128(total), comment)
      let sum = profile.reduce(0 as Int128) { $0 + Int128($1) }
      guard sum > 0 else { continue }
      let largest = profile.firstIndex(of: profile.max() ?? 0)
      for (index, value) in scaled.enumerated() {
        let floor = Int64(Int128(profile[index]) * Int128(total) / sum)
        #expect(
          index == largest
            ? (floor...floor + Int64(profile.count)).contains(value) : value == floor, comment)
      }
    }
  }

  @Test("residues go to the largest, the first of equals")
  func residue() {
    #expect(profileScaled([1, 3, 3, 1], to: 10) == [1, 5, 3, 1])
    #expect(profileScaled([1, 1, 1], to: 2) == [2, 0, 0])
    #expect(profileScaled([0, 0, 0], to: 7) == [3, 2, 2], "without a shape the total is even")
    #expect(profileScaled([5], to: 0) == [0] && profileScaled([0], to: 9) == [9])
    #expect(profileScaled([.max, .max], to: .max) == [.max / 2 + 1, .max / 2])
  }

  @Test("what cannot be scaled")
  func notScalable() {
    #expect(profileScaled([], to: 0) == nil && profileScaled([], to: 5) == nil)
    #expect(profileScaled([1, -1, 3], to: 5) == nil && profileScaled([.min], to: 5) == nil)
    #expect(profileScaled([1, 2], to: -1) == nil && profileScaled([1, 2], to: .min) == nil)
  }
}
