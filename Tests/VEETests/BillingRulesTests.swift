import Metering
import TestSupport
import Testing
import VEE

@Suite("Billing rules")
struct BillingRulesTests {
  private let rules = VEERules()

  @Test("which bills may have another length")
  func occasions() {
    func findings(_ days: Int) -> [BillingPeriodFinding?] {
      BillOccasion.allCases.map { rules.billingPeriodFinding(days: days, occasion: $0) }
    }
    #expect(
      BillOccasion.allCases.map(\.rawValue) == [
        "regular", "first", "final", "rebill", "route_change",
      ])
    #expect(findings(25) == [.short, nil, nil, nil, nil])
    #expect(findings(26) == [nil, nil, nil, nil, nil] && findings(35) == findings(26))
    #expect(findings(42) == [.long, nil, nil, nil, nil])
    #expect(findings(43) == [.long, nil, .long, nil, nil])
    #expect(findings(.max) == findings(43) && findings(.min) == findings(25))
    #expect(rules.firstBillPaymentDays(periodDays: 60) == nil)
    #expect(rules.firstBillPaymentDays(periodDays: 61) == 61)
  }

  private func months(_ text: String) -> [BilledMonth] {
    text.map { letter in
      switch letter {
      case "A": BilledMonth(.actual)
      case "V": BilledMonth(.verified)
      case "C": BilledMonth(.customer)
      case "E": BilledMonth(.estimated)
      case "e": BilledMonth(.estimated, reason: .strike)
      case "X": BilledMonth(.rejected)
      default: BilledMonth(.missing)
      }
    }
  }

  @Test(
    "estimates in a row need a reason each",
    arguments: [
      ("", []), ("E", []), ("EE", [1]), ("EEE", [1, 2]), ("EeE", [2]), ("eE", [1]), ("ee", []),
      ("ECE", []), ("EVE", []), ("EAEE", [3]), ("E-E", [2]), ("EXE", [2]), ("-E-A-E", []),
    ] as [(String, [Int])])
  func rows(text: String, exceptions: [Int]) {
    #expect(rules.estimateExceptions(months(text)) == exceptions)
  }

  @Test("reasons for estimates")
  func reasons() {
    #expect(
      EstimateReason.allCases.map(\.rawValue) == [
        "weather", "emergency", "equipment_failure", "strike",
      ])
  }

  @Test(
    "the utility reads at least every six months",
    arguments: [
      ("", false), ("eeeee", false), ("eeeeee", true), ("Aeeeee", false), ("Aeeeeee", true),
      ("eCeCeC", true), ("Veeeee", false), ("e-eXee", true),
    ])
  func actualRead(text: String, due: Bool) {
    #expect(rules.isActualReadDue(months(text)) == due)
    var odd = rules
    odd.actualReadMonths = .min
    _ = odd.isActualReadDue(months(text))
  }

  private static let cycleDate = CivilDay(year: 1998, month: 6, day: 10)

  private func read(_ offset: Int, _ quality: Quality = .actual, at: Int64 = 0) -> CycleRead {
    CycleRead(day: Self.cycleDate + offset, at: at, quality: quality)
  }

  private func chosen(_ reads: [CycleRead]) -> Int? {
    rules.readIndex(cycleDate: Self.cycleDate, among: reads)
  }

  @Test("the window is from three days before to one day after")
  func window() {
    for offset in -6...6 {
      #expect((chosen([read(offset)]) == 0) == (-3...1).contains(offset), "\(offset)")
    }
    #expect(chosen([]) == nil)
  }

  @Test("quality before nearness, nearness before earliness")
  func order() {
    #expect(chosen([read(-3), read(-2), read(1), read(0), read(-1)]) == 3)
    #expect(chosen([read(1, at: 5), read(-1, at: 3)]) == 1)
    #expect(chosen([read(0, at: 5), read(0, at: 3)]) == 1)
    #expect(chosen([read(0, .estimated), read(0, .customer), read(-3, .actual)]) == 2)
    #expect(chosen([read(0, .actual), read(-3, .verified)]) == 1)
    #expect(chosen([read(0, .missing), read(0, .rejected)]) == nil)
    #expect(chosen([read(0, .rejected), read(1, .estimated)]) == 1)
    #expect(chosen([read(-4, .verified), read(1, .estimated)]) == 1)
  }

  @Test("the chosen read does not depend on the order of the reads")
  func anyOrder() {
    var random = SplitMix64(seed: 70)
    for _ in 0..<5000 {
      let reads = (0..<Int(random.next() % 6)).map { _ -> CycleRead in
        let offset = Int(random.next() % 9) - 5
        return read(
          offset, Quality.allCases[Int(random.next() % 6)],
          at: Int64(offset) * 100 + Int64(random.next() % 100))
      }
      let shuffled = reads.shuffled(using: &random)
      #expect(chosen(reads).map { reads[$0] } == chosen(shuffled).map { shuffled[$0] }, "seed 70")
    }
  }

  @Test("days and windows of any size do not trap")
  func extremes() {
    var wide = rules
    (wide.readDaysBefore, wide.readDaysAfter) = (.max, .max)
    for number in [Int.min, -1, 0, .max] {
      let reads = [Int.min, 0, .max].map {
        CycleRead(day: CivilDay(number: $0), at: .min, quality: .actual)
      }
      let day = CivilDay(number: number)
      #expect(wide.readIndex(cycleDate: day, among: reads) != nil)
      (wide.readDaysBefore, wide.readDaysAfter) = (.min, .min)
      #expect(wide.readIndex(cycleDate: day, among: reads) == nil)
      (wide.readDaysBefore, wide.readDaysAfter) = (.max, .max)
    }
  }
}
