import Metering
import Parallel

/// Rows of a registry in order, which keep its laws: those of one endpoint follow one another in
/// time, at one service point there is at most one meter of each commodity at a time, a meter is in
/// one place at a time, and one that goes on from row to row stays the same meter.
public struct Registry: Sendable {
  /// By ascending endpoint, those of one by ascending installation.
  public let rows: [ServicePoint]

  /// - Parameter rows: in any order.
  /// - Throws: for the first row that breaks a law.
  public init(_ rows: [ServicePoint]) throws(HeadEndError) {
    let ordered = Self.isOrdered(rows) ? rows : Self.order(of: rows).map { rows[Int($0)] }
    if let conflict = RegistryLaws.conflicts(in: ordered).first {
      throw .badInput("the registry: \(conflict.description(in: ordered))")
    }
    self.rows = ordered
  }

  /// - Parameter rows: in order, and known to keep the laws.
  init(checked rows: [ServicePoint]) { self.rows = rows }

  /// The rows of several files in order. Each file of ours is in order, but their names are not; and
  /// another program may have written any order.
  static func ordered(joining parts: consuming [[ServicePoint]]) -> [ServicePoint] {
    parts.removeAll(where: \.isEmpty)
    parts.sort { precedes($0[0], $1[0]) }
    let rows = parts.count == 1 ? parts[0] : Array(concatenating: parts)
    return isOrdered(rows) ? rows : order(of: rows).map { rows[Int($0)] }
  }

  static func isOrdered(_ rows: [ServicePoint]) -> Bool {
    rows.withUnsafeBufferPointer { rows in
      rows.indices.dropFirst().allSatisfy { !precedes(rows[$0], rows[$0 - 1]) }
    }
  }

  /// The places of rows in order; of two rows that begin together the one that comes first.
  static func order(of rows: [ServicePoint]) -> [UInt32] {
    // Whole numbers are sorted several times as fast as rows.
    var keys = rows.withUnsafeBufferPointer { rows in
      rows.indices.map { UInt64(rows[$0].endpoint.rawValue) << 32 | UInt64($0) }
    }
    keys.sort()
    var order = keys.map { UInt32(truncatingIfNeeded: $0) }
    var start = 0
    for place in stride(from: 1, through: order.count, by: 1)
    where place == order.count || keys[place] >> 32 != keys[start] >> 32 {
      if place - start > 1 {
        order[start..<place].sort {
          (rows[Int($0)].installedAt, $0) < (rows[Int($1)].installedAt, $1)
        }
      }
      start = place
    }
    return order
  }

  private static func precedes(
    _ left: borrowing ServicePoint, _ right: borrowing ServicePoint
  ) -> Bool {
    left.endpoint == right.endpoint
      ? left.installedAt < right.installedAt : left.endpoint < right.endpoint
  }
}

extension [ServicePoint] {
  /// The endpoints of rows that are in order, each once, ascending.
  var endpointIDs: [UInt32] {
    withUnsafeBufferPointer { rows in
      var ids: [UInt32] = []
      ids.reserveCapacity(rows.count)
      for row in rows.indices {
        let id = rows[row].endpoint.rawValue
        if row == 0 || rows[row - 1].endpoint.rawValue != id { ids.append(id) }
      }
      return ids
    }
  }
}
