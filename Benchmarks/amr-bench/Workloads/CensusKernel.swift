import AMRSimulation
import Checksums
import RandomStreams

/// The census of one collector in the middle of a plain of evenly spread modules: what an arrival
/// costs to generate, to test for overlap and to decide.
final class CensusKernel: Workload {
  static let benchmarks =
    [(500, 24), (5_000, 6), (20_000, 2)].map { endpoints, hours in
      benchmark("\(endpoints)", endpoints: endpoints, hours: hours, level: .best)
    }
    + VectorLevel.available.filter { $0 != .v4 }.map {
      benchmark("5000-\($0)", endpoints: 5_000, hours: 6, level: $0)
    }

  private static func benchmark(_ name: String, endpoints: Int, hours: Int, level: VectorLevel)
    -> Benchmark
  {
    Benchmark(name: "census-kernel/\(name)", item: "arrival") { context in
      try await CensusKernel(
        endpoints: endpoints, hours: context.pick(full: hours, tiny: 1), level: level)
    }
  }

  /// The design's goals in ns per arrival.
  private static func goal(endpoints: Int, level: VectorLevel) -> Double {
    switch level {
    case .baseline: 10
    case .v3: 6.5
    case .v4: endpoints > 5_000 ? 6 : 4.5
    }
  }

  /// Modules spread this far, from where shadowing seldom lets one be heard.
  private static let radiusM = 2500.0
  /// The plain lies at the equator, where a degree east is as long as a degree north.
  private static let metresPerDegree = 111_195.0

  let goal: Double?
  private(set) var facts: [Fact] = []
  private let networks: [FixedNetwork]
  private let hours: Int
  private var network: FixedNetwork
  private var result: PeriodResult?

  /// - Parameters:
  ///   - endpoints: how many the collector hears, within a few percent.
  ///   - hours: the length of a pass in simulated time.
  ///   - level: the vector instructions to use.
  private init(endpoints: Int, hours: Int, level: VectorLevel) async throws {
    self.hours = hours
    goal = Self.goal(endpoints: endpoints, level: level)
    // How many of the modules are heard does not depend on their number.
    let trial = try await Self.network(modules: 4 * endpoints, hours: hours, seed: 1)
    let modules = 4 * endpoints * endpoints / trial.linkCount
    var networks = [
      try await Self.network(modules: modules, hours: hours, seed: 1),
      try await Self.network(modules: modules, hours: hours, seed: 2),
    ]
    for index in networks.indices { networks[index].vectorLevel = level }
    self.networks = networks
    network = networks[0]
    facts = [
      Fact(name: "audible endpoints", value: Double(networks[0].linkCount)),
      Fact(name: "simulated hours", value: Double(hours)),
    ]
  }

  func prepare(variant: Int) { network = networks[variant] }

  func run() async throws -> Int {
    result = try await network.simulateNextPeriod(
      order: .census, threads: 1, progress: { _ in })
    // Each link's transmissions of the period, whatever of them was looked at.
    return network.linkCount * hours * 3600 / network.scenario.endpoints.intervalS
  }

  func digest() -> UInt128 { uploadDigest(result) }

  private static func network(modules: Int, hours: Int, seed: UInt64) async throws -> FixedNetwork {
    var scenario = Scenario()
    scenario.name = "census-kernel"
    scenario.seed = seed
    scenario.territory.metersCSV = "meters.csv"
    scenario.collectors.sitesCSV = "sites.csv"
    scenario.backhaul.uploadPeriodH = hours
    scenario.faults.silentModuleShare = 0
    scenario.faults.collectorOutagesPerYear = 0
    let metersCSV = scenario.territory.metersCSV
    let layout = try await Layout(scenario, threads: 1) { name in
      name == metersCSV
        ? meters(modules) : Array("latitude_deg,longitude_deg\n0,0\n".utf8)
    }
    return try await FixedNetwork(
      scenario, layout: layout, threads: 1, progress: { _ in })
  }

  /// Positions spread evenly over a disc.
  private static func meters(_ count: Int) -> [UInt8] {
    let draws = RandomStream(seed: 1, .placement, entity: 0)
    var text = "latitude_deg,longitude_deg\n"
    var made = 0
    var index: UInt32 = 0
    while made < count {
      let words = draws.words(index)
      index += 1
      let (x, y) = (2 * unit(words.x) - 1, 2 * unit(words.y) - 1)
      guard x * x + y * y <= 1 else { continue }
      let degrees = radiusM / metresPerDegree
      text += "\(fixed(y * degrees, digits: 6)),\(fixed(x * degrees, digits: 6))\n"
      made += 1
    }
    return Array(text.utf8)
  }
}

/// A digest of the uploads of a period.
func uploadDigest(_ result: PeriodResult?) -> UInt128 {
  (result?.uploads ?? []).reduce(0) { $0 &+ MurmurHash3.hash128($1.bytes) }
}
