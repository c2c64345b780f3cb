import Metering
import Testing
import VEE

/// The worked examples of validation, estimation and editing, with their very figures.
@Suite("Worked examples")
struct WorkedExamplesTests {
  private let rules = VEERules()

  /// Judges an advance as the head-end does: the greatest plausible use in counts.
  private func advance(
    _ previous: Int64, _ current: Int64, _ register: RegisterFormat, limit: Int64
  ) -> RegisterAdvance {
    RegisterAdvance.between(
      previous, current, span: register.span,
      plausibleCounts: limit / Int64(register.multiplier))
  }

  @Test("1: a rollover of five dials")
  func example1() {
    let limit = rules.plausibleUse(AverageDailyUse(hundredths: 900), days: 28)
    #expect(limit == 2520)
    let register = RegisterFormat(dials: 5, multiplier: 1)
    #expect(
      advance(99_870, 123, register, limit: limit) == .use(counts: 253, rolledOver: true))
  }

  @Test("2: a rollover of four dials behind a transformer")
  func example2() {
    let limit = rules.plausibleUse(AverageDailyUse(hundredths: 3600), days: 30)
    #expect(limit == 10_800)
    let register = RegisterFormat(dials: 4, multiplier: 40)
    let result = advance(9985, 12, register, limit: limit)
    #expect(result == .use(counts: 27, rolledOver: true))
    #expect(27 * register.multiplier == 1080)
  }

  @Test("3: a step back is no rollover")
  func example3() {
    let limit = rules.plausibleUse(AverageDailyUse(hundredths: 2400), days: 30)
    #expect(limit == 7200)
    let register = RegisterFormat(dials: 5, multiplier: 1)
    #expect(register.counts(from: 12_340, to: 12_310) == 99_970)
    #expect(advance(12_340, 12_310, register, limit: limit) == .negative)
  }

  @Test("4: a meter exchange")
  func example4() {
    let register = RegisterFormat(dials: 5, multiplier: 1)
    let exchange = MeterExchange(
      at: 15 * millisecondsPerDay, oldRegister: register, outRead: 45_892, newRegister: register,
      inRead: 0)
    let outcome = exchange.use(
      from: (45_210, 0), to: (311, 30 * millisecondsPerDay), adu: nil, rules: rules)
    guard case .use(let use) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(use.oldCounts == 682 && use.newCounts == 311 && use.units == 993)
    #expect(use.quality == .actual && !use.rolledOver)
  }

  @Test("5: a monthly estimate from last year")
  func example5() throws {
    let adu = try #require(AverageDailyUse(use: 745, days: 31))
    #expect(adu.hundredths == 2403)
    #expect(adu.use(days: 30) == 72_090)
    let register = RegisterFormat(dials: 5, multiplier: 1)
    let count = RegisterEstimate.byHistory(
      last: 83_120, adu: adu, days: 30, register: register, span: register.span)
    #expect(count - 83_120 == 720)
    #expect(count == 83_840)
  }

  @Test("6: a monthly estimate with a constant of 40")
  func example6() throws {
    let adu = try #require(AverageDailyUse(use: 3456, days: 29))
    #expect(adu.hundredths == 11_917)
    #expect(adu.use(days: 31) == 369_427)
    let register = RegisterFormat(dials: 4, multiplier: 40)
    let count = RegisterEstimate.byHistory(
      last: 4410, adu: adu, days: 31, register: register, span: register.span)
    #expect(count - 4410 == 92)
    #expect(count == 4502)
  }

  /// 15-minute values 40, some missing, 60.
  private func interpolated(missing: Int) -> [Int64]? {
    let gap = Array(repeating: IntervalValue.missing, count: missing)
    let series = [IntervalValue(40)] + gap + [IntervalValue(60)]
    return rules.interpolated(gap: 1..<missing + 1, in: series, intervalMinutes: 15)
  }

  @Test("7: one hour is interpolated")
  func example7() {
    #expect(interpolated(missing: 4) == [44, 48, 52, 56])
  }

  @Test("8: two hours are interpolated, a quarter more takes reference days")
  func example8() {
    #expect(interpolated(missing: 8) == [42, 44, 47, 49, 51, 53, 56, 58])
    #expect(interpolated(missing: 9) == nil)
  }

  @Test("9: spikes of a day, in tenths")
  func example9() {
    // The third ones are at the usual floor, or just above it: without one the check itself speaks.
    var rules = rules
    for floor in [rules.spikeFloor, 0] {
      rules.spikeFloor = floor
      #expect(rules.spikeFinding(day: [92, 40, 31], partsPerCount: 10) == .spike)
      #expect(rules.spikeFinding(day: [81, 50, 30], partsPerCount: 10) == nil)
      #expect(rules.spikeFinding(day: [84, 60, 30], partsPerCount: 10) == nil)
    }
    // (9.2 − 3.1) / 3.1 = 1.968, (8.1 − 3.0) / 3.0 = 1.70 and (8.4 − 3.0) / 3.0 = 1.80.
    func fails(_ day: [Int64], percent: Int64) -> Bool {
      rules.spikePercent = percent
      return rules.spikeFinding(day: day, partsPerCount: 10) == .spike
    }
    #expect(fails([92, 40, 31], percent: 196) && !fails([92, 40, 31], percent: 197))
    #expect(fails([81, 50, 30], percent: 169) && !fails([81, 50, 30], percent: 170))
    #expect(fails([84, 60, 30], percent: 179) && !fails([84, 60, 30], percent: 180))
  }

  @Test("10: the average of reference days, in tenths")
  func example10() {
    // A Thursday, and the three weekdays before it.
    let day = CivilDay(year: 1998, month: 6, day: 25)
    let history = [(12, 21), (15, 24), (18, 30)].enumerated().map { offset, values in
      ReferenceDay(
        day: day - offset - 1,
        intervals: [IntervalValue(Int64(values.0)), IntervalValue(Int64(values.1))])
    }
    #expect(
      rules.referenceDayValues(slots: 0..<2, of: day, history: history, holidays: []) == [15, 25])
  }

  @Test("11: a profile scaled to the register")
  func example11() {
    #expect(profileScaled([2, 4, 6, 8], to: 30) == [3, 6, 9, 12])
  }

  @Test("12: midnight between two reads")
  func example12() {
    let midnight = LocalClock(utcOffsetMinutes: -300)
      .startOfDay(CivilDay(year: 1998, month: 6, day: 30))
    var rules = rules
    rules.readAtTimeAsIsHours = 0
    let minute: Int64 = 60_000
    let before = (count: 1000 as Int64, at: midnight - 105 * minute)
    let after = (count: 1014 as Int64, at: midnight + 105 * minute)
    let read = rules.read(at: midnight, before: before, after: after, span: 100_000)
    #expect(read?.count == 1007 && read?.at == midnight && read?.isInterpolated == true)
  }

  @Test("13: intervals against the register")
  func example13() {
    // Hundredths of a kWh, then whole ones.
    let day = Array(repeating: 25 as Int64, count: 96)
    #expect(
      rules.sumFinding(intervals: day, registerUse: 2300, multiplier: 1, partsPerUnit: 100) == nil)
    #expect(rules.sumFinding(intervals: [205], registerUse: 120, multiplier: 40) == .sum)
  }

  @Test(
    "14: the days of a billing month",
    arguments: [
      ("1997-02-14", "1997-03-11", 25, BillingPeriodFinding.short),
      ("1997-02-14", "1997-03-12", 26, nil), ("1997-02-14", "1997-03-17", 31, nil),
      ("1997-03-17", "1997-04-21", 35, nil), ("1997-03-17", "1997-04-22", 36, .long),
    ])
  func example14(from: String, to: String, days: Int, finding: BillingPeriodFinding?) throws {
    let period = try #require(CivilDay(iso: to)) - #require(CivilDay(iso: from))
    #expect(period == days)
    #expect(rules.billingPeriodFinding(days: period) == finding)
  }

  @Test("15: estimates in a row")
  func example15() {
    let actual = BilledMonth(.actual)
    let estimate = BilledMonth(.estimated)
    let excused = BilledMonth(.estimated, reason: .equipmentFailure)
    #expect(rules.estimateExceptions([actual, estimate, actual, estimate]) == [])
    #expect(rules.estimateExceptions([actual, estimate, estimate]) == [2], "month 3")
    #expect(rules.estimateExceptions([actual, estimate, excused]) == [])
  }

  @Test("16: a true-up after an estimated bill")
  func example16() throws {
    let trueUp = try #require(
      TrueUp(
        lastActual: (83_120, 0), billedEstimate: 83_840,
        actual: (84_300, 60 * millisecondsPerDay),
        register: RegisterFormat(dials: 5, multiplier: 1),
        span: 100_000))
    #expect(trueUp.billedCounts == 720)
    #expect(trueUp.counts == 1180)
    #expect(trueUp.nextBillUse == 460 && trueUp.correction == 460 && trueUp.credit == 0)
    #expect(trueUp.adu.hundredths == 1967)
  }
}
