import Checksums
import DurableFiles
import HeadEnd
import Metering

/// The registry of a large utility, a tenth of whose meters were exchanged: from its CSV file to
/// rows that keep the laws, and from these to a store and back.
final class RegistryLoad: Workload {
  static let benchmarks = [
    Benchmark(name: "registry/read", item: "row") { RegistryLoad($0, reads: true) },
    Benchmark(name: "registry/write-and-open", item: "row") { RegistryLoad($0, reads: false) },
  ]

  private let reads: Bool
  private let registries: [[ServicePoint]]
  private let files: [[UInt8]]
  private let directory: String
  private var variant = 0
  private var rows: [ServicePoint] = []

  private init(_ context: Context, reads: Bool) {
    self.reads = reads
    directory = Path.join(context.scratch, "registry")
    let count = context.pick(full: 1_000_000, tiny: 10_000)
    let registries = [1, 2].map { Self.registry(rows: count, seed: $0) }
    self.registries = registries
    files =
      reads
      ? registries.map { registry in
        var bytes: [UInt8] = []
        RegistryFile.encode(registry, clock: Utility.clock) { bytes += $0 }
        return bytes
      } : []
  }

  /// Of eleven rows two are of one service point, whose meter and module were exchanged.
  private static func registry(rows: Int, seed: UInt64) -> [ServicePoint] {
    var registry = Utility(modules: rows, seed: seed).registry
    let exchange = Utility.clock.startOfDay(Utility.firstDay - 200) + 52_200_000
    for row in stride(from: 1, to: rows, by: 11) {
      registry[row - 1].removedAt = exchange
      registry[row - 1].removedRead = registry[row - 1].lastBilledRead
      registry[row].installedAt = exchange
      registry[row].servicePointID = registry[row - 1].servicePointID
      registry[row].accountID = registry[row - 1].accountID
    }
    return registry
  }

  func prepare(variant: Int) throws {
    self.variant = variant
    rows = []
    try FileSystem.system.removeTree(directory)
  }

  func run() throws -> Int {
    if reads {
      rows = try RegistryFile.decode(files[variant], source: "memory", clock: Utility.clock)
        .registry.rows
    } else {
      try write()
      rows = try ReadStore.open(at: directory, engine: "amr-bench", for: .reading).registry
    }
    return rows.count
  }

  /// Apart, because the store is closed when this returns.
  private func write() throws {
    let settings = StoreSettings(utcOffsetMinutes: Utility.clock.utcOffsetMinutes)
    _ = try ReadStore.create(
      at: directory, settings: settings, registry: registries[variant], engine: "amr-bench",
      timestamp: 0)
  }

  func digest() -> UInt128 {
    var bytes: [UInt8] = []
    RegistryFile.encode(rows, clock: Utility.clock) { bytes += $0 }
    return MurmurHash3.hash128(bytes)
  }
}
