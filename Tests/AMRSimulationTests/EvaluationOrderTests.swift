import CollectorUpload
import Metering
import RadioModel
import Testing

@testable import AMRSimulation

/// Census, on-demand evaluation and a naive comparison of all pairs must agree, byte for byte.
@Suite("Orders of evaluation")
struct EvaluationOrderTests {
  /// A small territory under a few collectors, dense enough that frames collide.
  static func scenario(seed: UInt64, modules: Int) -> Scenario {
    var scenario = Scenario()
    scenario.seed = seed
    scenario.territory.modules = modules
    scenario.collectors.latticeSpacingM = 700
    scenario.collectors.minModulesPerSite = 1
    scenario.radio.channels = 3
    scenario.endpoints.intervalS = 12
    scenario.endpoints.jitterMs = 400
    scenario.faults.collectorOutagesPerYear = 200
    scenario.faults.collectorOutageH = 0.3
    scenario.backhaul.uploadPeriodH = 1
    return scenario
  }

  static func network(_ scenario: Scenario, threads: Int = 1) async throws -> FixedNetwork {
    let tracts = [
      TractAllotment(
        latitude: 40.44, longitude: -80, areaKm2: 1.5, modules: scenario.territory.modules / 2),
      TractAllotment(
        latitude: 40.45, longitude: -79.99, areaKm2: 0.6,
        modules: scenario.territory.modules - scenario.territory.modules / 2),
    ]
    let territory = try await Territory(scenario, tracts: tracts, threads: threads)
    let sites = try latticeSites(
      over: territory, spacingM: scenario.collectors.latticeSpacingM,
      minModules: scenario.collectors.minModulesPerSite, source: "test")
    return try await FixedNetwork(
      scenario, territory: territory, sites: sites, threads: threads, progress: { _ in })
  }

  static func uploads(_ scenario: Scenario, order: EvaluationOrder, threads: Int, periods: Int)
    async throws -> [[UInt8]]
  {
    var network = try await network(scenario, threads: threads)
    var uploads: [[UInt8]] = []
    for _ in 0..<periods {
      let result = try await network.simulateNextPeriod(
        order: order, threads: threads, progress: { _ in })
      uploads += result.uploads.map(\.bytes)
    }
    return uploads
  }

  @Test(
    "census and on-demand give the same bytes on any number of threads",
    arguments: [30, 300, 1500], [1, 2, 3] as [UInt64])
  func equalUploads(modules: Int, seed: UInt64) async throws {
    let scenario = Self.scenario(seed: seed, modules: modules)
    let census = try await Self.uploads(scenario, order: .census, threads: 1, periods: 2)
    #expect(census.contains { $0.count > UploadHeader.byteCount + 100 })
    for threads in [1, 2] {
      let onDemand = try await Self.uploads(
        scenario, order: .onDemand, threads: threads, periods: 2)
      #expect(onDemand == census, "modules \(modules), seed \(seed), threads \(threads)")
    }
    let censusAgain = try await Self.uploads(scenario, order: .census, threads: 2, periods: 2)
    #expect(censusAgain == census)
  }

  @Test(
    "both orders agree with a comparison of all pairs", arguments: 1...12 as ClosedRange<UInt64>)
  func oracle(seed: UInt64) async throws {
    var scenario = Self.scenario(seed: seed, modules: 40)
    scenario.radio.channels = 1 + Int(seed % 3)
    scenario.endpoints.jitterMs = [0, 30, 1500][Int(seed % 3)]
    scenario.endpoints.clockErrorPpm = [0, 50, 5000][Int(seed / 3 % 3)]
    scenario.radio.linkFloorDb = [0, 10, 20][Int(seed / 2 % 3)]
    let network = try await Self.network(scenario)
    for collector in network.sites.indices {
      let air = network.air(collector: collector)
      // Odd borders, so that frames straddle them.
      let from = Int64(seed) * 10_007
      let to = from + 12 * 60 * Ticks.perSecond + 12_345
      let expected = Self.allPairs(air, from: from, to: to)
      #expect(CensusOrder.evaluate(air, from: from, to: to).receptions == expected, "seed \(seed)")
      #expect(
        OnDemandOrder.evaluate(air, from: from, to: to).receptions == expected, "seed \(seed)")
    }
  }

  /// Every transmission compared with every other one, with no index and no shortcut.
  static func allPairs(_ air: CollectorAir, from: Int64, to: Int64) -> [Reception] {
    struct Frame {
      let link: Int
      let k: UInt32
      let start: Int64
      let channel: UInt8
      let power: Power
    }
    var frames: [Frame] = []
    for link in 0..<air.links.count {
      var k: UInt32 = 0
      while air.nominalStart(link: link, k: Int64(k)) < to + 10 * Ticks.perSecond {
        let hop = air.hop(link: link, k: k)
        frames.append(
          Frame(
            link: link, k: k,
            start: air.nominalStart(link: link, k: Int64(k)) + Int64(hop.jitter),
            channel: hop.channel,
            power: Fading.faded(air.links.means[link], air.fading(link).draw(k))))
        k += 1
      }
    }
    var latest: [Int: Reception] = [:]
    for frame in frames where frame.start >= from && frame.start < to {
      if air.downTime.overlaps(frame.start, frame.start + air.frameTicks) { continue }
      var interference: Power = 0
      for other in frames
      where other.link != frame.link && other.channel == frame.channel
        && other.start < frame.start + air.frameTicks
        && frame.start < other.start + air.frameTicks
      {
        interference += other.power
      }
      let test = air.links.test
      if test.passes(signal: frame.power, interference: interference),
        frame.start > latest[frame.link]?.start ?? Int64.min
      {
        latest[frame.link] = Reception(
          link: frame.link, k: frame.k, start: frame.start, channel: frame.channel,
          signal: frame.power)
      }
    }
    return latest.values.sorted { $0.link < $1.link }
  }
}
