import Digits

/// Dates and times as Delta statistics spell them; proleptic Gregorian, UTC, years 0 to 9999.
enum CivilTime {
  /// `YYYY-MM-DD` of a day counted from 1970-01-01; nil outside years 0 to 9999.
  static func date(_ day: Int64) -> String? {
    guard firstDay...lastDay ~= day else { return nil }
    // Howard Hinnant's days-to-civil: eras of 400 years that begin on 1 March.
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    return "\(digits(year, width: 4))-\(digits(month, width: 2))-\(digits(dayOfMonth, width: 2))"
  }

  /// `YYYY-MM-DDThh:mm:ss.mmmZ` of milliseconds since 1970; nil outside years 0 to 9999.
  static func timestamp(milliseconds: Int64) -> String? {
    let (day, rest) = floorDivision(milliseconds, 86_400_000)
    guard let date = date(day) else { return nil }
    let time = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { digits($0, width: 2) }
    return "\(date)T\(time.joined(separator: ":")).\(digits(rest % 1000, width: 3))Z"
  }

  /// The day that `YYYY-MM-DD` names; nil when the text is anything else.
  static func day(_ text: some StringProtocol) -> Int64? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2], let year = number(parts[0]),
      let month = number(parts[1]), let dayOfMonth = number(parts[2]), 1...12 ~= month
    else { return nil }
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + dayOfMonth - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let result = era * 146_097 + dayOfEra - 719_468
    // A day past its month's end would be another date's name.
    return date(result) == String(text) ? result : nil
  }

  /// The milliseconds that `YYYY-MM-DDThh:mm:ss.mmmZ` names; nil when the text is anything else.
  static func milliseconds(_ text: String) -> Int64? {
    let halves = text.split(separator: "T", omittingEmptySubsequences: false)
    guard halves.count == 2, let day = day(halves[0]), halves[1].count == 13 else { return nil }
    let digits = halves[1].filter { $0.isASCII && $0.isNumber }
    guard digits.count == 9, let number = number(digits) else { return nil }
    let milliseconds =
      number / 10_000_000 * 3_600_000 + number / 100_000 % 100 * 60_000 + number % 100_000
    let result = day * 86_400_000 + milliseconds
    return timestamp(milliseconds: result) == text ? result : nil
  }

  static func floorDivision(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, rest: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  /// 0000-01-01 and 9999-12-31.
  private static let firstDay: Int64 = -719_528
  private static let lastDay: Int64 = 2_932_896

  private static func number(_ digits: some StringProtocol) -> Int64? {
    digits.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? Int64(digits) : nil
  }
}
