import CSV
import Metering

/// What a registry file gave: an endpoint is taken in with all its rows or with none.
public struct RegistryReading: Sendable {
  /// The rows of endpoints of which every row is right.
  public private(set) var registry: Registry
  /// The others, by line.
  public private(set) var refused: [RefusedRow]
  /// The line of each row of `registry`.
  private(set) var lines: [UInt32]
  /// The file's name in messages.
  public let source: String
  /// The days of the file.
  public let clock: LocalClock
  let names: RegistryColumnNames

  /// The rows of a file whose fields are right, in order; their laws are still to be checked.
  ///
  /// - Parameters:
  ///   - part: the whole file.
  ///   - emptyFile: what is thrown when there is no row.
  init(
    unchecked part: RegistryFilePart, _ columns: RegistryColumns, clock: LocalClock,
    emptyFile: CSVError
  ) throws(CSVError) {
    if let failure = part.failure { throw failure }
    if part.rows.isEmpty && part.refused.isEmpty { throw emptyFile }
    source = emptyFile.source
    self.clock = clock
    names = columns.names
    refused = part.refused
    lines = part.lines
    var rows = part.rows
    if !Registry.isOrdered(rows) {
      let order = Registry.order(of: rows)
      rows = order.map { rows[Int($0)] }
      lines = order.map { [lines] in lines[Int($0)] }
    }
    registry = Registry(checked: rows)
  }

  /// Takes out what is in conflict.
  ///
  /// - Throws: when nothing is left.
  mutating func settle(_ conflicts: [RegistryConflict]) throws(CSVError) {
    refuse(conflicts, in: registry.rows, others: lines)
    guard registry.rows.isEmpty, let first = refused.first else { return }
    throw refused.count == 1
      ? first.error
      : CSVError(
        source: source, line: first.line,
        message: "\(first.error.message); none of the \(refused.count) rows is right")
  }

  /// Refuses rows that are in conflict, and with them and those refused already all rows of their
  /// endpoints.
  ///
  /// - Parameters:
  ///   - rows: what the conflicts are about: rows of `registry`, and maybe others.
  ///   - others: the line of each of these, or 0 for a row that is not of the file.
  mutating func refuse(
    _ conflicts: [RegistryConflict], in rows: [ServicePoint], others: [UInt32]
  ) {
    for conflict in conflicts where others[conflict.row] > 0 {
      let line = Int(others[conflict.other])
      let message = conflict.message(
        in: rows, place: line > 0 ? "on line \(line)" : "in a row that the store keeps",
        clock: clock, names: names)
      refused.append(
        RefusedRow(
          endpoint: rows[conflict.row].endpoint, fault: conflict.fault,
          error: CSVError(source: source, line: Int(others[conflict.row]), message: message)))
    }
    guard !refused.isEmpty else { return }
    refused.sort { $0.line < $1.line }
    refuseOthers()
    refused.sort { $0.line < $1.line }
  }

  /// Takes the rows of refused endpoints out of the registry.
  private mutating func refuseOthers() {
    var causes: [EndpointID: RefusedRow] = [:]
    for row in refused where row.fault != .anotherRow {
      if let endpoint = row.endpoint, causes[endpoint] == nil { causes[endpoint] = row }
    }
    let own = Set(refused.map(\.line))
    var rows: [ServicePoint] = []
    var kept: [UInt32] = []
    rows.reserveCapacity(registry.rows.count)
    kept.reserveCapacity(registry.rows.count)
    for (point, line) in zip(registry.rows, lines) {
      if let cause = causes[point.endpoint] {
        if !own.contains(Int(line)) {
          refused.append(.another(Int(line), of: point.endpoint, for: cause))
        }
      } else {
        rows.append(point)
        kept.append(line)
      }
    }
    registry = Registry(checked: rows)
    lines = kept
  }

  /// How many rows are refused, by reason, the most frequent first.
  public var refusedByFault: [(fault: RegistryFault, count: Int)] {
    var counts: [RegistryFault: Int] = [:]
    for row in refused { counts[row.fault, default: 0] += 1 }
    return RegistryFault.allCases.enumerated().compactMap { place, fault in
      counts[fault].map { (place, fault, $0) }
    }.sorted { ($1.2, $0.0) < ($0.2, $1.0) }.map { (fault: $0.1, count: $0.2) }
  }
}
