import Glibc
import RadioModel
import Testing

@testable import AMRSimulation

@Suite("Outages")
struct OutageTests {
  private static func model(perYear: Double, meanHours: Double, seed: UInt64 = 1) -> OutageModel {
    OutageModel(seed: seed, stream: .receiverOutage, perYear: perYear, meanHours: meanHours)
  }

  @Test("rate and mean length are the stated ones", arguments: [(2.0, 6.0), (36.5, 0.5)])
  func rateAndLength(perYear: Double, meanHours: Double) {
    let model = Self.model(perYear: perYear, meanHours: meanHours)
    var lengths: [Double] = []
    let years = 800
    for entity in 0..<UInt32(years) {
      // Outages so short that they hardly ever touch each other.
      for interval in model.downTime(entity: entity, days: 365).intervals {
        lengths.append(Double(interval.count) / (3600 * 32_768))
      }
    }
    let count = Double(lengths.count)
    #expect(
      abs(count / Double(years) - perYear) < 0.02 * perYear + 4
        * (perYear / Double(years)).squareRoot())
    let mean = lengths.reduce(0, +) / count
    #expect(abs(mean - meanHours) < 4.5 * meanHours / count.squareRoot(), "\(mean)")
    #expect(lengths.max()! <= 10 * meanHours * 2, "at most ten times the mean, or two that touch")
    // An exponential length: e⁻¹ of them exceed the mean.
    let long = Double(lengths.count { $0 > meanHours }) / count
    #expect(abs(long - exp(-1)) < 4.5 * (0.2325 / count).squareRoot(), "\(long)")
  }

  @Test("intervals ascend and do not touch", arguments: 1...30 as ClosedRange<UInt64>)
  func order(seed: UInt64) {
    let down = Self.model(perYear: 200, meanHours: 30, seed: seed).downTime(
      entity: UInt32(seed), days: 400)
    #expect(down.intervals.count > 20)
    #expect(down.intervals.allSatisfy { !$0.isEmpty && $0.lowerBound >= 0 })
    for (one, next) in zip(down.intervals, down.intervals.dropFirst()) {
      #expect(one.upperBound < next.lowerBound, "seed \(seed)")
    }
    #expect(down.intervals.allSatisfy { $0.lowerBound < 400 * Ticks.perDay })
  }

  @Test("a longer run only adds outages at its end")
  func prefix() {
    let model = Self.model(perYear: 100, meanHours: 5)
    for entity in 0..<50 as Range<UInt32> {
      let short = model.downTime(entity: entity, days: 100).intervals
      let long = model.downTime(entity: entity, days: 300).intervals
      // The last one of the short run may be joined by a later one.
      #expect(long.starts(with: short.dropLast()))
      #expect(long.count >= short.count)
    }
  }

  @Test("none without a rate, one a day with the greatest, and entities differ")
  func extremes() {
    #expect(Self.model(perYear: 0, meanHours: 5).downTime(entity: 1, days: 3000).intervals.isEmpty)
    let daily = Self.model(perYear: 365, meanHours: 0).downTime(entity: 1, days: 100)
    #expect(daily.intervals.count == 100, "one tick each")
    #expect(daily.intervals.allSatisfy { $0.count == 1 })
    for (day, interval) in daily.intervals.enumerated() {
      #expect(interval.lowerBound / Ticks.perDay == Int64(day))
    }
    let model = Self.model(perYear: 50, meanHours: 5)
    #expect(model.downTime(entity: 1, days: 365) != model.downTime(entity: 2, days: 365))
    #expect(model.downTime(entity: 1, days: 365) == model.downTime(entity: 1, days: 365))
  }

  @Test("overlap with and end of down-time agree with a look at every tick")
  func queries() {
    let down = DownTime(intervals: [3..<5, 9..<10, 14..<20])
    func isDown(_ tick: Int64) -> Bool { down.intervals.contains { $0.contains(tick) } }
    for start in 0..<24 as Range<Int64> {
      for end in start + 1..<26 {
        #expect(down.overlaps(start, end) == (start..<end).contains(where: isDown))
      }
      #expect(down.end(from: start) == (start...).first { !isDown($0) })
    }
  }
}
