import Metering
import TestSupport
import Testing

@Suite("Registers")
struct RegisterFormatTests {
  @Test("use over a rollover, by the worked examples of meter data validation")
  func workedExamples() {
    let five = RegisterFormat(dials: 5, multiplier: 1)
    #expect(five.counts(from: 99_870, to: 123) == 253)
    let transformer = RegisterFormat(dials: 4, multiplier: 40)
    #expect(transformer.counts(from: 9985, to: 12) * Int64(transformer.multiplier) == 1080)
    // A step back looks like most of a turn: too much to be a rollover, which the caller decides.
    #expect(five.counts(from: 12_340, to: 12_310) == 99_970)
    // A meter exchange: old meter to its last read, new meter from its first one.
    #expect(five.counts(from: 45_210, to: 45_892) + five.counts(from: 0, to: 311) == 993)
    #expect(five.counts(from: 83_840, to: 84_300) == 460)
    #expect(five.counts(from: 77, to: 77) == 0)
    #expect(five.counts(from: 99_999, to: 0) == 1)
  }

  @Test("the span is a power of ten")
  func span() {
    for (dials, span) in [(4, 10_000), (5, 100_000), (6, 1_000_000), (7, 10_000_000)] {
      #expect(RegisterFormat(dials: dials, multiplier: 1).span == Int64(span))
    }
    #expect(RegisterFormat(dials: 8, multiplier: 1).span == 100_000_000)
  }

  @Test("use of less than one turn is found again from what the dials show")
  func inverse() {
    var random = SplitMix64(seed: 10)
    for _ in 0..<20_000 {
      let format = RegisterFormat(dials: 4 + Int(random.next() % 5), multiplier: 1)
      let before = Int64(random.next() >> 20)
      let used = Int64(random.next() % UInt64(format.span))
      let first = format.shown(before)
      #expect((0..<format.span).contains(first))
      #expect(format.counts(from: first, to: format.shown(before + used)) == used)
    }
  }
}
