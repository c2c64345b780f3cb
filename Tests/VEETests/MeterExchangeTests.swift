import Metering
import Testing
import VEE

@Suite("Meter exchange")
struct MeterExchangeTests {
  private static let day = millisecondsPerDay
  private let rules = VEERules()
  private let nine = AverageDailyUse(hundredths: 900)

  private func exchange(
    outRead: Int64?, inRead: Int64 = 0, oldMultiplier: Int = 1, newMultiplier: Int = 1
  ) -> MeterExchange {
    MeterExchange(
      at: 10 * Self.day, oldRegister: RegisterFormat(dials: 5, multiplier: oldMultiplier),
      outRead: outRead, newRegister: RegisterFormat(dials: 4, multiplier: newMultiplier),
      inRead: inRead)
  }

  private func use(
    _ exchange: MeterExchange, from previous: Int64, to current: Int64, adu: AverageDailyUse?
  ) -> ExchangeOutcome {
    exchange.use(from: (previous, 0), to: (current, 30 * Self.day), adu: adu, rules: rules)
  }

  @Test("each meter has its own dials and multiplier, and may roll over")
  func multipliers() {
    let order = exchange(outRead: 40, inRead: 9990, oldMultiplier: 1, newMultiplier: 40)
    let outcome = use(order, from: 99_960, to: 3, adu: AverageDailyUse(hundredths: 10_000))
    guard case .use(let use) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(use.oldCounts == 80 && use.newCounts == 13)
    #expect(use.units == 80 + 13 * 40)
    #expect(use.rolledOver && use.quality == .actual && use.outRead == 40)
  }

  @Test("a missing out read is estimated by the average daily use")
  func missingOutRead() {
    let outcome = use(exchange(outRead: nil, inRead: 5), from: 45_210, to: 200, adu: nine)
    guard case .use(let use) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    // 10 days of 9.
    #expect(use.outRead == 45_300 && use.oldCounts == 90 && use.newCounts == 195)
    #expect(use.units == 285 && use.quality == .estimated)
    #expect(self.use(exchange(outRead: nil), from: 45_210, to: 200, adu: nil) == .missingOutRead)
  }

  @Test("a mistaken out or in read is not billed as a whole span")
  func mistaken() {
    #expect(use(exchange(outRead: 45_200), from: 45_210, to: 200, adu: nine) == .negative)
    #expect(use(exchange(outRead: 45_200), from: 45_210, to: 200, adu: nil) == .negative)
    #expect(
      use(exchange(outRead: 45_300, inRead: 201), from: 45_210, to: 200, adu: nine) == .negative)
    // 10 × 9 × 10 = 900 counts are plausible before the exchange, 901 are not.
    #expect(use(exchange(outRead: 800), from: 99_899, to: 200, adu: nine) == .negative)
    guard case .use = use(exchange(outRead: 800), from: 99_900, to: 200, adu: nine) else {
      Issue.record("900 counts are plausible")
      return
    }
  }

  @Test("extreme values do not trap")
  func extremes() {
    let values: [Int64] = [.min, -1, 0, 99_999, .max]
    for at in values {
      for outRead in values.map(Optional.init) + [nil] {
        for other in values {
          let order = MeterExchange(
            at: at, oldRegister: RegisterFormat(dials: 18, multiplier: .max), outRead: outRead,
            newRegister: RegisterFormat(dials: 0, multiplier: .min), inRead: other,
            oldSpan: other, newSpan: at)
          for count in values {
            let adu = AverageDailyUse(hundredths: count)
            let outcome = order.use(
              from: (count, other), to: (other, count), adu: adu, rules: rules)
            if case .use(let use) = outcome {
              #expect(use.units >= 0 && use.oldCounts >= 0 && use.newCounts >= 0)
            }
          }
        }
      }
    }
  }
}
