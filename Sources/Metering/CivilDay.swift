import Digits

/// A day of the proleptic Gregorian calendar, counted from 1970-01-01.
public struct CivilDay: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Days since 1970-01-01.
  public let number: Int

  public init(number: Int) { self.number = number }

  /// The day of a date that exists; see `init(year:month:dayOfMonth:)` for dates that may not.
  ///
  /// Uses the era arithmetic of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
  public init(year: Int, month: Int, day: Int) {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    number = era * 146_097 + dayOfEra - 719_468
  }

  /// The day with this date, or nil when the calendar has none, such as 31 February.
  public init?(year: Int, month: Int, dayOfMonth: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(dayOfMonth)
    else { return nil }
    guard dayOfMonth <= Self.length(ofMonth: month, year: year) else { return nil }
    self.init(year: year, month: month, day: dayOfMonth)
  }

  /// Days of a month 1…12.
  private static func length(ofMonth month: Int, year: Int) -> Int {
    if month == 2 {
      return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    }
    // They alternate from January to July, and from August on.
    return 30 + (month + month / 8) % 2
  }

  /// The day written `YYYY-MM-DD`, or nil when the text is anything else.
  public init?(iso text: String) {
    var text = text
    guard let day = text.withUTF8({ Self(iso: $0) }) else { return nil }
    self = day
  }

  /// The same of UTF-8 bytes, without intermediate values: registries have millions of days.
  public init?(iso text: UnsafeBufferPointer<UInt8>) {
    let dash = UInt8(ascii: "-")
    guard text.count == 10, text[4] == dash, text[7] == dash,
      let century = twoDigits(text, 0), let year = twoDigits(text, 2),
      let month = twoDigits(text, 5), let dayOfMonth = twoDigits(text, 8)
    else { return nil }
    self.init(year: century * 100 + year, month: month, dayOfMonth: dayOfMonth)
  }

  /// Year, month 1…12 and day of month 1…31.
  public var date: (year: Int, month: Int, day: Int) {
    let shifted = number + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  public var year: Int { date.year }
  public var month: Int { date.month }

  /// The first day of its month.
  public var firstOfMonth: CivilDay { self - (date.day - 1) }

  /// The first day of the month after its own.
  public var firstOfNextMonth: CivilDay { (firstOfMonth + 31).firstOfMonth }

  /// 1 on 1 January.
  public var dayOfYear: Int { number - CivilDay(year: year, month: 1, day: 1).number + 1 }

  /// 0 for Monday … 6 for Sunday. 1970-01-01 was a Thursday.
  public var weekday: Int { ((number + 3) % 7 + 7) % 7 }

  public var isWeekend: Bool { weekday >= 5 }

  /// `YYYY-MM`, the partition of the store that holds this day.
  public var monthName: String { String(description.prefix(7)) }

  /// `YYYY-MM-DD`.
  public var description: String {
    let (year, month, day) = date
    return "\(digits(year, width: 4))-\(digits(month, width: 2))-\(digits(day, width: 2))"
  }

  public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
  public static func + (day: Self, days: Int) -> Self { CivilDay(number: day.number + days) }
  public static func - (day: Self, days: Int) -> Self { CivilDay(number: day.number - days) }
  public static func - (later: Self, earlier: Self) -> Int { later.number - earlier.number }
}

/// The number that two bytes of a text spell in decimal digits, or nil.
@inline(__always)
func twoDigits(_ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> Int? {
  let tens = text[place] &- UInt8(ascii: "0")
  let ones = text[place + 1] &- UInt8(ascii: "0")
  return tens <= 9 && ones <= 9 ? Int(tens) * 10 + Int(ones) : nil
}
