import Metering
import TestSupport
import Testing
import VEE

@Suite("Average daily use")
struct AverageDailyUseTests {
  @Test(
    "two decimals, halves up",
    arguments: [
      (745 as Int64, 31, 2403 as Int64), (3456, 29, 11_917), (1180, 60, 1967), (0, 30, 0),
      // 0.125, 0.135 and their negatives, which round towards the greater.
      (1, 8, 13), (27, 200, 14), (-1, 8, -12), (-27, 200, -13), (1, 201, 0), (1, 200, 1),
      (.max, 1, .max), (.min, 1, .min), (.max, .max, 100), (.min, .max, -100),
    ])
  func rounding(use: Int64, days: Int, hundredths: Int64) {
    #expect(AverageDailyUse(use: use, days: days)?.hundredths == hundredths)
  }

  @Test("whole days give the same whichever way they are stated")
  func wholeDays() {
    var random = SplitMix64(seed: 61)
    for _ in 0..<20_000 {
      let use = Int64(truncatingIfNeeded: random.next()) >> (random.next() % 64)
      let days = Int(random.next() % 4000) + 1
      let adu = AverageDailyUse(use: use, days: days)
      let time = Int64(days) * millisecondsPerDay
      #expect(adu == AverageDailyUse(use: use, over: time), "\(use) in \(days) days, seed 61")
      #expect(adu?.use(days: days) == adu?.use(over: time), "\(use) in \(days) days, seed 61")
    }
  }

  @Test("no time, no average")
  func noTime() {
    for days in [0, -1, .min] { #expect(AverageDailyUse(use: 10, days: days) == nil) }
    for time in [0, -1, .min] as [Int64] { #expect(AverageDailyUse(use: 10, over: time) == nil) }
    #expect(AverageDailyUse(use: .max, over: 1)?.hundredths == .max)
    #expect(AverageDailyUse(use: .min, over: 1)?.hundredths == .min)
    // Half a day of 10 units is 20 a day.
    #expect(AverageDailyUse(use: 10, over: 43_200_000)?.hundredths == 2000)
  }

  @Test("use of some time, saturating")
  func use() {
    let adu = AverageDailyUse(hundredths: 2403)
    #expect(adu.use(days: 30) == 72_090)
    #expect(adu.use(over: 43_200_000) == 1202, "1201.5, halves up")
    #expect(AverageDailyUse(hundredths: .max).use(days: 2) == .max)
    #expect(AverageDailyUse(hundredths: .max).use(days: .min) == .min)
    #expect(AverageDailyUse(hundredths: .min).use(over: .min) == .max)
    #expect(AverageDailyUse(hundredths: 1) < AverageDailyUse(hundredths: 2))
  }

  @Test("the greatest plausible use")
  func plausible() {
    var rules = VEERules()
    #expect(rules.plausibleUse(AverageDailyUse(hundredths: 900), days: 28) == 2520)
    #expect(rules.plausibleUse(AverageDailyUse(hundredths: 3600), days: 30) == 10_800)
    let halfDay: Int64 = 43_200_000
    #expect(rules.plausibleUse(AverageDailyUse(hundredths: 900), over: halfDay) == 45)
    // 10 × 0.09 × 1 = 0.9, truncated.
    #expect(rules.plausibleUse(AverageDailyUse(hundredths: 9), days: 1) == 0)
    #expect(rules.plausibleUse(AverageDailyUse(hundredths: 10), days: 1) == 1)
    for adu in [0, -1, .min] as [Int64] {
      #expect(rules.plausibleUse(AverageDailyUse(hundredths: adu), days: 30) == 0)
    }
    #expect(rules.plausibleUse(AverageDailyUse(hundredths: 900), days: -30) == 0)
    #expect(rules.plausibleUse(AverageDailyUse(hundredths: 900), over: .min) == 0)
    rules.plausibleUseFactor = .max
    #expect(rules.plausibleUse(AverageDailyUse(hundredths: .max), days: .max) == .max)
    #expect(rules.plausibleUse(AverageDailyUse(hundredths: .max), over: .max) == .max)
    rules.plausibleUseFactor = -1
    #expect(rules.plausibleUse(AverageDailyUse(hundredths: 900), days: 30) == 0)
  }
}
