import CollectorUpload
import DurableFiles
import HeadEnd
import Metering

/// A closed month of a store: validated, estimated, added up, and its tables written. Three of ten
/// reads are missing.
final class MonthValidation: Workload {
  static let benchmark = Benchmark(name: "validation", item: "endpoint-day") {
    try await MonthValidation($0)
  }

  /// 3 s on two cores for a month of 615,000 modules.
  let goal: Double? = 2 * 3e9 / (615_000 * 30)
  private let stores: [String]
  private let directory: String
  private let modules: Int
  private let dayCount: Int
  private var store: ReadStore?

  private init(_ context: Context) async throws {
    directory = Path.join(context.scratch, "validated")
    modules = context.pick(full: 205_000, tiny: 3_000)
    dayCount = context.pick(full: 30, tiny: 10)
    stores = [1, 2].map { Path.join(context.scratch, "closed-\($0)") }
    for (number, path) in stores.enumerated() {
      try await makeStore(at: path, seed: UInt64(number + 1))
    }
  }

  private func makeStore(at path: String, seed: UInt64) async throws {
    let utility = Utility(modules: modules, seed: seed)
    var intake = try Intake(
      ReadStore.create(
        at: path, settings: StoreSettings(utcOffsetMinutes: Utility.clock.utcOffsetMinutes),
        registry: utility.registry, engine: "amr-bench", timestamp: 0))
    for day in 0..<dayCount {
      var reader = UploadReader()
      reader.feed(
        utility.uploads(of: Utility.firstDay + day, collectors: 10, overlap: 1).bytes)
      reader.finish()
      while let upload = try reader.next() { try intake.take(upload, source: "memory") }
      try await intake.commit(timestamp: 0, threads: 1)
    }
    try await intake.close(
      through: Utility.firstDay + (dayCount - 1), timestamp: 0, threads: 1)
  }

  func prepare(variant: Int) throws {
    store = nil
    try FileSystem.system.removeTree(directory)
    try copy(stores[variant], to: directory)
    store = try ReadStore.open(at: directory, engine: "amr-bench", for: .writing)
  }

  private func copy(_ source: String, to target: String) throws {
    let files = FileSystem.system
    try files.createDirectories(target)
    for name in try files.list(source) {
      let (from, to) = (Path.join(source, name), Path.join(target, name))
      if try files.status(of: from)?.kind == .directory {
        try copy(from, to: to)
      } else {
        try files.writeAtomically(try files.readFile(from), to: to)
      }
    }
  }

  func run() async throws -> Int {
    try await store!.validate(timestamp: 0, threads: 1).expected
  }

  func digest() async throws -> UInt128 {
    let findings = try store!.findings().count
    return try await store!.summary(threads: 1).digest &+ UInt128(findings)
  }
}
