import Metering
import RadioModel
import Testing

@testable import AMRSimulation

@Suite("Collector clocks and reporting periods")
struct ClockTests {
  private static func clock(_ id: UInt32, errorMs: Int, offsetMinutes: Int = -300, seed: UInt64 = 1)
    -> CollectorClock
  {
    var scenario = Scenario()
    scenario.seed = seed
    scenario.utcOffsetMinutes = offsetMinutes
    scenario.collectors.clockErrorMs = errorMs
    return CollectorClock(
      scenario, site: CollectorSite(id: CollectorID(rawValue: id), x: 0, y: 0))
  }

  @Test("a right clock shows UTC, rounded down to milliseconds")
  func rightClock() {
    let clock = Self.clock(1, errorMs: 0)
    #expect(clock.offset == 0)
    #expect(iso8601(clock.epoch) == "1998-06-01T05:00:00Z")
    #expect(clock.stamp(0) == clock.epoch)
    #expect(clock.stamp(32) == clock.epoch, "32 ticks are 0.977 ms")
    #expect(clock.stamp(33) == clock.epoch + 1)
    #expect(clock.stamp(32_767) == clock.epoch + 999)
    #expect(clock.stamp(32_768) == clock.epoch + 1000)
    #expect(clock.stamp(-1) == clock.epoch - 1)
    #expect(clock.stamp(30 * Ticks.perDay) == clock.epoch + 30 * millisecondsPerDay)
  }

  @Test("stamps are the exact quotient rounded down, with any error")
  func exactStamps() {
    for id in 1...40 as ClosedRange<UInt32> {
      let clock = Self.clock(id, errorMs: 3_600_000)
      for tick in stride(from: Int64(-70_000), to: 5500 * Ticks.perDay, by: 197_003_217_001) {
        let shown = Double(tick + clock.offset) / 32.768
        #expect(clock.stamp(tick) - clock.epoch == Int64(shown.rounded(.down)), "tick \(tick)")
      }
    }
  }

  @Test("the first tick that shows a second is the first one")
  func borders() {
    for id in 1...200 as ClosedRange<UInt32> {
      let clock = Self.clock(id, errorMs: 500)
      for second in [0, 1, 3600, 86_400, 86_400 * 5500] as [Int64] {
        let tick = clock.tick(showingSeconds: second)
        #expect(clock.stamp(tick) == clock.epoch + second * 1000, "collector \(id)")
        #expect(clock.stamp(tick - 1) == clock.epoch + second * 1000 - 1, "collector \(id)")
      }
    }
  }

  @Test("errors are uniform within their bound, constant for a collector")
  func errors() {
    var counts = [Int](repeating: 0, count: 10)
    for id in 1...5000 as ClosedRange<UInt32> {
      let clock = Self.clock(id, errorMs: 500)
      #expect(clock == Self.clock(id, errorMs: 500))
      let milliseconds = Double(clock.offset) * 1000 / 32_768
      #expect(abs(milliseconds) <= 500)
      counts[min(9, Int((milliseconds + 500) / 100))] += 1
    }
    #expect(isPlausible(chiSquare: chiSquare(counts), freedom: 9), "\(counts)")
    #expect(Self.clock(7, errorMs: 500) != Self.clock(7, errorMs: 500, seed: 2))
  }

  @Test("reporting periods follow on without a gap and never cross midnight")
  func periods() {
    for hours in [1, 2, 3, 4, 6, 8, 12, 24] {
      var end: Int64 = 0
      for number in 0..<5 * 24 / hours {
        let period = ReportingPeriod(number: number, hours: hours)
        #expect(period.start == end && period.end == end + Int64(hours) * 3600)
        #expect(period.start / 86_400 == Int64(period.dayNumber))
        #expect((period.end - 1) / 86_400 == Int64(period.dayNumber))
        end = period.end
      }
    }
  }
}
