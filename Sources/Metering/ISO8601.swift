import Digits

/// ISO 8601 in UTC to the second, `1998-06-30T05:00:00Z`; fractions are cut off.
public func iso8601(_ instant: UTCMilliseconds) -> String {
  let day = LocalClock(utcOffsetMinutes: 0).day(of: instant)
  let second = Int((instant - Int64(day.number) * millisecondsPerDay) / 1000)
  let time = [second / 3600, second / 60 % 60, second % 60].map { digits($0, width: 2) }
  return "\(day)T\(time.joined(separator: ":"))Z"
}

/// ISO 8601 in UTC to the millisecond, `1998-06-30T05:00:00.250Z`.
public func iso8601WithMilliseconds(_ instant: UTCMilliseconds) -> String {
  let rest = ((instant % 1000) + 1000) % 1000
  return "\(iso8601(instant).dropLast()).\(digits(rest, width: 3))Z"
}

/// The instant that `1998-06-30T05:00:00Z` or `1998-06-30T05:00:00.250Z` stands for, or nil when
/// the text is anything else.
public func instant(iso8601 text: String) -> UTCMilliseconds? {
  var text = text
  return text.withUTF8 { instant(iso8601: $0) }
}

/// The same of UTF-8 bytes.
public func instant(iso8601 text: UnsafeBufferPointer<UInt8>) -> UTCMilliseconds? {
  let hasFraction = text.count == 24
  guard text.count == 20 || hasFraction, text.last == UInt8(ascii: "Z"),
    let day = CivilDay(iso: UnsafeBufferPointer(rebasing: text[..<10])),
    text[10] == UInt8(ascii: "T"), let hour = twoDigits(text, 11),
    text[13] == UInt8(ascii: ":"), let minute = twoDigits(text, 14),
    text[16] == UInt8(ascii: ":"), let second = twoDigits(text, 17),
    !hasFraction || text[19] == UInt8(ascii: "."),
    let hundredths = hasFraction ? twoDigits(text, 20) : 0,
    let thousandths = hasFraction ? twoDigits(text, 21) : 0,
    hour < 24, minute < 60, second < 60
  else { return nil }
  return Int64(day.number) * millisecondsPerDay
    + Int64(((hour * 60 + minute) * 60 + second) * 1000)
    + Int64(hundredths * 10 + thousandths % 10)
}
