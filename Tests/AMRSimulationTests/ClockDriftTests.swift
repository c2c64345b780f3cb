import Glibc
import Metering
import RadioModel
import Testing

@testable import AMRSimulation

@Suite("Clock drift")
struct ClockDriftTests {
  private static func scenario(month: Int, days: Int) -> Scenario {
    var scenario = Scenario()
    scenario.startDate = CivilDay(year: 2001, month: month, day: 1)
    scenario.days = days
    scenario.endpoints.driftPpbPerK2 = 34
    return scenario
  }

  @Test("there is none without a coefficient")
  func none() {
    #expect(ClockDrift(Scenario()) == nil)
  }

  @Test("temperatures are those of the climate")
  func temperatures() {
    #expect(abs(ClockDrift.celsius(day: 201, hour: 15) - 29) < 1e-9)
    #expect(abs(ClockDrift.celsius(day: 201, hour: 3) - 18) < 1e-9)
    #expect(abs(ClockDrift.celsius(day: 18.375, hour: 3) - -7) < 1e-9)
  }

  @Test("the delay is the integral of the square law", arguments: [1, 4, 7])
  func integral(month: Int) throws {
    let scenario = Self.scenario(month: month, days: 30)
    let drift = try #require(ClockDrift(scenario))
    for days in [1, 7, 30] {
      var seconds = 0.0
      for hour in 0..<24 * days {
        let day = (scenario.startDate + hour / 24).dayOfYear
        let phase = 2 * Double.pi
        let celsius =
          11 + 12.5 * cos(phase * Double(day - 201) / 365.25)
          + 5.5 * cos(phase * (Double(hour % 24) + 0.5 - 15) / 24)
        seconds += 34e-9 * (celsius - 25) * (celsius - 25) * 3600
      }
      let ticks = Double(drift.ticks(at: Int64(days) * Ticks.perDay, exposure: 128))
      #expect(abs(ticks - seconds * 32_768 / 2) < 2, "\(days) days: \(ticks), \(seconds) s")
    }
  }

  @Test("it never falls, in time or exposure, and is even between the hours")
  func monotone() throws {
    let drift = try #require(ClockDrift(Self.scenario(month: 12, days: 10)))
    var last: Int64 = 0
    for step in -10..<20_000 {
      let tick = Int64(step) * 2_000_003
      let value = drift.ticks(at: tick, exposure: 255)
      #expect(value >= last && value >= drift.ticks(at: tick, exposure: 254))
      #expect(value < drift.most(at: tick))
      if tick <= 0 { #expect(value == 0) }
      last = value
    }
    let hour = 3600 * Ticks.perSecond
    let ends = [100, 101].map { drift.ticks(at: $0 * hour, exposure: 255) }
    let middle = drift.ticks(at: 100 * hour + hour / 2, exposure: 255)
    #expect((2 * middle - ends[0] - ends[1]).magnitude <= 2)
  }

  @Test("candidates hold every transmission that starts in a range, and few others")
  func candidates() {
    var scenario = Self.scenario(month: 1, days: 400)
    scenario.endpoints.intervalS = 30
    let transmitters = Transmitters(scenario, endpointIDs: Array(1...20))
    var links = LinkSet(test: flatTest(threshold: 20))
    links.endpoints = Array(0..<20)
    links.means = links.endpoints.map { _ in 1 << 20 }
    links.thresholds = links.means.map {
      DrawThreshold(draws: links.test.survivingDraws(mean: $0, kind: .scm))
    }
    let air = CollectorAir(
      links: links, collector: CollectorSite(id: CollectorID(rawValue: 9), x: 0, y: 0),
      transmitters: transmitters, scenario: scenario, downTime: DownTime())
    for day in [0, 1, 200, 399] as [Int64] {
      let from = day * Ticks.perDay + 12_345
      let to = from + Ticks.perDay
      for link in 0..<20 {
        let range = air.candidates(link: link, from: from, to: to)!
        #expect(transmitters.start(link, k: range.lowerBound - 1) < from || range.lowerBound == 0)
        #expect(transmitters.start(link, k: range.upperBound + 1) >= to)
        #expect(range.count <= 2884)
      }
    }
  }
}
