import Testing

@testable import AMRSimulation

@Suite("What became of packets")
struct PacketStatisticsTests {
  private static let fates: [KeyPath<PacketCounts, Int> & Sendable] = [
    \.decoded, \.lostToNoise, \.lostToInterference, \.notHeard,
  ]

  /// 300 modules under a few collectors that fail often, for two days.
  private static func network(seed: UInt64, threads: Int = 2) async throws -> FixedNetwork {
    var scenario = EvaluationOrderTests.scenario(seed: seed, modules: 300)
    scenario.days = 2
    scenario.backhaul.uploadPeriodH = 24
    return try await EvaluationOrderTests.network(scenario, threads: threads)
  }

  private static func statistics(_ network: FixedNetwork, sampleSize: Int, threads: Int = 2)
    async throws -> PacketStatistics
  {
    try await network.packetStatistics(
      sampleSize: sampleSize, threads: threads, progress: { _ in })
  }

  /// Collector-hours that differ: fates of so many arrivals each.
  private static func counts(_ arrivals: [Int], decoded: [Int]) -> [PacketCounts] {
    zip(arrivals, decoded).map { arrivals, decoded in
      var counts = PacketCounts()
      counts.arrivals = arrivals
      counts.decoded = decoded
      counts.lostToNoise = arrivals - decoded
      return counts
    }
  }

  @Test("all collector-hours are the census; a sample is near it", arguments: [1, 2] as [UInt64])
  func nearTheCensus(seed: UInt64) async throws {
    var network = try await Self.network(seed: seed)
    let all = try await Self.statistics(network, sampleSize: .max)
    let sample = try await Self.statistics(network, sampleSize: 60)
    for _ in 0..<network.periodCount {
      _ = try await network.simulateNextPeriod(order: .census, threads: 2, progress: { _ in })
    }
    let census = try await Self.statistics(network, sampleSize: 60)
    #expect(census.total == all.total && census.total.notHeard > 0)
    #expect(census.evaluatedHours == network.sites.count * 48)
    #expect(sample.evaluatedHours == 60 && sample.collectorHours == census.evaluatedHours)
    var sums = [0.0, 0.0, 0.0]
    for fate in Self.fates {
      let share = try #require(census.share(of: fate))
      #expect(share == all.share(of: fate))
      #expect(share.low == share.value && share.high == share.value)
      let estimate = try #require(sample.share(of: fate))
      // Three standard errors are 3 / 1.96 times the interval's arms.
      let (down, up) = (estimate.value - estimate.low, estimate.high - estimate.value)
      #expect(share.value > estimate.value - 1.54 * down, "seed \(seed)")
      #expect(share.value < estimate.value + 1.54 * up, "seed \(seed)")
      #expect(down + up < 0.2, "seed \(seed)")
      sums[0] += share.value
      sums[1] += estimate.value
    }
    #expect(abs(sums[0] - 1) < 1e-12 && abs(sums[1] - 1) < 1e-12)
  }

