import Metering

/// The days around the scheduled read date on which a read may be taken for the bill.
public struct ReadWindow: Hashable, Sendable {
  /// The date on which the cycle is due to be read.
  public let scheduled: CivilDay
  public let first: CivilDay
  /// Belongs to the window.
  public let last: CivilDay

  /// - Parameters:
  ///   - daysBefore: days before the scheduled date that count, 0 or more.
  ///   - daysAfter: days after it that count, 0 or more.
  public init(scheduled: CivilDay, daysBefore: Int, daysAfter: Int) {
    self.scheduled = scheduled
    first = scheduled - daysBefore
    last = scheduled + daysAfter
  }

  /// All days of the window, the nearest to the scheduled date first, the earlier of two equally
  /// near ones before the later.
  public var daysByPreference: [CivilDay] {
    var days = [scheduled]
    for distance in 1..<max(scheduled - first, last - scheduled, 0) + 1 {
      if scheduled - distance >= first { days.append(scheduled - distance) }
      if scheduled + distance <= last { days.append(scheduled + distance) }
    }
    return days
  }
}
