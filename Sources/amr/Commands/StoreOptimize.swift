import HeadEnd
import JSON5

/// `amr store optimize`
func runStoreOptimize(_ arguments: ParsedArguments) async throws -> ExitCode {
  var store = try await openForWriting(OutputPlace.directory(arguments.positionals[0]), arguments)
  let bar = ProgressBar(isQuiet: arguments.flag(.quiet))
  defer { bar.finish() }
  bar.begin("optimize", unit: "%", total: 100)
  var shown: Int64 = 0
  let months = try await store.optimize(timestamp: wallClock(), threads: arguments.threads) {
    share in
    try Interrupt.check()
    let percent = Int64(100 * share)
    bar.advance(by: percent - shown)
    shown = percent
  }
  bar.finish()
  if arguments.flag(.json) {
    try Terminal.write(JSONNode.array(months.map(\.node)).pretty + "\n", to: .output)
  } else if !arguments.flag(.quiet) {
    try Terminal.write(text(months, of: store.directory), to: .output)
  }
  return .done
}

private func text(_ months: [OptimizedMonth], of directory: String) -> String {
  guard !months.isEmpty else {
    return "\(directory): no day with reads is closed; 'amr store close' closes days\n"
  }
  var table = TextTable(columns: [
    .init(title: "month"), .init(title: "rows"), .init(title: "files"),
    .init(title: "before", unit: "bytes"), .init(title: "after", unit: "bytes"),
    .init(title: "bytes per row"), .init(title: "of these core"), .init(title: "core before"),
  ])
  for month in months {
    func perRow(_ bytes: Int64) -> TextTable.Cell {
      .decimal(Double(bytes) / Double(max(1, month.rows)), digits: 3)
    }
    table.add([
      .text(month.month), .integer(Int64(month.rows)), .integer(Int64(month.filesBefore)),
      .integer(month.bytesBefore), .integer(month.bytesAfter), perRow(month.bytesAfter),
      perRow(Int64(month.coreBytesAfter)), perRow(Int64(month.coreBytesBefore)),
    ])
  }
  let rewritten = months.count(where: \.isRewritten)
  return table.text
    + "\(directory): \(rewritten) of \(months.count) \(months.count == 1 ? "month" : "months") "
    + "rewritten"
    + (rewritten == 0
      ? "\n" : "; 'amr store vacuum \(directory)' removes the files that they replace\n")
}

extension OptimizedMonth {
  fileprivate var node: JSONNode {
    .object([
      ("month", .string(month)), ("days", .int(Int64(days))), ("rows", .int(Int64(rows))),
      ("is_rewritten", .bool(isRewritten)), ("files_before", .int(Int64(filesBefore))),
      ("bytes_before", .int(bytesBefore)), ("bytes_after", .int(bytesAfter)),
      ("core_bytes_before", .int(Int64(coreBytesBefore))),
      ("core_bytes_after", .int(Int64(coreBytesAfter))),
    ])
  }
}
