import CollectorUpload
import DurableFiles
import HeadEnd
import JSON5
import Metering

/// `amr ingest`
func runIngest(_ arguments: ParsedArguments) async throws -> ExitCode {
  let directory = OutputPlace.directory(arguments.positionals[0])
  let sources = try UploadSource.list(Array(arguments.positionals.dropFirst()))
  let asOf = try arguments.value(
    .asOf, expected: "an instant in UTC such as 1998-07-01T11:00:00Z",
    convert: { instant(iso8601: $0) })
  let bar = ProgressBar(isQuiet: arguments.flag(.quiet))
  defer { bar.finish() }
  // A stream's sender writes the registry before its first upload, so that whoever pipes both
  // commands together finds it there.
  var head: [UInt8] = []
  if sources[0] == .standardInput {
    let input = InputFile()
    try awaitBytes(of: input)
    head = try input.read(upTo: Ingest.chunkByteCount)
  }
  var registry: RegistryReading?
  var ingest = Ingest(
    intake: try Intake(try await openOrCreateStore(directory, arguments, registry: &registry)),
    asOf: asOf, threads: arguments.threads)
  // At once, since a stream may go on for ever.
  let registryReport = registry.map(RegistryReport.init)
  registry = nil
  for line in registryReport?.lines ?? [] { try Terminal.write("amr: \(line)\n", to: .error) }
  let isStream = sources == [.standardInput]
  bar.begin(
    "ingest", unit: isStream ? "uploads" : "files", total: isStream ? nil : Int64(sources.count))
  for (number, source) in sources.enumerated() {
    try Interrupt.check()
    try await ingest.take(source, head: number == 0 ? head : []) { if isStream { bar.advance() } }
    if !isStream { bar.advance() }
  }
  try await ingest.commit()
  bar.finish()
  let counts = ingest.intake.counts
  if arguments.flag(.json) {
    let node = json(counts, registry: registryReport, problems: ingest.problems)
    try Terminal.write(node.pretty + "\n", to: .output)
  } else if !arguments.flag(.quiet) {
    try Terminal.write(text(counts), to: .output)
  }
  for line in ingest.problems.lines { try Terminal.write("amr: \(line)\n", to: .error) }
  return ingest.problems.isEmpty && registryReport?.isWhole ?? true ? .done : .badData
}

/// Waits for a stream that may pause for ever, until it goes on or the process is to stop.
private func awaitBytes(of input: borrowing InputFile) throws {
  repeat { try Interrupt.check() } while try !input.isReadable(within: 100)
}

/// Takes in file after file; batches are cut by the number of uploads and by the slots that they
/// touch, in the order given, and never by time or memory, so that a repetition cuts the same ones.
private struct Ingest: ~Copyable {
  private static let uploadsPerBatch = 16_384
  /// What a pipe holds; more would be new memory for each of many small files.
  static let chunkByteCount = 1 << 16

  var intake: Intake
  /// When the uploads arrived; nil is now.
  let asOf: UTCMilliseconds?
  let threads: Int
  /// Damaged places, uploads refused whole and empty files.
  private(set) var problems = Problems()
  private var uploadsInBatch = 0

  init(intake: consuming Intake, asOf: UTCMilliseconds?, threads: Int) {
    self.intake = intake
    self.asOf = asOf
    self.threads = threads
  }

  /// - Parameters:
  ///   - head: what was read of the source already.
  ///   - progress: called after each upload.
  mutating func take(_ source: UploadSource, head: [UInt8], progress: () -> Void) async throws {
    let input = try source.open()
    var reader = UploadReader()
    reader.feed(head)
    var hasMore = true
    repeat {
      try Interrupt.check()
      if source == .standardInput { try awaitBytes(of: input) }
      hasMore = try reader.feed(upTo: Self.chunkByteCount) { room throws(FileError) in
        try input.read(into: room)
      }
      try await takeAll(from: &reader, source: source, progress: progress)
    } while hasMore
    if reader.offset == 0, source != .standardInput {
      // As a transfer leaves it that was cut off at once.
      problems.add("\(source): the file is empty; fetch it from its collector again")
    }
  }

  /// Takes what a reader can give so far.
  private mutating func takeAll(
    from reader: inout UploadReader, source: UploadSource, progress: () -> Void
  ) async throws {
    while true {
      do {
        guard let upload = try reader.next() else { return }
        try await accept(upload, source: source, offset: reader.offset - upload.byteCount)
        progress()
      } catch let error as UploadError {
        problems.add("\(source): \(error)")
        intake.take(damaged: error, source: source.name)
      }
    }
  }

  private mutating func accept(_ upload: Upload, source: UploadSource, offset: Int) async throws {
    let verdict = try intake.take(
      upload, source: source.name, offset: offset, receivedAt: asOf ?? wallClock())
    if case .refused(_, let message) = verdict {
      let header = upload.header
      problems.add(
        "\(source): byte \(offset): upload \(header.sequence) of collector "
          + "\(header.collector.rawValue): \(message)")
    }
    uploadsInBatch += 1
    if uploadsInBatch == Self.uploadsPerBatch || intake.isFull { try await commit() }
  }

  mutating func commit() async throws {
    try await intake.commit(timestamp: wallClock(), threads: threads)
    uploadsInBatch = 0
  }
}

/// What a user is told line by line; of a stream without end, the first of it.
private struct Problems {
  private static let shownMax = 100
  private var shown: [String] = []
  private var count = 0

  var isEmpty: Bool { count == 0 }

  var lines: [String] {
    count == shown.count
      ? shown
      : shown + ["and \(count - shown.count) more; the table quarantine has all of them"]
  }

  mutating func add(_ line: String) {
    count += 1
    if shown.count < Self.shownMax { shown.append(line) }
  }
}

private func text(_ counts: IntakeCounts) -> String {
  var table = TextTable(columns: [.init(title: "taken in"), .init(title: "count")])
  for (name, value) in rows(counts) { table.add([.text(name), .integer(Int64(value))]) }
  for (reason, count) in reasons(counts) where count > 0 {
    table.add([.text("  " + reason), .integer(Int64(count))])
  }
  return table.text
}

private func json(_ counts: IntakeCounts, registry: RegistryReport?, problems: Problems)
  -> JSONNode
{
  .object(
    rows(counts).map { name, value in
      (name.split(separator: " ").joined(separator: "_"), .int(Int64(value)))
    } + [
      (
        "quarantined_by_reason", .object(reasons(counts).map { ($0.0, .int(Int64($0.1))) })
      ), ("problems", .array(problems.lines.map { .string($0) })),
    ] + (registry.map { [("registry", $0.json)] } ?? []))
}

private func rows(_ counts: IntakeCounts) -> [(String, Int)] {
  [
    ("uploads", counts.uploads), ("repeated uploads", counts.repeatedUploads),
    ("receptions", counts.receptions), ("released from quarantine", counts.released),
    ("late reads", counts.lateReads), ("quarantined", counts.quarantined),
  ]
}

private func reasons(_ counts: IntakeCounts) -> [(String, Int)] {
  QuarantineReason.allCases.map { ($0.rawValue, counts.quarantinedByReason[$0] ?? 0) }
}
