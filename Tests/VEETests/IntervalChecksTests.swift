import Metering
import TestSupport
import Testing
import VEE

@Suite("Interval checks")
struct IntervalChecksTests {
  private let rules = VEERules()

  @Test("the spike check is that of the sorted day")
  func spikeOracle() {
    var random = SplitMix64(seed: 66)
    var (spikes, total) = (0, 20_000)
    for _ in 0..<total {
      let day = (0..<Int(random.next() % 8)).map { _ in
        Int64(random.next() % 40) >> (random.next() % 4)
      }
      let sorted = day.sorted(by: >)
      var expected: VEEFlag?
      if sorted.count >= 3, sorted[2] > 3, 10 * (sorted[0] - sorted[2]) > 18 * sorted[2] {
        expected = .spike
        spikes += 1
      }
      #expect(rules.spikeFinding(day: day) == expected, "\(day), seed 66")
      #expect(rules.spikeFinding(day: day.shuffled(using: &random)) == expected, "\(day), seed 66")
    }
    total -= spikes
    #expect(spikes > 100 && total > 100)
  }

  @Test("a spike: exactly at the limit, one beyond it, and at the floor")
  func spikeEdges() {
    #expect(rules.spikeFinding(day: [1, 140, 50, 50, 2]) == nil)
    #expect(rules.spikeFinding(day: [1, 141, 50, 50, 2]) == .spike)
    #expect(rules.spikeFinding(day: [100, 3, 3]) == nil)
    #expect(rules.spikeFinding(day: [100, 4, 4]) == .spike)
    // Two high ones are no spike, however high: the third is the measure, and it is one of three.
    #expect(rules.spikeFinding(day: [100, 100]) == nil)
    #expect(rules.spikeFinding(day: []) == nil)
    #expect(rules.spikeFinding(day: [100, 100, 100, 4, 4]) == nil)
    #expect(rules.spikeFinding(day: [.max, .max, .max, .min]) == nil)
    #expect(rules.spikeFinding(day: [.max, 4, 4]) == .spike)
    #expect(rules.spikeFinding(day: [.min, .min, .min]) == nil)
    #expect(rules.spikeFinding(day: [9, 8, 4], partsPerCount: .max) == nil)
    var free = rules
    free.spikeFloor = .min
    #expect(free.spikeFinding(day: [9, 0, 0], partsPerCount: .max) == nil)
    #expect(free.spikeFinding(day: [9, -1, -1]) == nil)
  }

