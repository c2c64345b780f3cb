import HeadEnd
import JSON5
import Metering

/// `amr store info`
func runStoreInfo(_ arguments: ParsedArguments) async throws -> ExitCode {
  Interrupt.endAtOnce()
  let store = try openForReading(OutputPlace.directory(arguments.positionals[0]))
  let summary = try await store.summary(threads: Machine.processors)
  let closed = store.closedThrough?.description
  if arguments.flag(.json) {
    let days = summary.days.map { day in
      JSONNode.object([
        ("day", .string(day.day.description)), ("reads", .int(Int64(day.reads))),
        ("late_reads", .int(Int64(day.lateReads))), ("rows", .int(Int64(day.rows))),
        ("register_sum", .int(day.registerSum)),
      ])
    }
    let node = JSONNode.object([
      ("utility", .string(store.settings.utility)),
      ("utc_offset_minutes", .int(Int64(store.settings.utcOffsetMinutes))),
      ("endpoints", .int(Int64(store.endpointIDs.count))),
      ("endpoints_without_read", .int(Int64(summary.endpointsWithoutRead))),
      ("reads", .int(Int64(summary.reads))), ("register_sum", .int(summary.registerSum)),
      ("store_digest", .string(summary.digestText)), ("bytes", .int(Int64(summary.byteCount))),
      ("closed_through", closed.map { .string($0) } ?? .null), ("days", .array(days)),
    ])
    try Terminal.write(node.pretty + "\n", to: .output)
    return .done
  }
  var table = TextTable(columns: [
    .init(title: "day"), .init(title: "state"), .init(title: "reads"),
    .init(title: "late reads"), .init(title: "rows"), .init(title: "register sum", unit: "counts"),
  ])
  for day in summary.days {
    let isClosed = store.closedThrough.map { day.day <= $0 } ?? false
    table.add([
      .text(day.day.description), .text(isClosed ? "closed" : "open"), .integer(Int64(day.reads)),
      .integer(Int64(day.lateReads)), .integer(Int64(day.rows)), .integer(day.registerSum),
    ])
  }
  let head =
    "\(store.settings.utility): \(Numerals.grouped(Int64(store.endpointIDs.count))) endpoints, "
    + "\(Numerals.grouped(Int64(summary.endpointsWithoutRead))) without a read; "
    + "\(Numerals.grouped(Int64(summary.reads))) reads in "
    + "\(Numerals.grouped(Int64(summary.byteCount))) bytes; "
    + "closed through \(closed ?? "no day"); digest \(summary.digestText)\n"
  try Terminal.write(head + table.text, to: .output)
  return .done
}

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
func runStoreVacuum(_ arguments: ParsedArguments) throws -> ExitCode {
  Interrupt.endAtOnce()
  let isDryRun = arguments.flag(.dryRun)
  let retention = Int64(arguments.integer(.retentionDays) ?? 0) * millisecondsPerDay
  let store = try openForWriting(
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
  var store = try openForWriting(
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
