/// Numbers: decimal and hexadecimal integers, decimal fractions, `Infinity` and `NaN`.
extension Parser {
  /// Reads the number, or the sign before one, at the cursor.
  mutating func number() throws(JSON5Error) -> JSON5Value.Kind {
    let start = position
    let first = offset
    let negative = byte == UInt8(ascii: "-")
    if negative || byte == UInt8(ascii: "+") { offset += 1 }
    let kind: JSON5Value.Kind
    if byte == UInt8(ascii: "I") || byte == UInt8(ascii: "N") {
      kind = try signedWord(negative: negative, start: start)
    } else if byte == UInt8(ascii: "0"), offset + 1 < text.count, text[offset + 1] | 0x20 == 0x78 {
      kind = try hexadecimalInteger(negative: negative, first: first, start: start)
    } else {
      kind = try decimal(negative: negative, first: first, start: start)
    }
    // `5days` and `0x1G` are slips of the pen, not a number and a word.
    if !atEnd {
      let next = try scalar().scalar
      if next == "." || next == "\\" || isIdentifier(next, first: false) {
        throw failure(
          "unexpected \(shown(next)) directly after a number; put text in quotes, "
            + "or separate values with ','")
      }
    }
    return kind
  }

  private mutating func signedWord(
    negative: Bool, start: JSON5Position
  ) throws(JSON5Error) -> JSON5Value.Kind {
    switch try identifier() {
    case "Infinity": return .number(negative ? -.infinity : .infinity)
    case "NaN": return .number(.nan)
    default:
      throw failure("a sign without a number; expected digits, Infinity or NaN", at: start)
    }
  }

  private mutating func hexadecimalInteger(
    negative: Bool, first: Int, start: JSON5Position
  ) throws(JSON5Error) -> JSON5Value.Kind {
    offset += 2
    guard hexadecimalValue(byte) != nil else {
      throw failure(
        "unexpected \(try found()) after 0x; expected hexadecimal digits 0-9, a-f")
    }
    var magnitude: UInt64 = 0
    var overflow = false
    while let digit = hexadecimalValue(byte) {
      overflow = overflow || magnitude >> 60 != 0
      magnitude = magnitude << 4 | UInt64(digit)
      offset += 1
    }
    return .integer(
      try integer(overflow ? nil : magnitude, negative: negative, first: first, start: start))
  }

  private mutating func decimal(
    negative: Bool, first: Int, start: JSON5Position
  ) throws(JSON5Error) -> JSON5Value.Kind {
    let digits = offset
    if byte == UInt8(ascii: "0"), offset + 1 < text.count, isDigit(text[offset + 1]) {
      throw failure(
        "the number starts with 0; write it without leading zeros, or in quotes if it is a code",
        at: start)
    }
    var magnitude: UInt64? = 0
    var count = takeDigits(into: &magnitude)
    var fractionDigits = 0
    var exponent = 0
    var isInteger = true
    if take(UInt8(ascii: ".")) {
      isInteger = false
      fractionDigits = takeDigits(into: &magnitude)
      count += fractionDigits
    }
    guard count > 0 else {
      throw failure("unexpected \(try found()) in a number; expected a digit")
    }
    let digitsEnd = offset
    if byte | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      offset += 1
      exponent = try decimalExponent()
    }
    if isInteger {
      return .integer(
        try integer(magnitude, negative: negative, first: first, start: start))
    }
    let value = nearestDouble(
      magnitude: magnitude, digits: text[digits..<digitsEnd], exponent: exponent - fractionDigits)
    guard value.isFinite else {
      throw failure(
        "number \(spelling(from: first)) is out of range; expected at most about 1.8e308", at: start
      )
    }
    return .number(negative ? -value : value)
  }

  /// Reads the digits at the cursor, counts them, and appends them to `magnitude`, which becomes
  /// nil once it no longer fits.
  private mutating func takeDigits(into magnitude: inout UInt64?) -> Int {
    let start = offset
    while isDigit(byte) {
      if let value = magnitude {
        let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = tenfold.addingReportingOverflow(UInt64(text[offset] & 0x0F))
        magnitude = overflow || carry ? nil : sum
      }
      offset += 1
    }
    return offset - start
  }

  /// Reads what follows `e`. Beyond a thousand million the value no longer matters: no text is
  /// long enough to bring such a number back into range.
  private mutating func decimalExponent() throws(JSON5Error) -> Int {
    let negative = byte == UInt8(ascii: "-")
    if negative || byte == UInt8(ascii: "+") { offset += 1 }
    guard isDigit(byte) else {
      throw failure("unexpected \(try found()) in an exponent; expected a digit")
    }
    var value = 0
    while isDigit(byte) {
      value = min(value * 10 + Int(text[offset] & 0x0F), 1_000_000_000)
      offset += 1
    }
    return negative ? -value : value
  }

  private func integer(
    _ magnitude: UInt64?, negative: Bool, first: Int, start: JSON5Position
  ) throws(JSON5Error) -> Int64 {
    if let magnitude {
      if magnitude <= UInt64(Int64.max) {
        return negative ? -Int64(magnitude) : Int64(magnitude)
      }
      if negative && magnitude == Int64.min.magnitude { return .min }
    }
    throw failure(
      "integer \(spelling(from: first)) is out of range; expected \(Int64.min) to \(Int64.max); "
        + "write a rounded number with an exponent, or put the digits in quotes", at: start)
  }

  /// The double nearest to `digits` × 10^`exponent`, a point among the digits being ignored.
  private func nearestDouble(
    magnitude: UInt64?, digits: ArraySlice<UInt8>, exponent: Int
  ) -> Double {
    // Both factors are exact, so the one rounding is the correct one (Clinger 1990).
    if let magnitude, magnitude <= 1 << 53, abs(exponent) < powersOfTen.count {
      let power = powersOfTen[abs(exponent)]
      return exponent < 0 ? Double(magnitude) / power : Double(magnitude) * power
    }
    let written = String(decoding: digits.filter(isDigit), as: UTF8.self) + "e\(exponent)"
    return Double(written) ?? .infinity
  }

  /// The number from `first` to the cursor, shortened for a message.
  private func spelling(from first: Int) -> String {
    let limit = 40
    let written = text[first..<offset]
    let head = String(decoding: written.prefix(limit), as: UTF8.self)
    return written.count > limit ? head + "..." : head
  }
}

/// The powers of ten that a double holds exactly.
private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
  1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]

func isDigit(_ byte: UInt8) -> Bool {
  byte &- UInt8(ascii: "0") < 10
}

func hexadecimalValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
