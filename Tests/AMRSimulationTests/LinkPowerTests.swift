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
    scenario.entryClasses = [
      EntryClass(name: "yard", share: 0.6, lossDb: 0),
      EntryClass(name: "cellar", share: 0.3, lossDb: [0, 10][Int(random.next() % 2)]),
      EntryClass(name: "pit", share: 0.1, lossDb: 17),
    ]
    scenario.radio.shadowingCorrelation = [0, 0.5, 1][Int(random.next() % 3)]
    scenario.radio.linkFloorDb = [0, 10, 20][Int(random.next() % 3)]
    scenario.endpoints.txPowerDbm = [-10, 0, 10][Int(random.next() % 3)]
    scenario.collectors.filterKHz = [32.768, 200][Int(random.next() % 2)]
    return scenario
  }

  private static func territory(_ scenario: Scenario, modules: Int, acrossM: Int) -> Territory {
    var random = SplitMix64(seed: scenario.seed &* 31)
    var territory = Territory(projection: Projection(latitude: 40, longitude: -80))
    let traits = TraitDraws(scenario)
    for index in 0..<modules {
      territory.append(
        traits, id: UInt32(5000 + 3 * index), x: Double(random.next() % UInt64(acrossM * 10)),
        y: Double(random.next() % UInt64(acrossM * 10)), classIndex: nil,
        entryClass: nil)
    }
    return territory
  }

  /// Mean power over the receiver's noise in dB, straight from the model's formula.
  private static func meanDb(
    _ scenario: Scenario, _ territory: Territory, _ index: Int, _ site: CollectorSite
  )
    -> Double
  {
    let ground =
      hypot(Double(territory.x[index] - site.x), Double(territory.y[index] - site.y)) / 10
    let metres = max(
      1, hypot(ground, scenario.collectors.antennaHeightM - scenario.endpoints.antennaHeightM))
    let wave = 299_792_458 / (scenario.radio.frequencyMHz * 1e6)
    let loss =
      20 * log10(4 * Double.pi / wave) + 10 * scenario.radio.pathLossExponent * log10(metres)
    let noise =
      10 * log10(1.380649e-23 * 290 * 32_768 * 1000) + scenario.collectors.noiseFigureDb
    func variate(_ stream: StreamName, entity: UInt32) -> Double {
      let word = RandomStream(seed: scenario.seed, stream, entity: entity)
        .word(territory.endpointIDs[index])
      return max(-4, min(4, normalVariate(word)))
    }
    let shadowing =
      scenario.radio.shadowingCorrelation.squareRoot() * variate(.endpointShadowing, entity: 0)
      + (1 - scenario.radio.shadowingCorrelation).squareRoot()
      * variate(.shadowing, entity: site.id.rawValue)
    return scenario.endpoints.txPowerDbm + scenario.collectors.antennaGainDbi - loss
      - scenario.entryClasses[Int(territory.entryClasses[index])].lossDb
      + scenario.radio.shadowingDb * shadowing - noise
  }

  private static func kinds(_ territory: Territory) -> [FrameKind] {
    Array(repeating: .scm, count: territory.count)
  }

  private static func threshold(_ scenario: Scenario) -> Double {
    Receiver(noiseFigureDb: 0, filterKHz: scenario.collectors.filterKHz).decodeThreshold(bits: 96)
  }

  @Test("links, powers and noise are those of a comparison of all pairs", arguments: 1...24)
  func allPairs(seed: Int) async throws {
    let scenario = Self.scenario(seed: UInt64(seed))
    let territory = Self.territory(scenario, modules: 600, acrossM: 1500)
    var silent = [Bool](repeating: false, count: 600)
    for index in stride(from: 5, to: 600, by: 7) { silent[index] = true }
    let budget = try await LinkBudget(
      scenario, territory: territory, silent: silent, kinds: Self.kinds(territory),
      threads: 1 + seed % 2)
    let threshold = Self.threshold(scenario)
    let floorDb = 10 * log10(threshold) - scenario.radio.linkFloorDb
    let floor = max(1, (pow(10, floorDb / 10) * 1024).rounded())
    var total = 0
    for number in 1...6 as ClosedRange<UInt32> {
      let site = CollectorSite(
        id: CollectorID(rawValue: number), x: Int32(number) * 3000 - 4000, y: 2000)
      let links = budget.links(of: site).links
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
  func farNoise() async throws {
    var scenario = Scenario()
    scenario.radio.shadowingDb = 4
    scenario.entryClasses = [EntryClass()]
    scenario.radio.channels = 1
    scenario.endpoints.intervalS = 1
    scenario.endpoints.txPowerDbm = -20
    let modules = 30_000
    let territory = Self.territory(scenario, modules: modules, acrossM: 4000)
    let budget = try await LinkBudget(
      scenario, territory: territory, silent: Array(repeating: false, count: modules),
      kinds: Self.kinds(territory), threads: 2)
    var faint = 0.0
    var squares = 0.0
    var added = 0.0
    let sites = 16
    for number in 0..<sites {
      let site = CollectorSite(
        id: CollectorID(rawValue: UInt32(number)), x: 17_000 + Int32(number % 4) * 2000,
        y: 17_000 + Int32(number / 4) * 2000)
      let links = budget.links(of: site).links
      #expect((20...modules / 4).contains(links.count), "most modules are too far away")
      let linked = Set(links.endpoints.map(Int.init))
      for index in 0..<modules where !linked.contains(index) {
        let power = pow(10, Self.meanDb(scenario, territory, index, site) / 10)
        faint += power
        squares += power * power
      }
      added += Double(links.test.noiseThreshold(of: .scm)) / Self.threshold(scenario) / 1024 - 1
    }
    let share = 192.0 / 32_768
    // What is added is the mean over shadowing. A power's variance is less than the mean of its
    // square, so that the sum of squares bounds the standard error of the sum; the noise of each
    // collector is rounded down to 1/1024.
    let error = squares.squareRoot() * share
    let rounding = Double(sites) / 1024
    #expect(faint * share > 30 * error && faint * share > 30 * rounding, "enough to tell")
    #expect(
      abs(added + rounding / 2 - faint * share) < 3 * error + rounding / 2,
      "\(added) for \(faint * share) ± \(error)")
  }

  @Test("modules far away count together for what each of them has")
  func farClusters() async throws {
    var scenario = Scenario()
    scenario.radio.shadowingDb = 0
    scenario.radio.channels = 1
    scenario.radio.pathLossExponent = 2
    scenario.radio.linkFloorDb = 0
    scenario.endpoints.intervalS = 1
    scenario.endpoints.txPowerDbm = -20
    scenario.entryClasses[1].lossDb = 6
    // Two towns of more than 4,096 modules, 250 m across, and two houses close by.
    let town = 9000
    var territory = Territory(projection: Projection(latitude: 40, longitude: -80))
    var random = SplitMix64(seed: 77)
    let traits = TraitDraws(scenario)
    for index in 0..<2 * town + 2 {
      let (x, y, across): (Double, Double, UInt64) =
        index < town
        ? (60_000, 0, 2500) : index < 2 * town ? (0, -80_000, 2500) : (100, 0, 100)
      territory.append(
        traits, id: UInt32(index), x: x + Double(random.next() % across),
        y: y + Double(random.next() % across), classIndex: 0, entryClass: nil)
    }
    let budget = try await LinkBudget(
      scenario, territory: territory, silent: Array(repeating: false, count: territory.count),
      kinds: Self.kinds(territory), threads: 2)
    let site = CollectorSite(id: CollectorID(rawValue: 3), x: 0, y: 0)
    let links = budget.links(of: site).links
    #expect(links.endpoints.map(Int.init) == [2 * town, 2 * town + 1])
    var faint = 0.0
    for index in 0..<2 * town {
      faint += pow(10, Self.meanDb(scenario, territory, index, site) / 10)
    }
    let expected = faint * 192 / 32_768
    let added = Double(links.test.noiseThreshold(of: .scm)) / Self.threshold(scenario) / 1024 - 1
    // The noise is a whole number of 1/1024; a middle at 25 diagonals is right to some 0.1 %, and
    // tables by distance are to 0.5 %.
    #expect(expected > 1)
    #expect(abs(added / expected - 1) < 0.006, "\(added) for \(expected)")
  }

  @Test("an endpoint's link is the same whoever else is there")
  func ownLink() async throws {
    let scenario = Self.scenario(seed: 3)
    let all = Self.territory(scenario, modules: 400, acrossM: 800)
    var one = Territory(projection: all.projection)
    let site = CollectorSite(id: CollectorID(rawValue: 8), x: 3000, y: 3000)
    func links(_ territory: Territory) async throws -> LinkSet {
      try await LinkBudget(
        scenario, territory: territory, silent: Array(repeating: false, count: territory.count),
        kinds: Self.kinds(territory), threads: 1
      ).links(of: site).links
    }
    let full = try await links(all)
    for (endpoint, mean) in zip(full.endpoints, full.means).prefix(50) {
      let index = Int(endpoint)
      one = Territory(projection: all.projection)
      one.append(
        TraitDraws(scenario), id: all.endpointIDs[index], x: Double(all.x[index]),
        y: Double(all.y[index]),
        classIndex: 0, entryClass: Int(all.entryClasses[index]))
      #expect(try await links(one).means == [mean], "endpoint \(index)")
    }
    #expect(full.count > 50)
  }
}
