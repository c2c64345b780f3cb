import BillingExport
import HeadEnd
import JSON5
import Metering

/// `amr export`
func runExport(_ arguments: ParsedArguments) async throws -> ExitCode {
  // A batch that is interrupted has no manifest; the same export again completes it.
  Interrupt.endAtOnce()
  let month = try arguments.value(
    .month, expected: "a month as YYYY-MM", convert: { BillingMonth(iso: $0) })
  let cycle = arguments.integer(.cycle).flatMap(BillingCycle.init(rawValue:))
  let store = try await openForReading(OutputPlace.directory(arguments.positionals[0]), arguments)
  guard let first = store.days.first, let last = store.days.last else {
    throw CommandFailure("\(store.directory): the store has no reads to bill", .badData)
  }
  let directory = OutputPlace.directory(arguments.requiredString(.out))
  if directory == "-" {
    throw arguments.usageError("a batch has several files: give a directory as --out")
  }
  let batches = try await BillingCalendar(store, from: first, to: last)
    .write(
      month: month, cycle: cycle, into: directory,
      as: ExportSettings(
        formats: arguments.formats, receiver: arguments.string(.receiver),
        compresses: arguments.flag(.gzip), threads: arguments.threads))
  if batches.isEmpty {
    throw CommandFailure(
      "no billing cycle's read date lies between \(first) and \(last), the days of the store"
        + (month.map { ", and in \($0)" } ?? ""), .badData)
  }
  if arguments.flag(.json) {
    try Terminal.write(JSONNode.array(batches.map(node)).pretty + "\n", to: .output)
  } else if !arguments.flag(.quiet) {
    try Terminal.write(text(batches), to: .output)
  }
  return .done
}

extension ParsedArguments {
  /// What is written beside the CSV, each format once.
  fileprivate var formats: [ExportFormat] {
    let asked = list(.format)
    return ExportFormat.allCases.filter { asked.contains($0.rawValue) }
  }
}

private func text(_ batches: [PublishedBatch]) -> String {
  var table = TextTable(columns: [
    .init(title: "file"), .init(title: "bills"), .init(title: "verified"), .init(title: "actual"),
    .init(title: "customer"), .init(title: "estimated"), .init(title: "missing"),
    .init(title: "rejected"), .init(title: "exceptions"), .init(title: "size", unit: "bytes"),
  ])
  for batch in batches {
    let totals = batch.totals
    let counts = [
      totals.expected, totals.verified, totals.actual, totals.customer, totals.estimated,
      totals.missing, totals.rejected, batch.exceptions, batch.size,
    ]
    table.add([.text(batch.csvPath)] + counts.map { .integer(Int64($0)) })
  }
  var lines = table.text
  let repeats = batches.count(where: \.isRepeat)
  if repeats > 0 {
    lines +=
      "\n\(Numerals.grouped(Int64(repeats))) of \(Numerals.grouped(Int64(batches.count))) "
      + "batches were published before; nothing of them has changed.\n"
  }
  let others = batches.first?.files.dropFirst().map(\.format) ?? []
  if !others.isEmpty {
    lines += "\nBeside each, of the same name: \(others.joined(separator: ", ")) and manifest.\n"
  }
  return lines
}

private func node(_ batch: PublishedBatch) -> JSONNode {
  .object([
    ("file", .string(batch.csvPath)), ("manifest", .string(batch.manifestPath)),
    ("records", .int(Int64(batch.totals.expected))),
    ("verified", .int(Int64(batch.totals.verified))),
    ("actual", .int(Int64(batch.totals.actual))),
    ("customer", .int(Int64(batch.totals.customer))),
    ("estimated", .int(Int64(batch.totals.estimated))),
    ("missing", .int(Int64(batch.totals.missing))),
    ("rejected", .int(Int64(batch.totals.rejected))), ("bytes", .int(Int64(batch.size))),
    ("sha256", .string(batch.sha256)), ("exceptions", .int(Int64(batch.exceptions))),
    ("is_repeat", .bool(batch.isRepeat)),
    ("files", .array(batch.files.map(node))),
  ])
}

private func node(_ file: BatchFile) -> JSONNode {
  .object([
    ("name", .string(file.name)), ("format", .string(file.format)),
    ("bytes", .int(Int64(file.size))), ("sha256", .string(file.sha256)),
    ("records", .int(Int64(file.records))),
    ("unbilled_left_out", .int(Int64(file.unbilledLeftOut))),
  ])
}
