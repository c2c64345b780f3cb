import AMRSimulation
import CSV
import CollectorUpload
import DurableFiles
import HeadEnd
import JSON5
import Metering
import Parallel

/// `amr simulate`
func runSimulate(_ arguments: ParsedArguments) async throws -> ExitCode {
  let bar = ProgressBar(isQuiet: arguments.flag(.quiet))
  defer { bar.finish() }
  if let registry = arguments.string(.registry) {
    try OutputPlace.refuseFile(registry, force: arguments.flag(.force))
  }
  if arguments.requiredString(.out) == "-" {
    try await streamUploads(arguments, bar: bar)
  } else {
    try await writeUploadDirectory(arguments, bar: bar)
  }
  return .done
}

/// Writes every delivered upload to standard output, in order of delivery, repeats included.
private func streamUploads(_ arguments: ParsedArguments, bar: ProgressBar) async throws {
  if arguments.flag(.json) {
    throw arguments.usageError("--json and --out - both want standard output")
  }
  if Terminal.isTerminal(.output) {
    throw arguments.usageError("uploads are not for a terminal; redirect standard output")
  }
  var run = try await SimulationRun(arguments, scenario: arguments.scenario(), bar: bar)
  // Before the first upload, so that whoever reads the stream finds it there.
  try writeRegistryFile(arguments, run.network)
  var queue = DeliveryQueue()
  while let period = try await run.next() {
    queue.add(period)
    for (_, upload) in queue.deliveries(until: run.deliveriesCompleteUntil) {
      try Interrupt.check()
      try Terminal.write(upload.bytes, to: Terminal.Stream.output.rawValue)
    }
  }
}

/// Builds the directory of uploads with what belongs to them.
private func writeUploadDirectory(_ arguments: ParsedArguments, bar: ProgressBar) async throws {
  let watch = Stopwatch()
  let path = OutputPlace.directory(arguments.requiredString(.out))
  let summaryName = "simulation.json"
  let force = arguments.flag(.force)
  try OutputPlace.refuseDirectory(path, force: force, marker: summaryName)
  let scenario = try arguments.scenario()
  let staged = try StagedDirectory(at: path)
  var run = try await SimulationRun(arguments, scenario: scenario, bar: bar)
  let setUp = watch.seconds
  let simulation = Stopwatch()
  try staged.writeFile("scenario.json5", Array(ScenarioFile.encode(scenario).utf8))
  var registry = try staged.createFile("registry.csv")
  try RegistryFile.encode(run.network.registry, clock: run.scenario.clock) {
    (chunk: [UInt8]) throws(FileError) in
    try registry.append(chunk)
  }
  try staged.writeFile("collectors.csv", CollectorList.encode(run.network.receivers))
  try staged.createDirectory("uploads")
  var deliveries = try DeliveryList(staged.createFile("deliveries.csv"))
  var queue = DeliveryQueue()
  while let period = try await run.next() {
    // Creating a file takes longer than filling it: time that another thread can use.
    let writer = staged.writer
    let uploads = period.uploads
    _ = try await parallelMap(count: uploads.count, threads: run.threads) { index in
      try Interrupt.check()
      let header = uploads[index].header
      try writer.writeFile(uploadPath(header.collector, header.sequence), uploads[index].bytes)
    }
    queue.add(period)
    try deliveries.append(queue.deliveries(until: run.deliveriesCompleteUntil).map(\.0))
  }
  try staged.writeFile("meter_events.csv", MeterEventFile.encode(run.network.meterEvents))
  try await run.takePacketStatistics()
  let total = watch.seconds
  let summary = JSONNode.object(
    run.figures.members
      + costMembers(
        seconds: [("set_up", setUp), ("simulate", simulation.seconds), ("total", total)],
        threads: run.threads))
  try staged.writeFile(summaryName, Array((summary.pretty + "\n").utf8))
  try staged.publish(replacing: force)
  try writeRegistryFile(arguments, run.network)
  if arguments.flag(.json) {
    try Terminal.write(summary.pretty + "\n", to: .output)
  } else if !arguments.flag(.quiet) {
    try Terminal.write(run.figures.text, to: .output)
  }
}

/// Where an upload lies in the directory.
private func uploadPath(_ collector: CollectorID, _ sequence: UInt64) -> String {
  Path.join("uploads", uploadFileName(collector: collector, sequence: sequence))
}

/// Writes the file of `--registry`, if there is one.
private func writeRegistryFile(_ arguments: ParsedArguments, _ network: FixedNetwork) throws {
  guard let path = arguments.string(.registry) else { return }
  var file = try AtomicFile(at: path)
  try RegistryFile.encode(network.registry, clock: network.scenario.clock) {
    (chunk: [UInt8]) throws(FileError) in
    try file.append(chunk)
  }
  if arguments.flag(.force) { return try file.publish() }
  guard try file.publishExclusively() else {
    throw CommandFailure("\(path) exists by now; give another name", .cannotCreate)
  }
}

/// `deliveries.csv`: the arrivals of the uploads, in their order.
///
/// | column | value |
/// |---|---|
/// | `delivered_at` | `YYYY-MM-DDThh:mm:ss.mmmZ` |
/// | `collector` | the collector that sent it |
/// | `sequence` | of the upload, from 1 for each collector |
/// | `copy` | 0 for its first arrival, then one for each repeat |
/// | `file` | where it lies, relative to this file |
private struct DeliveryList: ~Copyable {
  private var file: StagedFile
  private var csv = CSVWriter()

  init(_ file: consuming StagedFile) throws(FileError) {
    self.file = file
    for name in ["delivered_at", "collector", "sequence", "copy", "file"] { csv.append(name) }
    csv.endRow()
    try self.file.append(csv.take())
  }

  mutating func append(_ deliveries: [Delivery]) throws(FileError) {
    for delivery in deliveries {
      csv.append(iso8601WithMilliseconds(delivery.at))
      csv.append(Int(delivery.collector.rawValue))
      csv.append(Int(delivery.sequence))
      csv.append(delivery.copy)
      csv.append(uploadPath(delivery.collector, delivery.sequence))
      csv.endRow()
    }
    try file.append(csv.take())
  }
}
