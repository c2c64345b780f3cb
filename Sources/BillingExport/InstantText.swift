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
    let isNewDay = day != self.day
    self.day = day
    let second = Int((instant - utc.startOfDay(day)) / 1000)
    bytes.withUnsafeMutableBufferPointer { text in
      if isNewDay {
        let (year, month, dayOfMonth) = day.date
        setTwoDigits(year / 100, in: text, at: 0)
        setTwoDigits(year % 100, in: text, at: 2)
        setTwoDigits(month, in: text, at: 5)
        setTwoDigits(dayOfMonth, in: text, at: 8)
      }
      setTwoDigits(second / 3600, in: text, at: 11)
      setTwoDigits(second / 60 % 60, in: text, at: 14)
      setTwoDigits(second % 60, in: text, at: 17)
    }
  }
}

@inline(__always)
private func setTwoDigits(_ value: Int, in text: UnsafeMutableBufferPointer<UInt8>, at place: Int) {
  text[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10)
  text[place + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
}
