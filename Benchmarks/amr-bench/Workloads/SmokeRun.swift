import AMRSimulation
import Checksums
import DurableFiles
import Reporting
import RunPipeline

/// The whole way on the scenario smoke-1k: simulate, ingest, close, bill, summarise.
final class SmokeRun: Workload {
  static let benchmark = Benchmark(name: "end-to-end-smoke", item: "module-day") {
    try SmokeRun($0)
  }

  /// Shows nothing.
  private struct Silent: RunObserver {
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

  private init(_ context: Context) throws {
    let scenario = try shippedScenario("smoke-1k", context)
    var other = scenario
    other.seed += 1
    scenarios = [scenario, other]
    layouts = try scenarios.map {
      try Layout($0) { try FileSystem.system.readFile(Path.join(context.scenarios, $0)) }
    }
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
