import Metering

/// What persons entered for days of a grid: the newest entry of each endpoint and day.
struct PersonEntries: Sendable {
  /// By row; one element for each day of the grid.
  private var days: [[Int: StoredRead]]
  /// Rows of which there is any.
  private let rows: Set<Int>

  init(_ days: [[Int: StoredRead]]) {
    self.days = days
    rows = Set(days.lazy.flatMap(\.keys))
  }

  /// Whether there are any for an endpoint.
  func areMade(for row: Int) -> Bool { !rows.isEmpty && rows.contains(row) }

  @inline(__always)
  func entry(day: Int, row: Int) -> StoredRead? {
    rows.isEmpty || day < 0 ? nil : days[day][row]
  }
}
