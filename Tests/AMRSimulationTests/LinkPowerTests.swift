import Glibc
import Metering
import PortableMath
import RadioModel
import RandomStreams
import TestSupport
import Testing

@testable import AMRSimulation

/// Links in places and under budgets of all kinds, against the formula in the system's mathematics.
@Suite("Link powers")
struct LinkPowerTests {
  private static func scenario(seed: UInt64) -> Scenario {
    var random = SplitMix64(seed: seed)
    var scenario = Scenario()
    scenario.seed = seed
    scenario.radio.pathLossExponent = [2.7, 3.5, 4][Int(random.next() % 3)]
    scenario.radio.shadowingDb = [0, 3, 8][Int(random.next() % 3)]
    scenario.radio.indoorLossDb = [0, 10][Int(random.next() % 2)]
    scenario.radio.linkFloorDb = [0, 10, 20][Int(random.next() % 3)]
    scenario.endpoints.txPowerDbm = [-10, 0, 10][Int(random.next() % 3)]
    scenario.collectors.filterKHz = [32.768, 200][Int(random.next() % 2)]
    return scenario
  }

  private static func territory(_ scenario: Scenario, modules: Int, acrossM: Int) -> Territory {
    var random = SplitMix64(seed: scenario.seed &* 31)
    var territory = Territory(projection: Projection(latitude: 40, longitude: -80))
    for index in 0..<modules {
      territory.append(
        scenario, id: UInt32(5000 + 3 * index), x: Double(random.next() % UInt64(acrossM * 10)),
        y: Double(random.next() % UInt64(acrossM * 10)), classIndex: nil, indoor: nil)
    }
    return territory
  }

  /// Mean power over the receiver's noise in dB, straight from the model's formula.
  private static func meanDb(
    _ scenario: Scenario, _ territory: Territory, _ index: Int, _ site: CollectorSite
  )
    -> Double
  {
    let metres = max(
      1, hypot(Double(territory.x[index] - site.x), Double(territory.y[index] - site.y)) / 10)
    let wave = 299_792_458 / (scenario.radio.frequencyMHz * 1e6)
    let loss =
      20 * log10(4 * Double.pi / wave) + 10 * scenario.radio.pathLossExponent * log10(metres)
    let noise =
      10 * log10(1.380649e-23 * 290 * 32_768 * 1000) + scenario.collectors.noiseFigureDb
    let stream = RandomStream(
      seed: scenario.seed, .shadowing, entity: site.id.rawValue)
    let shadowing = normalVariate(stream.words(territory.endpointIDs[index]).x)
    return scenario.endpoints.txPowerDbm + scenario.collectors.antennaGainDbi - loss
      - (territory.indoor[index] ? scenario.radio.indoorLossDb : 0)
      + scenario.radio.shadowingDb * max(-4, min(4, shadowing)) - noise
  }

  private static func kinds(_ territory: Territory) -> [FrameKind] {
    Array(repeating: .scm, count: territory.count)
  }

  private static func threshold(_ scenario: Scenario) -> Double {
    Receiver(noiseFigureDb: 0, filterKHz: scenario.collectors.filterKHz).decodeThreshold(bits: 96)
  }

