public import Columnar
import JSON5

/// What the log says of the rows of one data file.
public struct FileStatistics: Sendable, Equatable {
  public let rowCount: Int64
  /// For each column that has them, bounds that hold for every row; timestamps may be wider than
  /// the values by less than 1 ms. Integers are in their column's own unit.
  public let bounds: [String: Bounds]
  public let nullCounts: [String: Int64]

  init(rowCount: Int64, bounds: [String: Bounds], nullCounts: [String: Int64]) {
    self.rowCount = rowCount
    self.bounds = bounds
    self.nullCounts = nullCounts
  }

  init(_ encoded: EncodedParquet) {
    self.init(rowCount: Int64(encoded.rowCount), encoded.statistics)
  }

  init(rowCount: Int64, _ columns: [ColumnStatistics]) {
    self.rowCount = rowCount
    var bounds: [String: Bounds] = [:]
    var nullCounts: [String: Int64] = [:]
    for column in columns {
      bounds[column.name] = column.bounds
      nullCounts[column.name] = Int64(column.nullCount)
    }
    self.bounds = bounds
    self.nullCounts = nullCounts
  }

  /// The `stats` text of an add action, its columns in the order of `fields`.
  func text(_ fields: [Field]) -> String {
    var least: [(String, JSONNode)] = []
    var greatest: [(String, JSONNode)] = []
    var nulls: [(String, JSONNode)] = []
    for field in fields {
      nulls.append((field.name, .int(nullCounts[field.name] ?? 0)))
      guard let bounds = bounds[field.name],
        let low = Self.node(bounds.min, field.type, roundingUp: false),
        let high = Self.node(bounds.max, field.type, roundingUp: true)
      else { continue }
      least.append((field.name, low))
      greatest.append((field.name, high))
    }
    return JSONNode.object([
      ("numRecords", .int(rowCount)), ("minValues", .object(least)),
      ("maxValues", .object(greatest)), ("nullCount", .object(nulls)),
    ]).compact
  }

  /// Nil for a time that has no four-digit year.
  private static func node(
    _ value: StatisticValue, _ type: ColumnType, roundingUp: Bool
  ) -> JSONNode? {
    switch (value, type) {
    case (.string(let text), _): return .string(text)
    case (.integer(let day), .date): return CivilTime.date(day).map(JSONNode.string)
    case (.integer(let micros), .timestampMicros):
      let (milliseconds, rest) = CivilTime.floorDivision(micros, 1000)
      let rounded = roundingUp && rest > 0 ? milliseconds + 1 : milliseconds
      return CivilTime.timestamp(milliseconds: rounded).map(JSONNode.string)
    case (.integer(let number), _): return .int(number)
    }
  }

  /// Reads a `stats` text. Bounds that are absent or spelt otherwise than above are left out.
  static func parse(_ text: String, _ fields: [Field]) -> FileStatistics? {
    guard let value = try? JSON5.parse(Array(text.utf8), source: "stats"),
      let rowCount = value["numRecords"]?.integer
    else { return nil }
    var bounds: [String: Bounds] = [:]
    var nullCounts: [String: Int64] = [:]
    for field in fields {
      nullCounts[field.name] = value["nullCount"]?[field.name]?.integer
      if let low = statistic(value["minValues"]?[field.name], field.type, isMaximum: false),
        let high = statistic(value["maxValues"]?[field.name], field.type, isMaximum: true)
      {
        bounds[field.name] = Bounds(min: low, max: high)
      }
    }
    return FileStatistics(rowCount: rowCount, bounds: bounds, nullCounts: nullCounts)
  }

  private static func statistic(
    _ value: JSON5Value?, _ type: ColumnType, isMaximum: Bool
  ) -> StatisticValue? {
    switch type {
    case .string: return (value?.string).map(StatisticValue.string)
    case .int32, .int64: return (value?.integer).map(StatisticValue.integer)
    case .date: return value?.string.flatMap { CivilTime.day($0) }.map(StatisticValue.integer)
    case .timestampMicros:
      // Other writers cut the greatest value down to its millisecond.
      return value?.string.flatMap(CivilTime.milliseconds)
        .map { .integer($0 * 1000 + (isMaximum ? 999 : 0)) }
    }
  }
}
