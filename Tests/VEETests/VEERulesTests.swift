import Testing
import VEE

@Suite("VEE rules")
struct VEERulesTests {
  @Test("the usual values, as the standards and the documents state them")
  func usualValues() {
    let rules = VEERules()
    #expect(rules.plausibleUseFactor == 10)
    #expect(rules.lowPercent == 50 && rules.highPercent == 200)
    #expect(rules.zeroDays == 26 && rules.stuckDays == 7 && rules.stuckCounts == 10)
    #expect(rules.spikePercent == 180 && rules.spikeFloor == 3)
    #expect(rules.sumToleranceFactor == 2)
    #expect(rules.interpolationMaxMinutes == 120 && rules.referenceDays == 3)
    #expect(rules.readAtTimeMaxHours == 26 && rules.readAtTimeAsIsHours == 2)
    #expect(rules.confirmingReads == 3 && rules.referenceDaysMin == 7)
    #expect(rules.clockToleranceSeconds == 60)
    #expect(rules.billingMonthDays == 26...35 && rules.finalBillMaxDays == 42)
    #expect(rules.firstBillMaxDays == 60 && rules.actualReadMonths == 6)
    #expect(rules.readDaysBefore == 3 && rules.readDaysAfter == 1)
  }
}
