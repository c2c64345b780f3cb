import CollectorUpload
import DurableFiles
import HeadEnd
import Metering

/// A day's uploads in memory on their way into a store: checked, recognised, deduplicated, and
/// then committed.
final class HeadEndIntake: Workload {
  /// The part of the way that is measured.
  private enum Part {
    case take
    case takeAndCommit
    case commit
  }

  static let benchmarks = [
    Benchmark(name: "head-end/take", item: "reception") {
      HeadEndIntake($0, part: .take, goal: 1e9 / 30e6)
    },
    Benchmark(name: "head-end/take-and-commit", item: "reception") {
      HeadEndIntake($0, part: .takeAndCommit, goal: nil)
    },
    Benchmark(name: "store-encode", item: "row") {
      HeadEndIntake($0, part: .commit, goal: nil)
    },
  ]

  let goal: Double?
  private(set) var facts: [Fact] = []
  private let part: Part
  private let utility: Utility
  private let days: [(bytes: [UInt8], records: Int)]
  private let directory: String
  private var intake: Intake?
  private var variant = 0
  /// How many modules the day's uploads have a read of.
  private var rows = 0

  private init(_ context: Context, part: Part, goal: Double?) {
    self.part = part
    self.goal = goal
    directory = Path.join(context.scratch, "store")
    let modules = context.pick(full: 615_000, tiny: 6_000)
    let collectors = context.pick(full: 600, tiny: 10)
    let utility = Utility(modules: modules, seed: 1)
    self.utility = utility
    days = [0, 1].map {
      utility.uploads(of: Utility.firstDay + $0, collectors: collectors, overlap: 8)
    }
    facts = [
      Fact(name: "collectors", value: Double(collectors)),
      Fact(name: "receptions per module", value: Double(days[0].records) / Double(modules)),
    ]
  }

  func prepare(variant: Int) throws {
    self.variant = variant
    intake = nil
    try FileSystem.system.removeTree(directory)
    intake = try Intake(
      ReadStore.create(
        at: directory, settings: StoreSettings(utcOffsetMinutes: Utility.clock.utcOffsetMinutes),
        registry: utility.registry, engine: "amr-bench", timestamp: 0))
    guard part == .commit else { return }
    try take()
    rows = try intake!.hasRead(on: Utility.firstDay + variant).count { $0 }
  }

  func run() async throws -> Int {
    if part != .commit { try take() }
    if part != .take { try await intake!.commit(timestamp: 0, threads: 1) }
    return part == .commit ? rows : days[variant].records
  }

  /// Of the rows in the store, after a commit where that is not measured.
  func digest() async throws -> UInt128 {
    try await intake!.commit(timestamp: 0, threads: 1)
    guard let done = intake.take() else { return 0 }
    let counts = done.counts
    let store = done.finish()
    let summary = try await store.summary(threads: 1)
    facts = facts.filter { !$0.name.hasPrefix("stored") }
    facts.append(
      Fact(name: "stored bytes per read", value: Double(summary.byteCount) / Double(summary.reads)))
    facts.append(
      Fact(
        name: "stored core bytes per read",
        value: Double(summary.coreByteCount) / Double(summary.reads)))
    return summary.digest &+ UInt128(counts.receptions) &+ UInt128(summary.reads) << 64
  }

  private func take() throws {
    var reader = UploadReader()
    reader.feed(days[variant].bytes)
    reader.finish()
    while let upload = try reader.next() { try intake!.take(upload, source: "memory") }
  }
}
