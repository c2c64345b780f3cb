import HeadEnd
import JSON5

/// What became of a registry file, for the user.
struct RegistryReport {
  private static let shownMax = 100

  /// Lines for standard error: the first refused rows and a summary; none when all are taken in.
  let lines: [String]
  private let rows: Int
  private let refused: Int
  private let refusedByReason: [(String, Int)]

  init(_ reading: RegistryReading) {
    rows = reading.registry.rows.count
    refused = reading.refused.count
    refusedByReason = reading.refusedByFault.map { ($0.fault.rawValue, $0.count) }
    guard refused > 0 else {
      lines = []
      return
    }
    let reasons = refusedByReason.map { "\(Numerals.grouped(Int64($0.1))) \($0.0)" }
    let shown = reading.refused.prefix(Self.shownMax).map(\.description)
    let summary =
      "\(reading.source): \(Numerals.grouped(Int64(rows))) rows taken in, "
      + "\(Numerals.grouped(Int64(refused))) refused"
      + (shown.count < refused ? ", the first \(shown.count) above" : "")
      + ": \(reasons.joined(separator: ", ")); the endpoints concerned keep their earlier rows, and "
      + "receptions of those that have none wait in quarantine"
    lines = shown + [summary]
  }

  /// Whether all rows were taken in.
  var isWhole: Bool { refused == 0 }

  var json: JSONNode {
    .object([
      ("rows", .int(Int64(rows))), ("refused", .int(Int64(refused))),
      ("refused_by_reason", .object(refusedByReason.map { ($0.0, .int(Int64($0.1))) })),
      ("problems", .array(lines.map { .string($0) })),
    ])
  }
}
