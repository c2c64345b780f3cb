import Glibc

/// Numbers as people read them.
enum Numerals {
  /// `615,000`.
  static func grouped(_ value: Int64) -> String {
    (value < 0 ? "-" : "") + grouped(digits: String(value.magnitude))
  }

  /// `1,234.50` for 1234.5 and 2 digits, correctly rounded; `nan` and `inf` in words.
  static func fixed(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return value.description }
    // A double below 1.8e308 has at most 309 digits before the point.
    var buffer = [CChar](repeating: 0, count: 330 + digits)
    _ = withVaList([Int32(digits), value.magnitude]) {
      vsnprintf(&buffer, buffer.count, "%.*f", $0)
    }
    let text = String(
      decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let parts = text.split(separator: ".")
    let isZero = !text.contains { $0 != "0" && $0 != "." }
    return (value < 0 && !isZero ? "-" : "") + grouped(digits: String(parts[0]))
      + (parts.count > 1 ? "." + parts[1] : "")
  }

  /// About three significant digits with an SI prefix: `0.25`, `13.5`, `618`, `1.23 M`.
  static func short(_ value: Double) -> String {
    var scaled = value
    var prefix = ""
    for next in [" k", " M", " G", " T"] where abs(scaled) >= 999.5 {
      scaled /= 1000
      prefix = next
    }
    let digits = abs(scaled) < 9.995 ? 2 : abs(scaled) < 99.95 ? 1 : 0
    return fixed(scaled, digits: digits) + prefix
  }

  /// `8 s`, `1:05 min`, `2:03:20 h`; part of a second counts as a whole one.
  static func duration(seconds: Double) -> String {
    // A hundred years stand for all that is longer.
    let total = Int(min(max(0, seconds.isNaN ? 0 : seconds), 3.2e9).rounded(.up))
    if total < 60 { return "\(total) s" }
    let tail = twoDigits(total % 60)
    if total < 3600 { return "\(total / 60):\(tail) min" }
    return "\(total / 3600):\(twoDigits(total / 60 % 60)):\(tail) h"
  }

  private static func twoDigits(_ value: Int) -> String {
    value < 10 ? "0\(value)" : "\(value)"
  }

  private static func grouped(digits: String) -> String {
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }
}
