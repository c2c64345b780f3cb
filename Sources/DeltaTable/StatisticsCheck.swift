public import Columnar

extension FileStatistics {
  /// Where these statistics, from the log, contradict the content of the file.
  ///
  /// - Parameters:
  ///   - columns: all columns of the file, or those that are of interest.
  ///   - isExact: whether bounds must be those of the values, as in files of this package; other
  ///     programs may leave them wider.
  public func contradictions(
    _ columns: [Column], rowCount actualRows: Int, isExact: Bool
  ) -> [String] {
    var found: [String] = []
    if rowCount != Int64(actualRows) {
      found.append("numRecords is \(rowCount), but there are \(actualRows) rows")
    }
    let computed = FileStatistics(
      rowCount: Int64(actualRows), columns.map(\.statistics))
    let fields = columns.map(\.field)
    // Through their text, because there times are kept in whole milliseconds only.
    guard let actual = FileStatistics.parse(computed.text(fields), fields) else { return found }
    for name in fields.map(\.name) {
      if let nulls = nullCounts[name], nulls != actual.nullCounts[name] {
        found.append(
          "nullCount of \(name) is \(nulls), but \(actual.nullCounts[name] ?? 0) rows have no value"
        )
      }
      guard let stated = bounds[name] else { continue }
      guard let values = actual.bounds[name] else {
        // Without values any bounds hold.
        if isExact { found.append("minValues has \(name), which has no values") }
        continue
      }
      if isExact ? stated != values : !stated.contains(values) {
        found.append(
          "\(name) is said to lie in \(Self.words(stated)), but lies in \(Self.words(values))")
      }
    }
    return found
  }

  private static func words(_ bounds: Bounds) -> String {
    func word(_ value: StatisticValue) -> String {
      switch value {
      case .integer(let number): "\(number)"
      case .string(let text): "\"\(text)\""
      }
    }
    return "\(word(bounds.min)) to \(word(bounds.max))"
  }
}
