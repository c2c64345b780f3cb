import AMRSimulation
import DurableFiles

/// The territory of the scenario duquesne-1998; of the tiny size, a few of its densest tracts.
struct LargeTerritory {
  let scenario: Scenario
  let layout: Layout

  /// - Parameter seed: another one than the scenario's, where it is given.
  init(_ context: Context, seed: UInt64? = nil) async throws {
    let small = [("territory.served_area_km2", "10"), ("territory.modules", "5000")]
    var scenario = try shippedScenario(
      "duquesne-1998", context, overrides: context.pick(full: [], tiny: small))
    scenario.seed = seed ?? scenario.seed
    self.scenario = scenario
    let folder = context.scenarios
    layout = try await Layout(scenario, threads: 1) {
      try FileSystem.system.readFile(Path.join(folder, $0))
    }
  }

  /// Every `stride`-th collector, counted from `first`.
  func sites(from first: Int, by stride: Int) -> [CollectorSite] {
    Swift.stride(from: first, to: layout.sites.count, by: stride).map { layout.sites[$0] }
  }

  func network(_ sites: [CollectorSite]) async throws -> FixedNetwork {
    try await FixedNetwork(
      scenario, layout: layout, sites: sites, threads: 1, progress: { _ in })
  }
}

/// A scenario that ships, with some of its values replaced.
func shippedScenario(
  _ name: String, _ context: Context, overrides: [(path: String, value: String)] = []
) throws -> Scenario {
  let path = Path.join(context.scenarios, "\(name).json5")
  return try ScenarioFile.decode(
    text: try FileSystem.system.readFile(path), source: path, overrides: overrides)
}

/// One day of a sample of the large territory's collectors, evaluated on demand.
final class OnDemand: Workload {
  static let benchmark = Benchmark(name: "on-demand", item: "link-day") {
    try await OnDemand($0)
  }

  /// The design's goal for a day of all collectors, on the wall with two cores.
  private static let goalCoreSeconds = 2 * 0.6

  let goal: Double?
  private(set) var facts: [Fact]
  private let networks: [FixedNetwork]
  private var network: FixedNetwork
  private var result: PeriodResult?

  private init(_ context: Context) async throws {
    let territory = try await LargeTerritory(context)
    let stride = context.pick(full: 16, tiny: 2)
    let samples = [territory.sites(from: 0, by: stride), territory.sites(from: 1, by: stride)]
    networks = [
      try await territory.network(samples[0]), try await territory.network(samples[1]),
    ]
    network = networks[0]
    let sampled = networks[0].linkCount + networks[1].linkCount
    let all =
      Double(sampled) * Double(territory.layout.sites.count)
      / Double(samples[0].count + samples[1].count)
    goal = Self.goalCoreSeconds * 1e9 / all
    facts = [
      Fact(name: "one collector in", value: Double(stride)),
      Fact(name: "collectors in all", value: Double(territory.layout.sites.count)),
      Fact(name: "links per module", value: all / Double(territory.layout.territory.count)),
      Fact(name: "links per collector", value: all / Double(territory.layout.sites.count)),
    ]
  }

  func prepare(variant: Int) { network = networks[variant] }

  func run() async throws -> Int {
    result = try await network.simulateNextPeriod(
      order: .onDemand, threads: 1, progress: { _ in })
    return network.linkCount
  }

  func digest() -> UInt128 {
    if let result {
      let links = Double(network.linkCount)
      facts = facts.filter { !$0.name.hasSuffix("per link-day") }
      facts.append(
        Fact(name: "draws per link-day", value: Double(result.drawsEvaluated) / links))
      facts.append(
        Fact(name: "overlap look-ups per link-day", value: Double(result.overlapLookups) / links))
      facts.append(
        Fact(name: "receptions per link-day", value: Double(result.receptions) / links))
    }
    return uploadDigest(result)
  }
}

/// The set-up of the large territory: places of modules and collectors, transmitters, registers and
/// the links of all collectors.
final class SetUp: Workload {
  static let benchmark = Benchmark(name: "link-budget", item: "module") { SetUp($0) }

  /// The design's goal, one second on the wall with two cores, for 615,000 modules.
  let goal: Double? = 2e9 / 615_000

  var facts: [Fact] {
    [
      Fact(name: "collectors", value: Double(network?.sites.count ?? 0)),
      Fact(name: "links", value: Double(network?.linkCount ?? 0)),
    ]
  }
  private let context: Context
  private var seed: UInt64 = 0
  private var network: FixedNetwork?

  private init(_ context: Context) { self.context = context }

  func prepare(variant: Int) {
    seed = 1998 + UInt64(variant)
    network = nil
  }

  func run() async throws -> Int {
    let territory = try await LargeTerritory(context, seed: seed)
    network = try await territory.network(territory.layout.sites)
    return territory.layout.territory.count
  }

  /// The links cannot be seen from here; another link budget hardly gives as many of them.
  func digest() -> UInt128 {
    UInt128(network?.linkCount ?? 0) << 64 | UInt128(network?.transmissions ?? 0)
  }
}
