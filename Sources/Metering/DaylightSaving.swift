/// Whether civil time is an hour ahead of local standard time in summer, and by which rule.
///
/// Days, slots and everything that is computed keep local standard time all year; only what people
/// read follows this.
public enum DaylightSaving: String, CaseIterable, Sendable {
  /// Never.
  case none
  /// As in the United States: from 02:00 on the second Sunday of March to 02:00 on the first one of
  /// November since 2007 (Energy Policy Act of 2005), from the first Sunday of April to the last one
  /// of October from 1987 to 2006, and before from the last one of April.
  case us

  /// Minutes by which civil time is ahead of local standard time at an instant.
  ///
  /// - Parameter clock: local standard time.
  public func minutes(at instant: UTCMilliseconds, _ clock: LocalClock) -> Int {
    switch self {
    case .none: return 0
    case .us:
      let (start, end) = Self.summer(clock.day(of: instant).year, clock)
      return instant >= start && instant < end ? 60 : 0
    }
  }

  /// The first instant of a year's daylight-saving time and the first one after it.
  static func summer(_ year: Int, _ clock: LocalClock) -> (UTCMilliseconds, UTCMilliseconds) {
    let hour: Int64 = 3_600_000
    let first: CivilDay
    let last: CivilDay
    if year >= 2007 {
      first = sunday(onOrAfter: CivilDay(year: year, month: 3, day: 8))
      last = sunday(onOrAfter: CivilDay(year: year, month: 11, day: 1))
    } else {
      first = sunday(onOrAfter: CivilDay(year: year, month: 4, day: year >= 1987 ? 1 : 24))
      last = sunday(onOrAfter: CivilDay(year: year, month: 10, day: 25))
    }
    // 02:00 of daylight-saving time is 01:00 of standard time.
    return (clock.startOfDay(first) + 2 * hour, clock.startOfDay(last) + hour)
  }

  private static func sunday(onOrAfter day: CivilDay) -> CivilDay { day + (6 - day.weekday) }
}
