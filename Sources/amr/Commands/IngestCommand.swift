import CollectorUpload
import DurableFiles
import Glibc
import HeadEnd
import JSON5
import Metering

/// `amr ingest`
func runIngest(_ arguments: ParsedArguments) async throws -> ExitCode {
  let directory = OutputPlace.directory(arguments.positionals[0])
  let files = arguments.positionals.count > 1 ? Array(arguments.positionals.dropFirst()) : ["-"]
  let bar = ProgressBar(isQuiet: arguments.flag(.quiet))
  defer { bar.finish() }
  // A stream's sender writes the registry before its first upload, so that whoever pipes both
  // commands together finds it there.
  let head = files[0] == "-" ? try InputFile().read(upTo: Ingest.chunkByteCount) : []
  var ingest = Ingest(
    intake: try Intake(try openOrCreateStore(directory, arguments)), threads: arguments.threads)
  bar.begin("ingest", unit: "files", total: Int64(files.count))
  for (number, file) in files.enumerated() {
    try Interrupt.check()
    bar.advance()
    try await ingest.take(file, head: number == 0 ? head : [])
  }
  try await ingest.commit()
  bar.finish()
  let counts = ingest.intake.counts
  if arguments.flag(.json) {
    try Terminal.write(json(counts, damage: ingest.damage).pretty + "\n", to: .output)
  } else if !arguments.flag(.quiet) {
    try Terminal.write(text(counts), to: .output)
  }
  for line in ingest.damage { try Terminal.write("amr: \(line)\n", to: .error) }
  return ingest.damage.isEmpty ? .done : .badData
}

/// Opens the store, or makes it when there is none and a registry is given.
private func openOrCreateStore(_ directory: String, _ arguments: ParsedArguments) throws
  -> ReadStore
{
  let registry = try arguments.string(.registry).map { path in
    try RegistryFile.decode(try FileSystem.system.readFile(path), source: path)
  }
  if try !ReadStore.exists(at: directory) {
    guard let registry else {
      throw CommandFailure(
        "\(directory): there is no store; give --registry CSV to create one", .missingInput)
    }
    try createStore(directory, arguments, registry)
  }
  var store = try ReadStore.open(at: directory, engine: engineName)
  // The command that made the store may be given again, after a power cut for instance.
  let offset = store.settings.utcOffsetMinutes
  if let other = arguments.integer(.utcOffset), other != offset {
    throw arguments.usageError(
      "the days of \(directory) begin at --utc-offset \(offset), which cannot change to \(other)")
  }
  if let registry { try store.replaceRegistry(registry, timestamp: wallClock()) }
  return store
}

/// Creates the store unless another process has been quicker.
private func createStore(
  _ directory: String, _ arguments: ParsedArguments, _ registry: [ServicePoint]
) throws {
  let settings = StoreSettings(utcOffsetMinutes: arguments.integer(.utcOffset) ?? 0)
  do {
    try create()
  } catch HeadEndError.storeExists {}

  // Apart, because the compiler fails on a value that cannot be copied where errors are caught.
  func create() throws {
    _ = try ReadStore.create(
      at: directory, settings: settings, registry: registry, engine: engineName,
      timestamp: wallClock())
  }
}

/// Takes in file after file; batches are cut by the number of uploads, in the order given, and
/// never by time or memory, so that a repetition cuts the same ones.
private struct Ingest: ~Copyable {
  private static let uploadsPerBatch = 4096
  static let chunkByteCount = 1 << 20

  var intake: Intake
  let threads: Int
  /// One line for each damaged place.
  private(set) var damage: [String] = []
  private var uploadsInBatch = 0

  init(intake: consuming Intake, threads: Int) {
    self.intake = intake
    self.threads = threads
  }

  /// - Parameter head: what was read of the file already.
  mutating func take(_ path: String, head: [UInt8]) async throws {
    let source = path == "-" ? "standard input" : path
    let input = path == "-" ? InputFile() : try InputFile(at: path)
    var reader = UploadReader()
    reader.feed(head)
    var isAtEnd = false
    var offset = 0
    while true {
      do {
        while let upload = try reader.next() {
          try await accept(upload, source: Path.name(source), offset: offset)
          offset += upload.bytes.count
        }
        if isAtEnd { return try reader.finish() }
      } catch let error as UploadError {
        damage.append("\(source): \(error)")
        intake.take(damaged: error, source: Path.name(source))
        guard let next = error.nextOffset else { return }
        offset = next
        continue
      }
      try Interrupt.check()
      let bytes = try input.read(upTo: Self.chunkByteCount)
      isAtEnd = bytes.isEmpty
      reader.feed(bytes)
    }
  }

  private mutating func accept(_ upload: Upload, source: String, offset: Int) async throws {
    try intake.take(upload, source: source, offset: offset)
    uploadsInBatch += 1
    if uploadsInBatch == Self.uploadsPerBatch { try await commit() }
  }

  mutating func commit() async throws {
    try await intake.commit(timestamp: wallClock(), threads: threads)
    uploadsInBatch = 0
  }
}

/// Milliseconds since 1970, for the logs of tables.
func wallClock() -> UTCMilliseconds {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
}

private func text(_ counts: IntakeCounts) -> String {
  var table = TextTable(columns: [.init(title: "taken in"), .init(title: "count")])
  for (name, value) in rows(counts) { table.add([.text(name), .integer(Int64(value))]) }
  return table.text
}

private func json(_ counts: IntakeCounts, damage: [String]) -> JSONNode {
  .object(
    rows(counts).map { name, value in
      (name.split(separator: " ").joined(separator: "_"), .int(Int64(value)))
    } + [("damage", .array(damage.map { .string($0) }))])
}

private func rows(_ counts: IntakeCounts) -> [(String, Int)] {
  [
    ("uploads", counts.uploads), ("repeated uploads", counts.repeatedUploads),
    ("receptions", counts.receptions), ("quarantined", counts.quarantined),
    ("late reads", counts.lateReads),
  ]
}
