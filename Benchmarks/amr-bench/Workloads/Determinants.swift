import BillingExport
import Checksums
import DurableFiles
import Metering

/// The billing files of a month's 21 cycles, with SHA-256, manifests and control totals; alone and
/// with one format beside the CSV.
final class Determinants: Workload {
  static let benchmarks =
    [Benchmark(name: "billing-determinants", item: "row") { Determinants($0, []) }]
    + ExportFormat.allCases.map { format in
      Benchmark(name: "billing-determinants/\(format.rawValue)", item: "row") {
        Determinants($0, [format])
      }
    }

  /// A month's reads in memory.
  private struct Month: DailyReads {
    let days: [CivilDay: DayOfReads]

    func reads(on day: CivilDay) -> DayOfReads? { days[day] }
  }

  /// 1.2 million rows a second of the CSV, and 1 million of another text format after it.
  let goal: Double?
  private let formats: [ExportFormat]
  private let registries: [[ServicePoint]]
  private let months: [Month]
  private let directory: String
  private var variant = 0
  private var batches: [PublishedBatch] = []

  private init(_ context: Context, _ formats: [ExportFormat]) {
    self.formats = formats
    goal = 1e9 / 1.2e6 + (formats.isEmpty ? 0 : 1e9 / 1e6)
    let modules = context.pick(full: 210_000, tiny: 2_100)
    let utilities = [Utility(modules: modules, seed: 1), Utility(modules: modules, seed: 2)]
    months = utilities.map(Self.month)
    registries = utilities.map(\.registry).map(Self.billedMonthBefore)
    directory = Path.join(context.scratch, "billing")
  }

  func prepare(variant: Int) throws {
    self.variant = variant
    try FileSystem.system.removeTree(directory)
  }

  func run() async throws -> Int {
    let settings = BillingMonth(year: Utility.firstDay.year, month: Utility.firstDay.month)!
    batches = try await BillingRun(
      utility: "bench", month: settings, daysBefore: 3, daysAfter: 1, clock: Utility.clock
    ).write(
      registry: registries[variant], reads: months[variant], to: directory,
      as: ExportSettings(formats: formats)
    )
    return batches.reduce(0) { $0 + $1.totals.expected }
  }

  func digest() -> UInt128 {
    MurmurHash3.hash128(Array(batches.map { $0.sha256 + $0.manifestSHA256 }.joined().utf8))
  }

  /// The same meters, each billed last on the day that was due: few periods are too long or short.
  private static func billedMonthBefore(_ registry: [ServicePoint]) -> [ServicePoint] {
    registry.map { point in
      var point = point
      let (year, month, _) = Utility.firstDay.date
      let due = point.cycle.scheduledRead(year: year, month: month)
      point.lastBilledAt = Utility.clock.startOfDay(point.cycle.scheduledReadBefore(due))
      return point
    }
  }

  /// Every day from the window of the first cycle to that of the last. Nine of ten modules are
  /// read on a day, as some have to be looked for on a second one.
  private static func month(_ utility: Utility) -> Month {
    var days: [CivilDay: DayOfReads] = [:]
    for number in -5..<36 {
      let day = Utility.firstDay + number
      let rows = utility.registry.indices.filter { ($0 + number) % 10 != 0 }
      days[day] = try? DayOfReads(
        endpointIDs: rows.map { utility.registry[$0].endpoint.rawValue },
        registers: rows.map { utility.register($0, on: day) },
        readAt: rows.map { utility.readAt($0, on: day) },
        qualities: [Quality](repeating: .actual, count: rows.count))
    }
    return Month(days: days)
  }
}
