import Glibc
import HeadEnd

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
