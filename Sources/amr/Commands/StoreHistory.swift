import HeadEnd
import JSON5
import Metering

/// `amr store history`
func runStoreHistory(_ arguments: ParsedArguments) async throws -> ExitCode {
  Interrupt.endAtOnce()
  guard let id = UInt32(arguments.positionals[1]) else {
    throw arguments.usageError(
      "'\(arguments.positionals[1])' is not an endpoint; expected a whole number from 1 to "
        + "\(UInt32.max)")
  }
  func day(_ name: OptionName) throws -> CivilDay? {
    try arguments.value(name, expected: "a day as YYYY-MM-DD", convert: { CivilDay(iso: $0) })
  }
  let store = try await openForReading(OutputPlace.directory(arguments.positionals[0]), arguments)
  let history = try await store.history(
    of: EndpointID(rawValue: id), from: day(.from), through: day(.through),
    threads: Machine.processors)
  if arguments.flag(.json) {
    try Terminal.write(history.node.pretty + "\n", to: .output)
  } else {
    try Terminal.write(history.text, to: .output)
  }
  return .done
}

extension ReadHistory {
  fileprivate var text: String {
    var result = service.map { "\($0.inWords)\n" }.joined() + "\n" + versionTable.text
    if !findings.isEmpty { result += "\n" + findingTable.text }
    return result
  }

  private var versionTable: TextTable {
    var table = TextTable(columns: [
      .init(title: "day"), .init(title: "version"), .init(title: "register"),
      .init(title: "quality"), .init(title: "reason"), .init(title: "source"),
      .init(title: "read at", unit: "UTC"), .init(title: "received", unit: "dBm"),
      .init(title: "note"),
    ])
    for version in versions {
      table.add([
        .text(version.day.description), .integer(Int64(version.version)),
        .integer(version.register), .text(version.quality.rawValue),
        .text(version.reason?.name ?? "-"), .text(version.sourceInWords),
        .text(iso8601(version.readAt)), version.rssiDbm.map { .integer(Int64($0)) } ?? .none,
        .text(version.note ?? ""),
      ])
    }
    return table
  }

  private var findingTable: TextTable {
    var table = TextTable(columns: [
      .init(title: "found"), .init(title: "from"), .init(title: "through"),
      .init(title: "register before"), .init(title: "after"), .init(title: "at stake"),
      .init(title: "what to do"),
    ])
    let unit = service.last?.commodity.billingUnit ?? ""
    for finding in findings {
      let partner = finding.partner.map { " with \($0.rawValue)" } ?? ""
      table.add([
        .text(finding.rule.words + partner), .text(finding.firstDay.description),
        .text(finding.lastDay.description), finding.registerBefore.map { .integer($0) } ?? .none,
        finding.registerAfter.map { .integer($0) } ?? .none,
        .text(finding.units == 0 ? "-" : "\(Numerals.grouped(finding.units)) \(unit)"),
        .text(finding.rule.action ?? "-"),
      ])
    }
    return table
  }

  fileprivate var node: JSONNode {
    func number(_ value: Int64?) -> JSONNode { value.map { .int($0) } ?? .null }
    func text(_ value: String?) -> JSONNode { value.map { .string($0) } ?? .null }
    return .object([
      ("service", .array(service.map(\.node))),
      (
        "versions",
        .array(
          versions.map { version in
            .object([
              ("day", .string(version.day.description)),
              ("version", .int(Int64(version.version))), ("register", .int(version.register)),
              ("quality", .string(version.quality.rawValue)),
              ("reason", text(version.reason?.name)), ("source", .string(version.source.name)),
              ("read_at", .string(iso8601WithMilliseconds(version.readAt))),
              ("collector_id", number(version.collector.map { Int64($0.rawValue) })),
              ("rssi_dbm", number(version.rssiDbm.map(Int64.init))), ("note", text(version.note)),
            ])
          })
      ),
      (
        "findings",
        .array(
          findings.map { finding in
            .object([
              ("rule", .string(finding.rule.rawValue)),
              ("first_day", .string(finding.firstDay.description)),
              ("last_day", .string(finding.lastDay.description)),
              ("register_before", number(finding.registerBefore)),
              ("register_after", number(finding.registerAfter)), ("units", .int(finding.units)),
              ("partner_id", number(finding.partner.map { Int64($0.rawValue) })),
            ])
          })
      ),
    ])
  }
}

extension ReadVersion {
  fileprivate var sourceInWords: String {
    collector.map { "\(source.name), collector \($0.rawValue)" } ?? source.name
  }
}

extension ServicePoint {
  /// The row in a line.
  fileprivate var inWords: String {
    let account = accountID.isEmpty ? "no account" : "account \(accountID)"
    let end = removedAt.map { " until \(iso8601($0))" } ?? ""
    let out = removedRead.map { ", read \(Numerals.grouped($0)) then" } ?? ""
    return "endpoint \(endpoint.rawValue): \(commodity.rawValue) meter \(meterID) at service point "
      + "\(servicePointID), \(account), cycle \(cycle.rawValue), \(register.dials) dials × "
      + "\(register.multiplier) \(commodity.billingUnit), from \(iso8601(installedAt))\(end)\(out)"
  }

  fileprivate var node: JSONNode {
    .object([
      ("meter_id", .string(meterID)), ("service_point_id", .string(servicePointID)),
      ("account_id", .string(accountID)), ("commodity", .string(commodity.rawValue)),
      ("dials", .int(Int64(register.dials))), ("multiplier", .int(Int64(register.multiplier))),
      ("cycle", .int(Int64(cycle.rawValue))), ("installed_at", .string(iso8601(installedAt))),
      ("removed_at", removedAt.map { .string(iso8601($0)) } ?? .null),
      ("removed_read", removedRead.map { .int($0) } ?? .null),
    ])
  }
}
