import AMRSimulation
import Checksums
import DurableFiles
import Reporting
import RunPipeline

/// The whole way on the scenario smoke-1k: simulate, ingest, close, bill, summarise.
final class SmokeRun: Workload {
  static let benchmark = Benchmark(name: "end-to-end-smoke", item: "module-day") {
    try await SmokeRun($0)
  }

  /// Shows nothing.
  private struct Silent: RunObserver {
    func expect(_ cost: RunCost) {}
    func begin(_ part: String, unit: String, total: Int) {}
    func advance() {}
    func check() {}
    func finish() {}
  }

  private let scenarios: [Scenario]
  private let layouts: [Layout]
  private let directory: String
  private var variant = 0
  private var summary = RunSummary()

  private init(_ context: Context) async throws {
    let scenario = try shippedScenario("smoke-1k", context)
    var other = scenario
    other.seed += 1
    scenarios = [scenario, other]
    let folder = context.scenarios
    var layouts: [Layout] = []
    for scenario in scenarios {
      layouts.append(
        try await Layout(scenario, threads: 1) {
          try FileSystem.system.readFile(Path.join(folder, $0))
        })
    }
    self.layouts = layouts
    directory = Path.join(context.scratch, "run")
  }

  func prepare(variant: Int) throws {
    self.variant = variant
    try FileSystem.system.removeTree(directory)
    try FileSystem.system.createDirectories(directory)
  }

  func run() async throws -> Int {
    var run = Run(
      scenarios[variant], layout: layouts[variant], directory: directory, options: RunOptions(),
      observer: Silent())
    summary = try await run.execute()
    return summary.modules * summary.days
  }

  func digest() -> UInt128 {
    let parts = [summary.digest, summary.storeDigest] + summary.billingFiles.map(\.sha256)
    return MurmurHash3.hash128(Array(parts.joined().utf8))
  }
}
