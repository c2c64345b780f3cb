/// One of the 21 groups into which accounts are divided, so that billing work is spread over the
/// working days of a month.
public struct BillingCycle: RawRepresentable, Hashable, Comparable, Sendable {
  // Registries have millions of rows.
  private let number: UInt8

  /// 1…21.
  public var rawValue: Int { Int(number) }

  public static let count = 21

  public init?(rawValue: Int) {
    guard (1...Self.count).contains(rawValue) else { return nil }
    number = UInt8(rawValue)
  }

  public static var allCases: [BillingCycle] { (1...count).compactMap(BillingCycle.init) }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// The day on which meters of this cycle are due to be read in a month: the n-th weekday
  /// (Monday to Friday), or the month's last one where it has only 20 (a February, or a month of
  /// 30 days that starts on a Saturday).
  public func scheduledRead(year: Int, month: Int) -> CivilDay {
    let first = CivilDay(year: year, month: month, day: 1)
    var last = first
    var seen = 0
    var day = first
    while day.month == month {
      if !day.isWeekend {
        seen += 1
        last = day
        if seen == rawValue { break }
      }
      day = day + 1
    }
    return last
  }

  /// The scheduled read date of the month before the one that contains `day`.
  public func scheduledReadBefore(_ day: CivilDay) -> CivilDay {
    let (year, month, _) = day.date
    return month == 1
      ? scheduledRead(year: year - 1, month: 12) : scheduledRead(year: year, month: month - 1)
  }
}
