import BillingExport
import DurableFiles
import Glibc
import HeadEnd
import JSON5

/// `amr export verify`
func runExportVerify(_ arguments: ParsedArguments) async throws -> ExitCode {
  Interrupt.endAtOnce()
  let directory = OutputPlace.directory(arguments.positionals[0])
  if try FileSystem.system.status(of: directory)?.kind != .directory {
    throw CommandFailure("\(directory): there is no such directory", .missingInput)
  }
  let verification = BatchVerification(directory: directory)
  let batches: [VerifiedBatch]
  if arguments.positionals.count > 1 {
    let store = try await openForReading(
      OutputPlace.directory(arguments.positionals[1]), arguments)
    guard let first = store.days.first, let last = store.days.last else {
      throw CommandFailure("\(store.directory): the store has no reads to bill", .badData)
    }
    // Where the bills are made anew; it is removed at the end.
    let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let scratch = try StagedDirectory(at: Path.join(temporary, "amr-verify"))
    _ = try await BillingCalendar(store, from: first, to: last)
      .write(into: scratch.temporaryPath, as: ExportSettings(threads: arguments.threads))
    batches = try verification.verify(against: scratch.temporaryPath)
  } else {
    batches = try verification.verify()
  }
  if batches.isEmpty {
    throw CommandFailure("\(directory): there is no manifest of a batch in it", .missingInput)
  }
  let problems = batches.flatMap(\.problems)
  if arguments.flag(.json) {
    try Terminal.write(JSONNode.array(batches.map(\.node)).pretty + "\n", to: .output)
  } else if !arguments.flag(.quiet) || !problems.isEmpty {
    var text = arguments.flag(.quiet) ? "" : table(batches)
    for problem in problems { text += problem + "\n" }
    try Terminal.write(text, to: .output)
  }
  return problems.isEmpty ? .done : .requirementFailed
}

private func table(_ batches: [VerifiedBatch]) -> String {
  var table = TextTable(columns: [
    .init(title: "batch"), .init(title: "revisions"), .init(title: "bills"),
    .init(title: "files"), .init(title: "problems"),
  ])
  for batch in batches {
    table.add(
      [.text("\(batch.batch)")]
        + [batch.revisions, batch.bills, batch.files, batch.problems.count].map {
          .integer(Int64($0))
        })
  }
  return table.text
}

extension VerifiedBatch {
  fileprivate var node: JSONNode {
    .object([
      ("batch", .string(batch.description)), ("revisions", .int(Int64(revisions))),
      ("bills", .int(Int64(bills))), ("files", .int(Int64(files))),
      ("changed_in_store", changedInStore.map { .int(Int64($0)) } ?? .null),
      ("problems", .array(problems.map(JSONNode.string))),
    ])
  }
}
