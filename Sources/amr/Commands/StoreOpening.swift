import DurableFiles
import Glibc
import HeadEnd
import Metering

/// Opens a store to write to it, after whoever is writing there now.
///
/// Who waits at a terminal is told so, and may give up with Ctrl-C.
func openForWriting(_ directory: String, _ arguments: ParsedArguments) async throws -> ReadStore {
  var isTold = arguments.flag(.quiet) || !Terminal.isTerminal(.error)
  while try ReadStore.isBeingWritten(at: directory) {
    if !isTold {
      try Terminal.write("amr: waiting for another writer of \(directory)\n", to: .error)
      isTold = true
    }
    try Interrupt.check()
    usleep(50_000)
  }
  return try await ReadStore.open(
    at: directory, engine: engineName, for: .writing, threads: arguments.threads)
}

/// Opens a store to look into it, also while it is written to.
func openForReading(_ directory: String, _ arguments: ParsedArguments) async throws -> ReadStore {
  try await ReadStore.open(
    at: directory, engine: engineName, for: .reading, threads: arguments.threads)
}

/// Opens a store to take uploads into, with the registry and the collectors that the arguments name;
/// makes it when there is none and a registry is given.
///
/// - Parameter registry: is given what became of the file of `--registry`, if there is one.
func openOrCreateStore(
  _ directory: String, _ arguments: ParsedArguments, registry: inout RegistryReading?
) async throws -> ReadStore {
  let collectors = try arguments.string(.collectors).map { path in
    try CollectorList.decode(try FileSystem.system.readFile(path), source: path)
  }
  if try !ReadStore.exists(at: directory) {
    let clock = LocalClock(utcOffsetMinutes: arguments.integer(.utcOffset) ?? 0)
    guard let reading = try await readRegistry(arguments, clock: clock) else {
      throw CommandFailure(
        "\(directory): there is no store; give --registry CSV to create one", .missingInput)
    }
    registry = reading
    let made = try await ReadStore.createIfAbsent(
      at: directory, settings: StoreSettings(utcOffsetMinutes: clock.utcOffsetMinutes),
      registry: reading.registry, engine: engineName, timestamp: wallClock(),
      threads: arguments.threads)
    if var store = made {
      if let collectors { try store.replaceCollectors(collectors, timestamp: wallClock()) }
      return store
    }
  }
  var store = try await openForWriting(directory, arguments)
  // The command that made the store may be given again, after a power cut for instance.
  let offset = store.settings.utcOffsetMinutes
  if let other = arguments.integer(.utcOffset), other != offset {
    throw arguments.usageError(
      "the days of \(directory) begin at --utc-offset \(offset), which cannot change to \(other)")
  }
  // Also where it was read for a store that another process was quicker to make.
  if registry?.clock != store.settings.clock {
    registry = try await readRegistry(arguments, clock: store.settings.clock)
  }
  if let reading = registry {
    registry = try await store.replaceRegistry(
      with: reading, timestamp: wallClock(), threads: arguments.threads)
  }
  if let collectors { try store.replaceCollectors(collectors, timestamp: wallClock()) }
  return store
}

/// Reads the file of `--registry`; nil where the arguments name none.
private func readRegistry(_ arguments: ParsedArguments, clock: LocalClock) async throws
  -> RegistryReading?
{
  guard let path = arguments.string(.registry) else { return nil }
  return try await RegistryFile.decode(
    try FileSystem.system.readFile(path), source: path, clock: clock, threads: arguments.threads)
}