  @Test("the sum check: exactly at the tolerance, and one beyond it")
  func sum() {
    #expect(rules.sumFinding(intervals: [100, 100], registerUse: 120, multiplier: 40) == nil)
    #expect(rules.sumFinding(intervals: [100, 101], registerUse: 120, multiplier: 40) == .sum)
    #expect(rules.sumFinding(intervals: [40], registerUse: 120, multiplier: 40) == nil)
    #expect(rules.sumFinding(intervals: [39], registerUse: 120, multiplier: 40) == .sum)
    func hundredths(_ sum: Int64) -> VEEFlag? {
      rules.sumFinding(intervals: [sum], registerUse: 2300, multiplier: 1, partsPerUnit: 100)
    }
    #expect(hundredths(2500) == nil && hundredths(2501) == .sum)
    #expect(rules.sumFinding(intervals: [], registerUse: 2, multiplier: 1) == nil)
    #expect(rules.sumFinding(intervals: [.max, .max], registerUse: .min, multiplier: 1) == .sum)
    var wide = rules
    wide.sumToleranceFactor = .max
    #expect(
      wide.sumFinding(intervals: [.max], registerUse: .min, multiplier: .max, partsPerUnit: .max)
        == nil)
    #expect(
      rules.sumFinding(intervals: [1], registerUse: 0, multiplier: .min, partsPerUnit: .min)
        == .sum)
  }

  @Test("the register at the older edge of a frame")
  func olderEdge() {
    #expect(registerAtOlderEdge(last: 1000, differences: [1, 2, 3], span: 100_000) == 994)
    #expect(registerAtOlderEdge(last: 2, differences: [1, 2, 3], span: 100_000) == 99_996)
    #expect(registerAtOlderEdge(last: 2, differences: [], span: 100_000) == 2)
    #expect(registerAtOlderEdge(last: 2, differences: [1], span: 0) == nil)
    #expect(
      registerAtOlderEdge(last: .min, differences: [.max, .max], span: .max) == Int64.max - 1)
  }

  private func received(_ end: Int64, _ counts: Int64, _ at: Int64) -> ReceivedInterval {
    ReceivedInterval(end: end, counts: counts, receivedAt: at)
  }

  @Test("frames that agree merge, and of those that do not the later one holds")
  func merging() {
    var random = SplitMix64(seed: 67)
    let all = [
      received(300, 5, 1000), received(600, 6, 1000), received(300, 5, 2000),
      received(600, 7, 2000), received(600, 8, 1500), received(900, 1, 2000),
      received(900, 2, 2000), received(1200, 3, 2000),
    ]
    for _ in 0..<50 {
      let series = IntervalSeries(merging: all.shuffled(using: &random))
      #expect(series.values.map(\.end) == [300, 600, 900, 1200])
      #expect(series.values.map(\.counts) == [5, 7, 2, 3])
      #expect(series.disagreements == [600, 900])
    }
    #expect(IntervalSeries(merging: []).values.isEmpty)
  }

  @Test("gaps and overlaps of a period")
  func coverage() {
    let series = IntervalSeries(
      merging: [600, 900, 1000, 1800, 3000].map { received($0, 1, 0) })
    let found = series.coverage(from: 0, through: 2750, step: 300)
    #expect(found.gaps == [300...300, 1200...1500, 2100...2700])
    #expect(found.overlaps == [1000])
    let whole = series.coverage(from: 300, through: 900, step: 300)
    #expect(whole.gaps.isEmpty && whole.overlaps.isEmpty)
    let empty = IntervalSeries(merging: [])
    #expect(empty.coverage(from: 0, through: 900, step: 300).gaps == [300...900])
    #expect(empty.coverage(from: 0, through: 299, step: 300).gaps.isEmpty)
    #expect(empty.coverage(from: 0, through: 900, step: 0).gaps.isEmpty)
    #expect(empty.coverage(from: 900, through: 0, step: 300).gaps.isEmpty)
    #expect(empty.coverage(from: .min, through: .max, step: 1).gaps == [(.min + 1)...(.max)])
    let edge = IntervalSeries(merging: [received(.max, 1, 0)])
    #expect(edge.coverage(from: .max - 2, through: .max, step: 1).gaps == [(.max - 1)...(.max - 1)])
    #expect(
      edge.coverage(from: .min, through: .max, step: .max).gaps == [-1...(Int64.max - 1)])
  }

  @Test("three intervals of five minutes make one of fifteen")
  func combined() {
    let estimated = IntervalValue(4, quality: .estimated)
    let outage = IntervalValue(0, hasOutage: true)
    let five: [IntervalValue] = [
      IntervalValue(1), IntervalValue(2), IntervalValue(3), IntervalValue(1), estimated, outage,
      IntervalValue(1), .missing, IntervalValue(1), IntervalValue(9), IntervalValue(9),
    ]
    let fifteen = five.combined(by: 3)
    #expect(
      fifteen == [
        IntervalValue(6), IntervalValue(5, quality: .estimated, hasOutage: true), .missing,
        .missing,
      ])
    #expect(five.combined(by: 0).isEmpty && [IntervalValue]().combined(by: 3).isEmpty)
    #expect(five.combined(by: .max) == [IntervalValue(0, quality: .missing, hasOutage: true)])
    #expect([IntervalValue(.max), IntervalValue(.max)].combined(by: 2) == [IntervalValue(.max)])
    #expect(five.intervalGaps == [7..<8])
    let rejected = IntervalValue(5, quality: .rejected)
    #expect([.missing, rejected, IntervalValue(1), .missing].intervalGaps == [0..<2, 3..<4])
  }
}
