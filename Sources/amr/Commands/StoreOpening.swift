import DurableFiles
import Glibc
import HeadEnd
import Metering

/// Opens a store to write to it, after whoever is writing there now.
///
/// Who waits at a terminal is told so, and may give up with Ctrl-C.
func openForWriting(_ directory: String, _ arguments: ParsedArguments) throws -> ReadStore {
  var isTold = arguments.flag(.quiet) || !Terminal.isTerminal(.error)
  while try ReadStore.isBeingWritten(at: directory) {
    if !isTold {
      try Terminal.write("amr: waiting for another writer of \(directory)\n", to: .error)
      isTold = true
    }
    try Interrupt.check()
    usleep(50_000)
  }
  return try ReadStore.open(at: directory, engine: engineName, for: .writing)
}

/// Opens a store to look into it, also while it is written to.
func openForReading(_ directory: String) throws -> ReadStore {
  try ReadStore.open(at: directory, engine: engineName, for: .reading)
}

/// Opens a store to take uploads into, with the registry and the collectors that the arguments name;
/// makes it when there is none and a registry is given.
func openOrCreateStore(_ directory: String, _ arguments: ParsedArguments) throws -> ReadStore {
  let clock = LocalClock(utcOffsetMinutes: arguments.integer(.utcOffset) ?? 0)
  let registry = try arguments.string(.registry).map { path in
    try RegistryFile.decode(try FileSystem.system.readFile(path), source: path, clock: clock)
  }
  let collectors = try arguments.string(.collectors).map { path in
    try CollectorList.decode(try FileSystem.system.readFile(path), source: path)
  }
  if try !ReadStore.exists(at: directory) {
    guard let registry else {
      throw CommandFailure(
        "\(directory): there is no store; give --registry CSV to create one", .missingInput)
    }
    try createStore(directory, arguments, registry)
  }
  var store = try openForWriting(directory, arguments)
  // The command that made the store may be given again, after a power cut for instance.
  let offset = store.settings.utcOffsetMinutes
  if let other = arguments.integer(.utcOffset), other != offset {
    throw arguments.usageError(
      "the days of \(directory) begin at --utc-offset \(offset), which cannot change to \(other)")
  }
  if let registry { try store.replaceRegistry(registry, timestamp: wallClock()) }
  if let collectors { try store.replaceCollectors(collectors, timestamp: wallClock()) }
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
