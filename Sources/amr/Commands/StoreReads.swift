import DurableFiles
import HeadEnd
import JSON5
import Metering

/// `amr store reads`
func runStoreReads(_ arguments: ParsedArguments) async throws -> ExitCode {
  let from = try arguments.value(.from, expected: "a day as YYYY-MM-DD") { CivilDay(iso: $0) }
  let through = try arguments.value(.through, expected: "a day as YYYY-MM-DD") {
    CivilDay(iso: $0)
  }
  if let from, let through, from > through {
    throw arguments.usageError("--from \(from) is after --through \(through)")
  }
  let store = try await openForReading(OutputPlace.directory(arguments.positionals[0]), arguments)
  let days = store.storedDays().filter {
    (from ?? $0.day) <= $0.day && (through ?? $0.day) >= $0.day
  }
  let out = arguments.requiredString(.out)
  let bar = ProgressBar(isQuiet: arguments.flag(.quiet) || out == "-")
  bar.begin("write", unit: "days", total: Int64(days.count))
  defer { bar.finish() }
  func progress() throws {
    try Interrupt.check()
    bar.advance()
  }
  if out == "-" {
    _ = try ReadsFile.encode(days) {
      try Terminal.write($0, to: Terminal.Stream.output.rawValue)
    } progress: {
      try progress()
    }
    return .done
  }
  var file = try AtomicFile(at: out)
  let count = try ReadsFile.encode(days) {
    try file.append($0)
  } progress: {
    try progress()
  }
  let size = file.byteCount
  try file.publish()
  bar.finish()
  if arguments.flag(.json) {
    let result = JSONNode.object([
      ("file", .string(out)), ("reads", .int(Int64(count))), ("days", .int(Int64(days.count))),
      ("bytes", .int(size)),
    ])
    try Terminal.write(result.pretty + "\n", to: .output)
  } else if !arguments.flag(.quiet) {
    try Terminal.write(
      "\(out): \(Numerals.grouped(Int64(count))) reads of \(Numerals.grouped(Int64(days.count))) days, "
        + "\(Numerals.grouped(size)) bytes\n", to: .output)
  }
  return .done
}
