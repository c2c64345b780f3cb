import AMRSimulation
import CollectorUpload
import DurableFiles
import HeadEnd
import JSON5
import Metering
import RunPipeline

/// The deduplication of a directory that `amr simulate` wrote, from its upload files to the current
/// reads in memory: CRC-32, SHA-256 and ledger, frame checksums, registry, the winner of each slot.
///
/// Programs that cannot read uploads do the same to a table of receptions; see `Benchmarks/peers`.
struct SpoolDeduplication: Sendable {
  let uploads: Int
  /// Valid receptions of known endpoints.
  let receptions: Int
  let quarantined: Int
  private(set) var reads = 0
  private(set) var registerSum: Int64 = 0
  private(set) var collectorSum: Int64 = 0
  /// Of the stamps in ms since 1970; beyond 64 bits at a month of 615,000 modules.
  private(set) var stampSum: Int128 = 0
  /// Loading the registry and making an empty store.
  let setUp: Cost
  /// Reading and checking the uploads and choosing the winners.
  let take: Cost
  /// The most memory that the process had in RAM, in bytes.
  let peakBytes: Int

  /// CPU time of all threads and time on the wall, in seconds.
  struct Cost: Sendable {
    let cpu: Double
    let wall: Double

    fileprivate init(from start: Instant, to end: Instant) {
      cpu = Double(end.cpu - start.cpu) / 1e9
      wall = Double(end.wall - start.wall) / 1e9
    }
  }

  /// Room for a read; most uploads take less.
  private static let chunkByteCount = 1 << 16

  /// - Parameters:
  ///   - spool: holds `scenario.json5`, `registry.csv` and `uploads/`.
  ///   - scratch: an empty directory, for the store.
  init(spool: String, scratch: String) throws {
    let start = Instant.now()
    let directory = Path.join(spool, "uploads")
    let names = try FileSystem.system.list(directory).sorted()
    var intake = try Intake(Self.makeStore(for: spool, in: scratch))
    let ready = Instant.now()
    for name in names { try Self.take(Path.join(directory, name), source: name, into: &intake) }
    let done = Instant.now()
    setUp = Cost(from: start, to: ready)
    take = Cost(from: ready, to: done)
    peakBytes = peakResidentBytes()
    uploads = intake.counts.uploads
    receptions = intake.counts.receptions
    quarantined = intake.counts.quarantined
    intake.forEachHeldRead { _, _, register, readAt, collector in
      reads += 1
      registerSum += register
      collectorSum += Int64(collector.rawValue)
      stampSum += Int128(readAt)
    }
  }

  private static func makeStore(for spool: String, in scratch: String) throws -> ReadStore {
    let scenarioPath = Path.join(spool, "scenario.json5")
    let scenario = try ScenarioFile.decode(
      text: FileSystem.system.readFile(scenarioPath), source: scenarioPath)
    let registryPath = Path.join(spool, "registry.csv")
    let registry = try RegistryFile.decode(
      FileSystem.system.readFile(registryPath), source: registryPath, clock: scenario.clock
    ).registry.rows
    return try ReadStore.create(
      at: Path.join(scratch, "store"),
      settings: StoreSettings(utcOffsetMinutes: scenario.utcOffsetMinutes), registry: registry,
      engine: "amr-bench", timestamp: 0)
  }

  /// Offers the uploads of a file.
  private static func take(_ path: String, source: String, into intake: inout Intake) throws {
    var reader = UploadReader()
    let file = try InputFile(at: path)
    var hasMore = true
    repeat {
      hasMore = try reader.feed(upTo: chunkByteCount) { room throws(FileError) in
        try file.read(into: room)
      }
      while let upload = try reader.next() {
        try intake.take(upload, source: source, offset: reader.offset - upload.byteCount)
      }
    } while hasMore
  }

  /// Every figure by its name, in the order of the report.
  private var members: [(String, JSONNode)] {
    [
      ("uploads", .int(Int64(uploads))), ("receptions", .int(Int64(receptions))),
      ("quarantined", .int(Int64(quarantined))), ("reads", .int(Int64(reads))),
      ("register_sum", .int(registerSum)), ("collector_sum", .int(collectorSum)),
      // As text: readers of JSON may keep no more than 53 bits of a number.
      ("stamp_sum", .string("\(stampSum)")),
      ("set_up_cpu_seconds", .double(setUp.cpu)), ("cpu_seconds", .double(take.cpu)),
      ("wall_seconds", .double(take.wall)),
      ("receptions_per_core_second", .double((Double(receptions) / take.cpu).rounded())),
      ("peak_rss_bytes", .int(Int64(peakBytes))),
    ]
  }

  /// Pretty JSON.
  var json: String { JSONNode.object(members).pretty + "\n" }

  /// Aligned for a terminal.
  var text: String {
    var table = Table(["figure", "value"])
    let rows = [
      ("uploads", "\(uploads)"), ("receptions", "\(receptions)"),
      ("quarantined", "\(quarantined)"), ("reads", "\(reads)"),
      ("sum of registers", "\(registerSum)"), ("sum of collectors", "\(collectorSum)"),
      ("sum of stamps, ms", "\(stampSum)"),
      ("CPU seconds of set-up", fixed(setUp.cpu, digits: 3)),
      ("CPU seconds", fixed(take.cpu, digits: 3)), ("seconds", fixed(take.wall, digits: 3)),
      ("M receptions per core-second", fixed(Double(receptions) / take.cpu / 1e6, digits: 2)),
      ("peak memory, MB", fixed(Double(peakBytes) / 1e6, digits: 0)),
    ]
    for (name, value) in rows { table.add([name, value]) }
    return table.text
  }
}
