import Metering
import TestSupport
import Testing
import VEE

@Suite("Register advance")
struct RegisterAdvanceTests {
  private static let spans: [Int64] = [10_000, 100_000, 1 << 24, 100_000_000, 1_000_000]

  @Test("the advance undoes the addition of use modulo the span")
  func inverse() {
    var random = SplitMix64(seed: 62)
    for _ in 0..<50_000 {
      let span = Self.spans[Int(random.next() % 5)]
      let before = Int64(random.next() % UInt64(span))
      let used = Int64(random.next() % UInt64(span / 2 + 1))
      let after = (before + used) % span
      #expect(
        RegisterAdvance.between(before, after, span: span, plausibleCounts: .max)
          == .use(counts: used, rolledOver: before + used >= span),
        "\(before) \(used) \(span), seed 62")
    }
  }

  @Test("a rollover is at most the plausible use")
  func plausible() {
    func advance(_ limit: Int64) -> RegisterAdvance {
      RegisterAdvance.between(99_870, 123, span: 100_000, plausibleCounts: limit)
    }
    #expect(advance(253) == .use(counts: 253, rolledOver: true))
    #expect(advance(252) == .negative)
    #expect(advance(0) == .negative && advance(.min) == .negative)
  }

  @Test("and at most half the span, whatever is plausible")
  func half() {
    func advance(_ previous: Int64, _ current: Int64, _ span: Int64) -> RegisterAdvance {
      RegisterAdvance.between(previous, current, span: span, plausibleCounts: .max)
    }
    #expect(advance(99_999, 49_999, 100_000) == .use(counts: 50_000, rolledOver: true))
    #expect(advance(99_999, 50_000, 100_000) == .negative)
    #expect(advance(1 << 24 - 1, 1 << 23 - 1, 1 << 24) == .use(counts: 1 << 23, rolledOver: true))
    #expect(advance(1 << 24 - 1, 1 << 23, 1 << 24) == .negative)
    // Forward use has no such limit.
    #expect(advance(0, 99_999, 100_000) == .use(counts: 99_999, rolledOver: false))
    #expect(advance(77, 77, 100_000) == .use(counts: 0, rolledOver: false))
  }

  @Test("extreme counts and spans do not trap")
  func extremes() {
    let values: [Int64] = [.min, .min + 1, -1, 0, 1, 99_999, .max - 1, .max]
    for previous in values {
      for current in values {
        for span in values {
          for limit in values {
            switch RegisterAdvance.between(previous, current, span: span, plausibleCounts: limit) {
            case .use(let counts, let rolledOver):
              #expect(counts >= 0 && rolledOver == (current < previous))
            case .negative:
              #expect(current < previous)
            }
          }
        }
      }
    }
  }
}
