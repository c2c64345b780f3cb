/// The least or greatest value of a column.
public enum StatisticValue: Sendable, Equatable {
  /// Of the integer types, in the type's own unit.
  case integer(Int64)
  case string(String)
}

/// What is known of all values of one column of a file.
public struct ColumnStatistics: Sendable, Equatable {
  public let name: String
  public let type: ColumnType
  public let nullCount: Int
  /// Nil when no row has a value, and for text when a bound is longer than 64 bytes. Strings are
  /// ordered by their UTF-8 bytes.
  public let bounds: Bounds?
}

/// The least and the greatest of some values.
public struct Bounds: Sendable, Equatable {
  public let min: StatisticValue
  public let max: StatisticValue

  public init(min: StatisticValue, max: StatisticValue) {
    self.min = min
    self.max = max
  }

  /// Whether all values within `other` are within these bounds.
  public func contains(_ other: Bounds) -> Bool {
    !other.min.precedes(min) && !max.precedes(other.max)
  }
}

extension Column {
  /// The statistics of the column's values, from the values themselves.
  public var statistics: ColumnStatistics {
    let nullCount: Int
    let bounds: Bounds?
    switch data {
    case .int32(let values): (nullCount, bounds) = integerBounds(values)
    case .int64(let values): (nullCount, bounds) = integerBounds(values)
    case .dictionary(let codes, let values):
      nullCount = codes.count { $0 == ColumnData.nullCode }
      bounds = Self.textBounds(
        Set(codes).filter { $0 != ColumnData.nullCode }.map { values[Int($0)] })
    case .wideDictionary(let codes, let values):
      nullCount = codes.count { $0 == ColumnData.wideNullCode }
      bounds = Self.textBounds(
        Set(codes).filter { $0 != ColumnData.wideNullCode }.map { values[Int($0)] })
    case .text(let text):
      nullCount = validity?.count { !$0 } ?? 0
      bounds = Self.textBounds(
        (0..<text.count).lazy.filter { self.validity?[$0] ?? true }.map { text[$0] })
    }
    return ColumnStatistics(
      name: field.name, type: field.type, nullCount: nullCount, bounds: bounds)
  }

  private func integerBounds(_ values: [some FixedWidthInteger]) -> (Int, Bounds?) {
    guard let validity else {
      guard let least = values.min(), let greatest = values.max() else { return (0, nil) }
      return (0, Bounds(min: .integer(Int64(least)), max: .integer(Int64(greatest))))
    }
    let present = zip(values, validity).filter(\.1).map { Int64($0.0) }
    guard let least = present.min(), let greatest = present.max() else {
      return (values.count, nil)
    }
    return (values.count - present.count, Bounds(min: .integer(least), max: .integer(greatest)))
  }

  private static func textBounds(_ values: some Sequence<String>) -> Bounds? {
    var bounds: Bounds?
    for value in values {
      let one = Bounds(min: .string(value), max: .string(value))
      bounds = bounds.flatMap { Bounds.union([$0, one]) } ?? one
    }
    guard case .string(let least)? = bounds?.min, case .string(let greatest)? = bounds?.max,
      max(least.utf8.count, greatest.utf8.count) <= ParquetLimits.boundBytes
    else { return nil }
    return bounds
  }
}
