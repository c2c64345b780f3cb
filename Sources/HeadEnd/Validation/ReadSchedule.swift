import Metering

/// When endpoints that are read once a month are due in a month of a grid.
struct ReadSchedule: Sendable {
  /// How many days before the scheduled day, and behind it, a read is as good as on that day.
  let window: (before: Int, after: Int)
  /// By billing cycle, the first one first: days from the grid's first one on, or before it.
  private let days: [Int]

  /// - Parameter firstDay: of the grid.
  init(monthOf firstDay: CivilDay, _ settings: StoreSettings) {
    window = (settings.windowBeforeDays, settings.windowAfterDays)
    days = BillingCycle.allCases.map {
      $0.scheduledRead(year: firstDay.year, month: firstDay.month) - firstDay
    }
  }

  /// The day of the grid on which a cycle is due to be read.
  func day(of cycle: BillingCycle) -> Int { days[cycle.rawValue - 1] }

  /// The days around a scheduled one on which a read may be taken in its place.
  func window(around day: Int) -> ClosedRange<Int> { day - window.before...day + window.after }
}

extension ServicePoint {
  var isReadMonthly: Bool {
    switch service {
    case .daily: false
    case .monthly: true
    }
  }
}
