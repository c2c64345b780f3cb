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
  guard text.utf8.count == 20 || text.utf8.count == 24, text.utf8.allSatisfy({ $0 < 0x80 }),
    let day = CivilDay(iso: text.prefix(10))
  else { return nil }
  let clock = Array(text.utf8.dropFirst(10))
  // The shape first, so that only digits are left at the places of numbers.
  let shape = Array((clock.count == 10 ? "T00:00:00Z" : "T00:00:00.000Z").utf8)
  for (byte, expected) in zip(clock, shape) {
    let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    guard expected == UInt8(ascii: "0") ? isDigit : byte == expected else { return nil }
  }
  func number(_ range: Range<Int>) -> Int64 {
    clock[range].reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
  }
  let (hour, minute, second) = (number(1..<3), number(4..<6), number(7..<9))
  guard hour < 24, minute < 60, second < 60 else { return nil }
  let milliseconds = clock.count == 14 ? number(10..<13) : 0
  return Int64(day.number) * millisecondsPerDay
    + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds
}
