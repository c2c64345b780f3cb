import Metering
import Testing
import VEE

@Suite("Use checks")
struct UseChecksTests {
  private let rules = VEERules()

  @Test("both limits of high and low use pass")
  func level() {
    func finding(_ adu: Int64, _ reference: Int64) -> VEEFlag? {
      rules.levelFinding(
        AverageDailyUse(hundredths: adu), reference: AverageDailyUse(hundredths: reference))
    }
    #expect(finding(1200, 2400) == nil && finding(1199, 2400) == .low)
    #expect(finding(4800, 2400) == nil && finding(4801, 2400) == .high)
    // Half of an odd number of hundredths is no number of hundredths.
    #expect(finding(12, 25) == .low && finding(13, 25) == nil)
    #expect(finding(0, 0) == nil && finding(1, 0) == .high)
    #expect(finding(-1, 0) == .low, "a net meter gave back")
    #expect(finding(100, -1) == nil && finding(-100, -1) == nil)
    #expect(finding(.max, .max) == nil && finding(.min, .max) == .low && finding(.max, 1) == .high)
    var odd = rules
    (odd.lowPercent, odd.highPercent) = (.max, .max)
    #expect(
      odd.levelFinding(
        AverageDailyUse(hundredths: .max), reference: AverageDailyUse(hundredths: .max)) == .low)
  }

  @Test("no use for a billing period, and use where there is no customer")
  func activity() {
    #expect(rules.activityFinding(counts: 0, days: 25, isActive: true) == nil)
    #expect(rules.activityFinding(counts: 0, days: 26, isActive: true) == .zero)
    #expect(rules.activityFinding(counts: 1, days: 26, isActive: true) == nil)
    #expect(rules.activityFinding(counts: 0, days: 400, isActive: false) == nil)
    #expect(rules.activityFinding(counts: 1, days: 1, isActive: false) == .inactiveUse)
  }

  @Test("a register stands still although use was expected")
  func stuck() {
    func finding(_ days: Int, _ hundredths: Int64, _ multiplier: Int = 1) -> VEEFlag? {
      rules.stuckFinding(
        unchangedDays: days, adu: AverageDailyUse(hundredths: hundredths),
        register: RegisterFormat(dials: 5, multiplier: multiplier))
    }
    #expect(finding(7, 900) == .stuck && finding(6, 900) == nil)
    // 10 counts in 7 days are 1.43 a day.
    #expect(finding(7, 143) == .stuck && finding(7, 142) == nil)
    #expect(finding(10, 4000, 40) == .stuck && finding(10, 3999, 40) == nil)
    #expect(finding(.max, .max) == .stuck && finding(.min, .min) == nil && finding(7, .min) == nil)
  }

  @Test("the reference is last year's month, the month before, or the class")
  func reference() {
    func past(_ hundredths: Int64, _ days: Int) -> PastUse {
      PastUse(adu: AverageDailyUse(hundredths: hundredths), days: days)
    }
    let average = AverageDailyUse(hundredths: 9)
    func reference(_ year: PastUse?, _ month: PastUse?, _ average: AverageDailyUse? = nil) -> Int64?
    {
      rules.referenceUse(sameMonthLastYear: year, monthBefore: month, classAverage: average)?
        .hundredths
    }
    #expect(reference(past(1, 31), past(2, 28), average) == 1)
    #expect(reference(past(1, 7), past(2, 28), average) == 1)
    #expect(reference(past(1, 6), past(2, 28), average) == 2)
    #expect(reference(nil, past(2, 28)) == 2)
    #expect(reference(past(1, 6), past(2, 6), average) == 9)
    #expect(reference(past(1, 6), nil) == nil && reference(nil, nil) == nil)
  }

  @Test("flags are named once, and in lower case with underscores")
  func flags() {
    #expect(
      VEEFlag.allCases.map(\.rawValue) == [
        "rollover", "exchange", "high", "low", "zero", "negative", "spike", "sum", "tamper",
        "outage", "late", "interpolated", "reference_day", "profile_scaled", "clock", "duplicate",
        "unknown_id", "wrong_type", "stuck", "swapped", "unreported_exchange", "no_read",
        "implausible_use", "inactive_use", "before_installation", "after_removal", "beyond_dials",
      ])
  }

  @Test("verified before actual, customer, estimated and missing; rejected never")
  func preference() {
    let ranked = Quality.allCases.filter { $0.preference != nil }
      .sorted { ($0.preference ?? 0) > ($1.preference ?? 0) }
    #expect(ranked == [.verified, .actual, .customer, .estimated, .missing])
    #expect(Set(Quality.allCases.map(\.preference)).count == Quality.allCases.count)
    #expect(Quality.allCases.filter(\.isGood) == [.actual, .customer, .verified])
  }
}
