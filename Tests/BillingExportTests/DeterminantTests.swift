import Metering
import TestSupport
import Testing

@testable import BillingExport

@Suite struct DeterminantTests {
  private let start = clock.startOfDay(CivilDay(year: 1998, month: 5, day: 1))

  private func line(
    _ previous: Int64, _ current: Int64, dials: Int = 5, multiplier: Int = 1, days: Int = 30
  ) -> Determinant {
    Determinant(
      register: RegisterFormat(dials: dials, multiplier: multiplier),
      previous: RegisterRead(count: previous, at: start),
      read: RegisterRead(count: current, at: start + Int64(days) * millisecondsPerDay),
      clock: clock)
  }

  @Test("plain use, rollovers and a register that ran back")
  func knownCases() {
    let plain = line(12_034, 12_345)
    #expect(plain.counts == 311 && plain.consumption == 311 && !plain.rolledOver)
    #expect(plain.quality == .actual && plain.reason == nil && plain.days == 30)
    let rollover = line(99_870, 123, days: 28)
    #expect(rollover.counts == 253 && rollover.consumption == 253 && rollover.rolledOver)
    #expect(rollover.quality == .actual && rollover.reason == nil)
    let multiplied = line(9_985, 12, dials: 4, multiplier: 40)
    #expect(multiplied.counts == 27 && multiplied.consumption == 1_080 && multiplied.rolledOver)
    let backwards = line(12_340, 12_310)
    #expect(backwards.quality == .rejected && backwards.reason == .negativeConsumption)
    #expect(backwards.counts == nil && backwards.consumption == nil && !backwards.rolledOver)
    #expect(backwards.read?.count == 12_310 && backwards.days == 30)
    #expect(line(7, 7).consumption == 0)
  }

  @Test("a rollover uses at most half the span of the dials")
  func halfSpan() {
    #expect(line(60_000, 10_000).counts == 50_000)
    #expect(line(60_000, 10_001).reason == .negativeConsumption)
    #expect(line(50_001, 0).counts == 49_999)
  }

  @Test("a count that the dials cannot show is rejected")
  func beyondDials() {
    for count in [100_000, -1, Int64.max, Int64.min] {
      let rejected = line(5, count)
      #expect(rejected.quality == .rejected && rejected.reason == .beyondDials)
      #expect(rejected.consumption == nil && rejected.read?.count == count)
    }
    #expect(line(5, 99_999).counts == 99_994)
  }

  @Test("a billing month has 26 to 35 local days; others are billed with a reason")
  func period() {
    #expect(line(1, 2, days: 25).reason == .shortPeriod)
    #expect(line(1, 2, days: 26).reason == nil)
    #expect(line(1, 2, days: 35).reason == nil)
    #expect(line(1, 2, days: 36).reason == .longPeriod)
    #expect(line(1, 2, days: 36).consumption == 1)
    // One second before local midnight still belongs to the day before.
    let late = Determinant(
      register: RegisterFormat(dials: 5, multiplier: 1),
      previous: RegisterRead(count: 1, at: start - 1_000),
      read: RegisterRead(count: 2, at: start + 35 * millisecondsPerDay), clock: clock)
    #expect(late.days == 36 && late.reason == .longPeriod)
  }

  @Test("no read gives a line without read, use or days")
  func missing() {
    let line = Determinant(
      register: RegisterFormat(dials: 5, multiplier: 1),
      previous: RegisterRead(count: 1, at: start), read: nil, clock: clock)
    #expect(line.quality == .missing && line.reason == .noReadInWindow && line.read == nil)
    #expect(line.counts == nil && line.consumption == nil && line.days == nil)
  }

  @Test("what is billed obeys the row's equations, whatever the counts")
  func equations() {
    var random = SplitMix64(seed: 5)
    var seen: Set<String> = []
    for _ in 0..<20_000 {
      let register = RegisterFormat(
        dials: Int.random(in: 4...8, using: &random),
        multiplier: Int.random(in: 1...1_000, using: &random))
      let previous = Int64.random(in: 0..<register.span, using: &random)
      let current = Int64.random(in: 0..<register.span, using: &random)
      let result = line(previous, current, dials: register.dials, multiplier: register.multiplier)
      let difference = current - previous
      seen.insert("\(result.quality) \(result.rolledOver)")
      if let counts = result.counts {
        let span = register.span(over: previous, current)
        #expect(counts == difference + (result.rolledOver ? span : 0), "seed 5")
        #expect(result.rolledOver == (difference < 0) && counts >= 0, "seed 5")
        #expect(result.consumption == counts * Int64(register.multiplier), "seed 5")
        #expect(!result.rolledOver || counts * 2 <= span, "seed 5")
      } else {
        let span = register.span(over: previous, current)
        #expect(difference < 0 && (difference + span) * 2 > span, "seed 5")
      }
    }
    #expect(seen == ["actual false", "actual true", "rejected false"])
  }
}