  @Test("neither threads nor periods simulated on demand matter")
  func determinism() async throws {
    var network = try await Self.network(seed: 3)
    let first = try await Self.statistics(network, sampleSize: 40, threads: 1)
    for _ in 0..<network.periodCount {
      _ = try await network.simulateNextPeriod(order: .onDemand, threads: 2, progress: { _ in })
    }
    for threads in [1, 2, 3] {
      let other = try await Self.statistics(network, sampleSize: 40, threads: threads)
      #expect(other.total == first.total && other.evaluatedHours == 40)
      for fate in Self.fates { #expect(other.share(of: fate) == first.share(of: fate)) }
    }
  }

  @Test("the interval covers the share of all collector-hours in about 95 % of samples")
  func coverage() async throws {
    let network = try await Self.network(seed: 4)
    let hours = network.sites.indices.flatMap { site in
      (0..<48).map { network.packets(collector: site, hour: $0) }
    }
    let census = PacketStatistics(
      census: hours.reduce(into: PacketCounts()) { $0 += $1 }, collectorHours: hours.count)
    for fate in Self.fates.prefix(3) {
      let truth = try #require(census.share(of: fate)).value
      var covered = 0
      for seed in 0..<4000 as Range<UInt64> {
        let sample = randomSubset(of: hours.count, count: 50, seed: seed).map { hours[$0] }
        let estimate = PacketStatistics(sample: sample, collectorHours: hours.count)
        let share = try #require(estimate.share(of: fate))
        if share.low <= truth && truth <= share.high { covered += 1 }
      }
      // The standard error over 4,000 seeds is 0.35 %; the rest is for the formula, which holds
      // for large samples.
      #expect((3720...3880).contains(covered), "\(covered) of 4000")
    }
  }

  @Test("the interval is that of the formula, computed by hand")
  func formula() throws {
    // x = 10, 20, 30 and y = 4, 11, 12 of 30 collector-hours: p = 27 / 60, residuals −0.5, 2, −1.5.
    let sample = Self.counts([10, 20, 30], decoded: [4, 11, 12])
    let share = try #require(
      PacketStatistics(sample: sample, collectorHours: 30).share(of: \.decoded))
    let variance = 0.9 / (3 * 400) * 6.5 / 2
    let t = 1.959964 + (7.529_12 + 1.959964) / 8
    let independent = 0.45 * 0.55 / variance
    // Wilson's limits are where (p − q)² = t² q (1 − q) / n.
    for limit in [share.low, share.high] {
      let distance = (share.value - limit) * (share.value - limit)
      #expect(abs(distance - t * t * limit * (1 - limit) / independent) < 1e-6)
    }
    #expect(share.value == 0.45 && share.low < 0.45 && share.high > 0.45)
  }

  @Test("a fate that a sample never met is not taken for impossible, but in a census it is")
  func neverMet() throws {
    let hours = Self.counts(
      Array(repeating: 100, count: 200), decoded: Array(repeating: 100, count: 200))
    let sample = PacketStatistics(sample: hours, collectorHours: 1_000_000)
    let noise = try #require(sample.share(of: \.lostToNoise))
    #expect(noise.value == 0 && noise.low == 0)
    // 1.9 % would be missed by 200 collector-hours with a probability of 2 %.
    #expect(noise.high > 0.015 && noise.high < 0.02)
    let decoded = try #require(sample.share(of: \.decoded))
    #expect(decoded.value == 1 && decoded.high == 1 && abs(decoded.low + noise.high - 1) < 1e-12)
    let census = PacketStatistics(sample: hours, collectorHours: 200)
    #expect(census.share(of: \.lostToNoise) == .init(value: 0, low: 0, high: 0))
  }

  @Test("where nothing arrives there are no shares")
  func silence() {
    let statistics = PacketStatistics(
      sample: [PacketCounts(), PacketCounts()], collectorHours: 24)
    #expect(statistics.share(of: \.decoded) == nil)
  }

  @Test("every set of collector-hours is equally likely")
  func subsets() {
    // Of the 20 subsets of three among six; χ² with 19 degrees of freedom passes 50 once in 7,000.
    var seen: [[Int]: Int] = [:]
    for seed in 0..<20_000 as Range<UInt64> {
      let subset = randomSubset(of: 6, count: 3, seed: seed)
      #expect(subset == Set(subset).sorted() && subset.count == 3)
      seen[subset, default: 0] += 1
    }
    #expect(seen.count == 20)
    let square = seen.values.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
    #expect(square < 50, "\(square)")
    #expect(randomSubset(of: 5, count: 5, seed: 1) == [0, 1, 2, 3, 4])
    #expect(randomSubset(of: 3_000_000_000_000, count: 9, seed: 1).allSatisfy { $0 > 1 << 32 })
  }
}
