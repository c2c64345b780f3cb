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

  static func uploads(
    _ scenario: Scenario, order: EvaluationOrder, threads: Int, periods: Int,
    level: VectorLevel = .best
  ) async throws -> [[UInt8]] {
    var network = try await network(scenario, threads: threads)
    network.vectorLevel = level
    var uploads: [[UInt8]] = []
    for _ in 0..<periods {
      let result = try await network.simulateNextPeriod(
        order: order, threads: threads, progress: { _ in })
      uploads += result.uploads.map(\.bytes)
    }
    return uploads
  }

  @Test(
    "census and on-demand give the same bytes on any number of threads and by any vectors",
    arguments: [30, 300, 1500], [1, 2, 3] as [UInt64])
  func equalUploads(modules: Int, seed: UInt64) async throws {
    let scenario = Self.scenario(seed: seed, modules: modules)
    let census = try await Self.uploads(scenario, order: .census, threads: 1, periods: 2)
    #expect(census.contains { $0.count > UploadHeader.byteCount + 100 })
    for threads in [1, 2, 3, 7] {
      for order in [EvaluationOrder.census, .onDemand] {
        let again = try await Self.uploads(scenario, order: order, threads: threads, periods: 2)
        #expect(again == census, "modules \(modules), seed \(seed), \(order), \(threads) threads")
      }
    }
    for level in VectorLevel.available {
      for order in [EvaluationOrder.census, .onDemand] {
        let again = try await Self.uploads(
          scenario, order: order, threads: 2, periods: 2, level: level)
        #expect(again == census, "modules \(modules), seed \(seed), \(order), \(level)")
      }
    }
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
      expectAgreement(air, from: from, to: to, "seed \(seed)")
    }
  }

  @Test(
    "two frames collide from one tick of overlap on, at either end and inside, of any lengths",
    arguments: FrameKind.allCases, FrameKind.allCases)
  func overlapByTicks(kind: FrameKind, otherKind: FrameKind) {
    let (own, other) = (kind.ticks, otherKind.ticks)
    for (distance, collides) in [
      (-other - 1, false), (-other, false), (1 - other, true), (-1, true), (0, true), (1, true),
      (own / 2, true), (own - 1, true), (own, false), (own + 1, false),
    ] {
      let air = RandomAir.pair(kind, at: 10_000, otherKind, at: UInt32(10_000 + distance))
      let packets = expectAgreement(air, from: 0, to: 30_000, "distance \(distance)")
      #expect(packets.arrivals == 2 && packets.decoded == (collides ? 0 : 2), "\(distance)")
    }
  }

  @Test(
    "frames at the start of the run and of later windows collide alike, however long the period",
    arguments: [40_000, 1 << 20, 1 << 24, 1 << 28 - 1, 2_830_000_000] as [UInt32])
  func longPeriods(period: UInt32) {
    for kind in FrameKind.allCases {
      // The last pair is the earliest that a window must hand on to the next one.
      let length = UInt32(kind.ticks)
      let starts: [(UInt32, UInt32)] = [
        (0, 191), (191, 0), (5000, 5000), (period - 1, 0), (period - 1, 191),
        (period - length, period - 2 * length + 1),
      ]
      for (start, other) in starts {
        let air = RandomAir.pair(.scm, at: start, kind, at: other, period: period)
        expectAgreement(
          air, from: 0, to: 5 * Int64(period), "\(kind) at \(other) beside \(start)")
      }
    }
  }

  @Test(
    "frames collide across the fold of a window's cells", arguments: FrameKind.allCases,
    FrameKind.allCases)
  func foldedCells(kind: FrameKind, otherKind: FrameKind) {
    // Two links have 4,096 cells of 192 ticks; these starts are about the first that are folded.
    for start in stride(from: 780_000 as UInt32, to: 788_000, by: 61) {
      let air = RandomAir.pair(kind, at: start, otherKind, at: start + 100, period: 1 << 20)
      expectAgreement(air, from: 0, to: 1 << 20, "\(kind) at \(start), \(otherKind)")
    }
  }

  @Test("a draw at its link's threshold is lost, and the one below it survives")
  func drawsAtThreshold() {
    var byHand = AirByHand(means: [1 << 30])
    let count: UInt32 = 130
    let fading = byHand.air(seed: 1).fading(0)
    let draws = (0..<count).map { fading.draw($0) }
    for threshold in draws.flatMap({ [$0, $0 + 1] }) {
      byHand.survivingDraws = threshold
      let air = byHand.air(seed: 1)
      let to = air.nominalStart(link: 0, k: Int64(count))
      for level in VectorLevel.available {
        let packets = VectorCensus.evaluate(air, from: 0, to: to, level: level).packets
        #expect(
          packets?.decoded == draws.count { $0 < threshold }, "threshold \(threshold), \(level)")
      }
    }
  }

  @Test(
    "all orders agree with all pairs while clocks drift apart", arguments: 0..<24 as Range<UInt64>)
  func driftingAirs(seed: UInt64) {
    var random = RandomAir.drifting(seed: seed)
    let (air, from, to) = random.build()
    expectAgreement(air, from: from, to: to, "seed \(seed)")
  }

  @Test("all orders agree with all pairs on airs built by hand from edges", arguments: 0..<8)
  func randomAirs(part: Int) {
    var total = PacketCounts()
    for seed in UInt64(part * 40)..<UInt64(part * 40 + 40) {
      var random = RandomAir(seed: seed)
      let (air, from, to) = random.build()
      total += expectAgreement(air, from: from, to: to, "seed \(seed)")
    }
    // Every fate is met, or the airs would show little.
    #expect(total.decoded > 1000 && total.lostToNoise > 1000)
    #expect(total.lostToInterference > 300 && total.notHeard > 100)
  }
}
