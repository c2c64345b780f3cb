import Metering

/// An instant as ISO 8601 text in UTC, kept so that the next instant of the same day costs no
/// calendar arithmetic: one batch's reads fall on a few days.
struct InstantText {
  /// `YYYY-MM-DDThh:mm:ssZ`.
  private(set) var bytes = Array("0000-00-00T00:00:00Z".utf8)
  private var day = CivilDay(number: .min)

  /// Takes the text of an instant within `writableInstants`; fractions of a second are cut off.
  mutating func set(_ instant: UTCMilliseconds) {
    let utc = LocalClock(utcOffsetMinutes: 0)
    let day = utc.day(of: instant)
    if day != self.day {
      self.day = day
      let (year, month, dayOfMonth) = day.date
      setTwoDigits(year / 100, at: 0)
      setTwoDigits(year % 100, at: 2)
      setTwoDigits(month, at: 5)
      setTwoDigits(dayOfMonth, at: 8)
    }
    let second = Int((instant - utc.startOfDay(day)) / 1000)
    setTwoDigits(second / 3600, at: 11)
    setTwoDigits(second / 60 % 60, at: 14)
    setTwoDigits(second % 60, at: 17)
  }

  private mutating func setTwoDigits(_ value: Int, at place: Int) {
    bytes[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10)
    bytes[place + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
  }
}
