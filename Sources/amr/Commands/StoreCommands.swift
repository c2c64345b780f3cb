import HeadEnd
import JSON5
import Metering

/// `amr store check`
func runStoreCheck(_ arguments: ParsedArguments) async throws -> ExitCode {
  Interrupt.endAtOnce()
  let directory = OutputPlace.directory(arguments.positionals[0])
  let check = try await ReadStore.check(
    at: directory, engine: engineName, threads: Machine.processors)
  if arguments.flag(.json) {
    let node = JSONNode.object([
      ("files", .int(Int64(check.filesRead))), ("rows", .int(Int64(check.rowsRead))),
      ("faults", .array(check.faults.map { .string($0.message) })),
      ("left_over", json(check.leftOvers)),
    ])
    try Terminal.write(node.pretty + "\n", to: .output)
  } else if !check.faults.isEmpty {
    try Terminal.write(check.faults.map { "\($0)\n" }.joined(), to: .output)
  } else if !arguments.flag(.quiet) {
    try Terminal.write(
      "\(directory): ok, \(Numerals.grouped(Int64(check.rowsRead))) rows in "
        + "\(Numerals.grouped(Int64(check.filesRead))) files\n"
        + "left over, for 'amr store vacuum': \(text(check.leftOvers))\n", to: .output)
  }
  return check.faults.isEmpty ? .done : .requirementFailed
}

/// `amr store vacuum`
func runStoreVacuum(_ arguments: ParsedArguments) async throws -> ExitCode {
  Interrupt.endAtOnce()
  let isDryRun = arguments.flag(.dryRun)
  let retention = Int64(arguments.integer(.retentionDays) ?? 0) * millisecondsPerDay
  let store = try await openForWriting(
    OutputPlace.directory(arguments.positionals[0]), arguments)
  let removed = try store.vacuum(before: wallClock() - retention, isDryRun: isDryRun)
  if arguments.flag(.json) {
    let node = JSONNode.object([("dry_run", .bool(isDryRun)), ("removed", json(removed))])
    try Terminal.write(node.pretty + "\n", to: .output)
  } else if !arguments.flag(.quiet) {
    try Terminal.write(
      "\(store.directory): \(isDryRun ? "would remove" : "removed") \(text(removed))\n",
      to: .output)
  }
  return .done
}

private func text(_ leftOvers: [LeftOver]) -> String {
  leftOvers.map { leftOver in
    "\(Numerals.grouped(Int64(leftOver.files))) \(leftOver.kind.rawValue) files "
      + "(\(Numerals.grouped(leftOver.bytes)) bytes)"
  }.joined(separator: ", ")
}

private func json(_ leftOvers: [LeftOver]) -> JSONNode {
  .object(
    leftOvers.map { leftOver in
      (
        leftOver.kind.rawValue,
        .object([("files", .int(Int64(leftOver.files))), ("bytes", .int(leftOver.bytes))])
      )
    })
}

/// `amr store close`
func runStoreClose(_ arguments: ParsedArguments) async throws -> ExitCode {
  let day = try arguments.value(
    .through, expected: "a day as YYYY-MM-DD", convert: { CivilDay(iso: $0) })!
  var store = try await openForWriting(
    OutputPlace.directory(arguments.positionals[0]), arguments)
  try refuseEarlyClose(of: store, through: day, arguments)
  try store.close(through: day, timestamp: wallClock())
  let closed = store.closedThrough?.description
  if arguments.flag(.json) {
    let node = JSONNode.object([("closed_through", closed.map { .string($0) } ?? .null)])
    try Terminal.write(node.pretty + "\n", to: .output)
  } else if !arguments.flag(.quiet) {
    try Terminal.write("\(store.directory): closed through \(closed ?? "no day")\n", to: .output)
  }
  return .done
}

/// Days stay closed for ever, so one that is not over, or that a slip of the pen names, is refused.
private func refuseEarlyClose(
  of store: borrowing ReadStore, through day: CivilDay, _ arguments: ParsedArguments
) throws(UsageError) {
  let today = store.settings.clock.day(of: wallClock())
  if day >= today {
    throw arguments.usageError(
      "\(day) cannot be closed before it is over: in \(store.directory) today is \(today)")
  }
  let daysAheadMax = 31
  if let last = store.days.last, day > last + daysAheadMax {
    throw arguments.usageError(
      "\(day) is more than \(daysAheadMax) days after \(last), the last day with reads in "
        + "\(store.directory); expected \(last + daysAheadMax) or before")
  }
}
