import CSV
import DurableFiles
import HeadEnd
import JSON5
import Metering
import VEE

/// `amr store validate`
func runStoreValidate(_ arguments: ParsedArguments) async throws -> ExitCode {
  let day = try arguments.value(
    .through, expected: "a day as YYYY-MM-DD", convert: { CivilDay(iso: $0) })
  var store = try await openForWriting(OutputPlace.directory(arguments.positionals[0]), arguments)
  if let day, let closed = store.closedThrough, day > closed {
    throw arguments.usageError(
      "\(day) is not closed; in \(store.directory) days are closed through \(closed): close it "
        + "first with 'amr store close'")
  }
  if let day, let first = store.days.first, day < first {
    throw arguments.usageError(
      "there is nothing to validate through \(day): the first day with reads in "
        + "\(store.directory) is \(first)")
  }
  let bar = ProgressBar(isQuiet: arguments.flag(.quiet))
  defer { bar.finish() }
  let result = try await store.validate(
    through: day, timestamp: wallClock(), threads: arguments.threads
  ) { month, days in
    try Interrupt.check()
    bar.begin("validate \(month)", unit: "days", total: Int64(days))
  }
  bar.finish()
  if arguments.flag(.json) {
    try Terminal.write(result.node.pretty + "\n", to: .output)
  } else if !arguments.flag(.quiet) {
    try Terminal.write(
      "\(store.directory): validated through \(result.through)\n" + result.text, to: .output)
  }
  return .done
}

extension ValidationResult {
  private var figures: [(name: String, value: Int)] {
    [
      ("days", days), ("endpoint days expected", expected), ("actual", actual),
      ("entered", entered), ("estimated", estimated), ("receptions rejected", rejected),
      ("versions added", versions),
    ]
  }

  private var found: [(VEEFlag, Int)] {
    VEEFlag.allCases.compactMap { flag in findings[flag].map { (flag, $0) } }
  }

  fileprivate var text: String {
    var table = TextTable(columns: [.init(title: "validated"), .init(title: "count")])
    for (name, value) in figures { table.add([.text(name), .integer(Int64(value))]) }
    for (flag, count) in found {
      table.add([.text("  found: " + flag.words), .integer(Int64(count))])
    }
    return table.text
  }

  fileprivate var node: JSONNode {
    .object(
      [("validated_through", .string(through.description))]
        + figures.map { name, value in
          (name.split(separator: " ").joined(separator: "_"), .int(Int64(value)))
        } + [
          ("findings", .object(found.map { ($0.rawValue, .int(Int64($1))) }))
        ])
  }
}

/// `amr store enter`
func runStoreEnter(_ arguments: ParsedArguments) async throws -> ExitCode {
  Interrupt.endAtOnce()
  let path = arguments.positionals[1]
  let entries = try ReadEntryFile.decode(try FileSystem.system.readFile(path), source: path)
  var store = try await openForWriting(OutputPlace.directory(arguments.positionals[0]), arguments)
  let added = try store.enter(entries, timestamp: wallClock())
  if arguments.flag(.json) {
    let node = JSONNode.object([
      ("entries", .int(Int64(entries.count))), ("versions_added", .int(Int64(added))),
    ])
    try Terminal.write(node.pretty + "\n", to: .output)
  } else if !arguments.flag(.quiet) {
    try Terminal.write(
      "\(store.directory): \(added) of \(entries.count) entries are new; 'amr store validate' goes "
        + "by them\n", to: .output)
  }
  return .done
}

/// `amr store worklist`
func runStoreWorkList(_ arguments: ParsedArguments) async throws -> ExitCode {
  Interrupt.endAtOnce()
  let store = try await openForReading(OutputPlace.directory(arguments.positionals[0]), arguments)
  guard let last = store.validatedMonths.last else {
    throw CommandFailure(
      "\(store.directory): nothing is validated; run 'amr store validate \(store.directory)'",
      .badData)
  }
  let month = arguments.string(.month) ?? last
  guard store.validatedMonths.contains(month) else {
    throw arguments.usageError(
      "\(month) is not validated in \(store.directory); expected one of "
        + store.validatedMonths.joined(separator: ", "))
  }
  let items = try store.workList(month: month, prices: try arguments.prices())
  let out = arguments.requiredString(.out)
  if arguments.flag(.json) {
    try Terminal.write(JSONNode.array(items.map(\.node)).pretty + "\n", to: .output)
  } else if out == "-" {
    try Terminal.write(WorkListFile.encode(items), to: Terminal.Stream.output.rawValue)
  } else {
    try FileSystem.system.writeAtomically(WorkListFile.encode(items), to: out)
    if !arguments.flag(.quiet) {
      let cents = items.reduce(0) { $0 + $1.cents }
      try Terminal.write(
        "\(out): \(Numerals.grouped(Int64(items.count))) endpoints of \(month), "
          + "\(Numerals.grouped(cents / 100)) dollars at stake\n", to: .output)
    }
  }
  return .done
}

extension WorkItem {
  fileprivate var node: JSONNode {
    .object([
      ("endpoint_id", .int(Int64(endpoint.rawValue))), ("meter_id", .string(meterID)),
      ("account_id", .string(accountID)), ("cycle", .int(Int64(cycle.rawValue))),
      ("commodity", .string(commodity.rawValue)),
      ("reasons", .array(rules.map { .string($0.rawValue) })),
      ("first_day", .string(firstDay.description)), ("last_day", .string(lastDay.description)),
      ("units", .int(units)), ("unit", .string(commodity.billingUnit)), ("cents", .int(cents)),
      ("partner_id", partner.map { .int(Int64($0.rawValue)) } ?? .null),
    ])
  }
}

extension ParsedArguments {
  /// `--price`, as often as it is given.
  fileprivate func prices() throws -> Prices {
    var prices = Prices()
    for (name, value) in assignments(.price) {
      guard let commodity = Commodity(rawValue: name) else {
        throw usageError(
          "--price \(name)=\(value): expected electric, gas or water before the '='")
      }
      guard let price = tenThousandths(value) else {
        throw usageError(
          "--price \(name)=\(value): expected dollars a unit with at most four decimals, such as "
            + "0.1234")
      }
      prices[commodity] = price
    }
    return prices
  }
}

/// A decimal number below a million in units of 1/10,000; nil for any other text.
private func tenThousandths(_ text: String) -> Int64? {
  let parts = text.split(separator: ".", omittingEmptySubsequences: false)
  guard (1...2).contains(parts.count), (1...6).contains(parts[0].count) else { return nil }
  let fraction = parts.count == 2 ? parts[1] : "0"
  guard (1...4).contains(fraction.count) else { return nil }
  let digits = parts[0] + fraction + String(repeating: "0", count: 4 - fraction.count)
  guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
    return nil
  }
  return Int64(digits)
}
