import Metering

/// What persons entered for days of a grid: the newest entry of each endpoint and day.
struct PersonEntries: Sendable {
  /// By row; one element for each day of the grid.
  private var days: [[Int: StoredRead]]
  private let isEmpty: Bool

  init(_ days: [[Int: StoredRead]]) {
    self.days = days
    isEmpty = days.allSatisfy(\.isEmpty)
  }

  @inline(__always)
  func entry(day: Int, row: Int) -> StoredRead? {
    isEmpty || day < 0 ? nil : days[day][row]
  }
}