  @Test("links, powers and noise are those of a comparison of all pairs", arguments: 1...24)
  func allPairs(seed: Int) {
    let scenario = Self.scenario(seed: UInt64(seed))
    let territory = Self.territory(scenario, modules: 600, acrossM: 1500)
    var silent = [Bool](repeating: false, count: 600)
    for index in stride(from: 5, to: 600, by: 7) { silent[index] = true }
    let budget = LinkBudget(
      scenario, territory: territory, silent: silent, kinds: Self.kinds(territory))
    let threshold = Self.threshold(scenario)
    let floorDb = 10 * log10(threshold) - scenario.radio.linkFloorDb
    let floor = max(1, (pow(10, floorDb / 10) * 1024).rounded())
    var total = 0
    for number in 1...6 as ClosedRange<UInt32> {
      let site = CollectorSite(
        id: CollectorID(rawValue: number), x: Int32(number) * 3000 - 4000, y: 2000)
      let links = budget.links(of: site)
      let means = Dictionary(uniqueKeysWithValues: zip(links.endpoints.map(Int.init), links.means))
      #expect(links.endpoints == links.endpoints.sorted() && means.count == links.count)
      var faint = 0.0
      for index in 0..<600 where !silent[index] {
        let ratio = pow(10, Self.meanDb(scenario, territory, index, site) / 10)
        let mean = min(ratio * 1024, Double(PowerScale.meanMax))
        if let linked = means[index] {
          #expect(abs(Double(linked) - mean) < 0.51 + 1e-9 * mean, "seed \(seed), \(index)")
          #expect(mean > floor - 0.51, "seed \(seed): \(index) is too faint for a link")
        } else {
          #expect(mean < floor + 1e-6 * floor, "seed \(seed): \(index) has no link")
          faint += ratio
        }
      }
      #expect(!links.endpoints.contains { silent[Int($0)] }, "silent modules have no link")
      total += links.count
      for (mean, survivors) in zip(links.means, links.thresholds) {
        #expect(survivors.draws == links.test.survivingDraws(mean: mean, kind: .scm))
        #expect(Double(mean) >= floor)
      }
      // All that is fainter: its share of time and channels, in units of noise / 1024.
      let duty = 192.0 / 32_768 / 30 / 50
      let expected = faint * duty * 1024
      let added = Double(links.test.noiseThreshold(of: .scm)) / threshold - 1024
      // By distance rather than one by one, so that a few hundred modules scatter about it; the
      // next test checks the mean over many.
      #expect(
        abs(added - expected) < 0.3 * expected + 2, "seed \(seed): \(added) for \(expected)")
    }
    #expect(total > 0, "seed \(seed)")
  }

  @Test("what lies beyond the reach adds to the noise what it has")
  func farNoise() {
    var scenario = Scenario()
    scenario.radio.shadowingDb = 4
    scenario.radio.indoorLossDb = 0
    scenario.radio.channels = 1
    scenario.endpoints.intervalS = 1
    scenario.endpoints.txPowerDbm = -20
    let modules = 30_000
    let territory = Self.territory(scenario, modules: modules, acrossM: 4000)
    let budget = LinkBudget(
      scenario, territory: territory, silent: Array(repeating: false, count: modules),
      kinds: Self.kinds(territory))
    let site = CollectorSite(id: CollectorID(rawValue: 3), x: 20_000, y: 20_000)
    let links = budget.links(of: site)
    let linked = Set(links.endpoints.map(Int.init))
    var faint = 0.0
    for index in 0..<modules where !linked.contains(index) {
      faint += pow(10, Self.meanDb(scenario, territory, index, site) / 10)
    }
    #expect((20...modules / 4).contains(links.count), "most modules are too far away")
    let added = Double(links.test.noiseThreshold(of: .scm)) / Self.threshold(scenario) / 1024 - 1
    let expected = faint * 192 / 32_768
    #expect(expected > 0.02, "enough to be seen: \(expected)")
    // By distance rather than one by one.
    #expect(abs(added / expected - 1) < 0.05, "\(added) for \(expected)")
  }

  @Test("an endpoint's link is the same whoever else is there")
  func ownLink() {
    let scenario = Self.scenario(seed: 3)
    let all = Self.territory(scenario, modules: 400, acrossM: 800)
    var one = Territory(projection: all.projection)
    let site = CollectorSite(id: CollectorID(rawValue: 8), x: 3000, y: 3000)
    func links(_ territory: Territory) -> LinkSet {
      LinkBudget(
        scenario, territory: territory, silent: Array(repeating: false, count: territory.count),
        kinds: Self.kinds(territory)
      ).links(of: site)
    }
    let full = links(all)
    for (endpoint, mean) in zip(full.endpoints, full.means).prefix(50) {
      let index = Int(endpoint)
      one = Territory(projection: all.projection)
      one.append(
        scenario, id: all.endpointIDs[index], x: Double(all.x[index]), y: Double(all.y[index]),
        classIndex: 0, indoor: all.indoor[index])
      #expect(links(one).means == [mean], "endpoint \(index)")
    }
    #expect(full.count > 50)
  }
}
