import RadioModel
import Testing

@testable import AMRSimulation

@Suite("Reasons of missed reads")
struct MissedReadsTests {
  /// A few modules that send a frame every half hour to collectors that hear a part of the band and
  /// fail often, so that many are missed.
  private static func scenario(seed: UInt64) -> Scenario {
    var scenario = EvaluationOrderTests.scenario(seed: seed, modules: 60)
    scenario.days = 4
    scenario.backhaul.uploadPeriodH = 12
    scenario.endpoints.intervalS = 1800
    scenario.endpoints.batteryYears = 0.02
    scenario.endpoints.batterySpreadYears = 0.01
    scenario.endpoints.txPowerDbm = 4
    scenario.collectors.latticeSpacingM = 1100
    scenario.collectors.receiver = .wideband
    scenario.collectors.heardChannels = 1
    scenario.radio.pathLossExponent = 4
    scenario.faults.silentModuleShare = 0.05
    scenario.faults.collectorOutagesPerYear = 2000
    scenario.faults.collectorOutageH = 4
    return scenario
  }

  @Test(
    "each module was received on a day or has one reason, that of the comparison of all pairs",
    arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func oracle(seed: UInt64) async throws {
    var network = try await EvaluationOrderTests.network(Self.scenario(seed: seed))
    var days: [MissedDay] = []
    for period in 0..<network.periodCount {
      _ = try await network.simulateNextPeriod(order: .onDemand, threads: 2, progress: { _ in })
      // At odd times, so that a day is told once and only when it is over.
      if period % 3 == 0 {
        days += try await network.takeMissedDays(threads: 2, progress: { _ in })
      }
    }
    days += try await network.takeMissedDays(threads: 1, progress: { _ in })
    #expect(days.map(\.number) == [0, 1, 2, 3])
    let again = try await network.takeMissedDays(threads: 1, progress: { _ in })
    #expect(again.isEmpty)
    var seen: Set<MissReason> = []
    for day in days {
      let expected = Self.reasons(network, day: day.number)
      let found = Dictionary(uniqueKeysWithValues: zip(day.modules, day.reasons))
      #expect(found == expected, "seed \(seed), day \(day.number)")
      #expect(day.received + day.modules.count == 60)
      #expect(day.counts.values.reduce(0, +) == day.modules.count)
      seen.formUnion(day.reasons)
    }
    #expect(seen.isSuperset(of: [.batteryEnded, .tooWeak, .notHeard]), "seed \(seed)")
  }

  /// The reasons of the modules that no collector receives on a day.
  private static func reasons(_ network: FixedNetwork, day: Int) -> [Int: MissReason] {
    let transmitters = network.transmitters
    var reasons: [Int: MissReason] = [:]
    for module in 0..<network.territory.count {
      let end =
        Int64(transmitters.phases[module])
        + Int64(transmitters.lives[module]) * Int64(transmitters.periods[module])
      reasons[module] =
        transmitters.silent[module]
        ? .failedModule : end <= Int64(day) * Ticks.perDay ? .batteryEnded : .noCoverage
    }
    for collector in network.sites.indices {
      let from = network.clocks[collector].tick(showingSeconds: Int64(day) * 86_400)
      let to = network.clocks[collector].tick(showingSeconds: Int64(day + 1) * 86_400)
      let oracle = AllPairsOracle(network.air(collector: collector), start: from, end: to)
      for (link, reason) in oracle.nearest(from: from, to: to) {
        let module = Int(network.links[collector].endpoints[link])
        guard let known = reasons[module] else { continue }
        if let reason {
          if reason.rawValue > known.rawValue { reasons[module] = reason }
        } else {
          reasons[module] = nil
        }
      }
    }
    return reasons
  }

  @Test("frames that always overlap are lost to one another, whatever else befalls some of them")
  func collision() throws {
    let day = 0..<Ticks.perDay
    let byHand = AirByHand(means: [1 << 24, 1 << 24])
    let seed = try #require(
      (UInt64(1)...5000).first { seed in
        let phases = byHand.air(seed: seed).phases
        return (phases[0] - phases[1]).magnitude < 100
      })
    var air = byHand.air(seed: seed)
    func reasons() -> [MissReason?] {
      [0, 1].map { air.nearestToReception(link: $0, from: day.lowerBound, to: day.upperBound) }
    }
    #expect(reasons() == [.collision, .collision])
    air.downTime = DownTime(intervals: [0..<Ticks.perDay / 2])
    #expect(reasons() == [.collision, .collision])
    air.downTime = DownTime(intervals: [0..<Ticks.perDay + 1000])
    #expect(reasons() == [.outage, .outage])
    air.heardChannels = 5..<6
    #expect(reasons() == [.notHeard, .notHeard])
    #expect(air.nearestToReception(link: 0, from: 5, to: 5) == nil)
    let faint = AirByHand(means: [1, 1], survivingDraws: 0).air(seed: seed)
    #expect(faint.nearestToReception(link: 0, from: 0, to: Ticks.perDay) == .tooWeak)
  }
}
