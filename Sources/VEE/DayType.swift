import Metering

/// Days of one type have similar use.
public enum DayType: String, CaseIterable, Sendable {
  case weekday
  case weekend
  case holiday
}

extension CivilDay {
  /// - Parameter holidays: take precedence over the day of the week.
  public func dayType(holidays: Set<CivilDay>) -> DayType {
    holidays.contains(self) ? .holiday : isWeekend ? .weekend : .weekday
  }

  /// Whether this day can stand for another: an earlier one of the same type, where Sundays stand
  /// for holidays, since holidays are rare and differ among themselves.
  func canStandFor(_ day: CivilDay, holidays: Set<CivilDay>) -> Bool {
    guard self < day else { return false }
    let type = dayType(holidays: holidays)
    return switch day.dayType(holidays: holidays) {
    case .weekday: type == .weekday
    case .weekend: type == .weekend
    case .holiday: type == .weekend && weekday == 6
    }
  }
}
