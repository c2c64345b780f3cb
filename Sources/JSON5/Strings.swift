/// Quoted strings and their escapes.
extension Parser {
  /// Reads the string whose opening quote is at the cursor.
  mutating func quotedString() throws(JSON5Error) -> String {
    let start = position
    let quote = byte
    offset += 1
    // Text between escapes is copied in runs; a string without escapes is never copied twice.
    var decoded: [UInt8] = []
    var run = offset
    while offset < text.count {
      let next = text[offset]
      switch next {
      case quote:
        let tail = text[run..<offset]
        offset += 1
        if decoded.isEmpty { return String(decoding: tail, as: UTF8.self) }
        decoded.append(contentsOf: tail)
        return String(decoding: decoded, as: UTF8.self)
      case UInt8(ascii: "\\"):
        decoded.append(contentsOf: text[run..<offset])
        try escape(into: &decoded)
        run = offset
      case 0x0A, 0x0D:
        throw failure(
          "the string is not closed on its line; add the closing \(shown(Unicode.Scalar(quote))), "
            + "or end the line with \\ to continue the string", at: start)
      case 0..<0x20:
        throw failure(
          "control character \(shown(Unicode.Scalar(next))) in a string; "
            + "write it as \(escapeSpelling(of: next))")
      case 0x80...:
        pass(try scalar().length)
      default:
        offset += 1
      }
    }
    throw failure(
      "the string is not closed before the text ends; add the closing "
        + "\(shown(Unicode.Scalar(quote)))", at: start)
  }

  private func escapeSpelling(of control: UInt8) -> String {
    control == 0x09 ? "\\t" : "\\u\(hexadecimal(UInt32(control), digits: 4))"
  }

  /// Reads the escape at the cursor and appends what it stands for.
  private mutating func escape(into decoded: inout [UInt8]) throws(JSON5Error) {
    let start = position
    offset += 1
    guard !atEnd else {
      throw failure("the text ends after '\\' in a string; finish the escape and close the string")
    }
    let (scalar, length) = try scalar()
    switch scalar {
    case "\n", "\r":
      takeLineEnd()
      return
    case "u":
      offset += 1
      append(try escapedUnicode(start: start), to: &decoded)
      return
    case "x":
      offset += 1
      let value = try hexadecimalDigits(2, escape: start)
      append(Unicode.Scalar(UInt8(value)), to: &decoded)
      return
    default:
      pass(length)
    }
    switch scalar {
    case "b": decoded.append(0x08)
    case "f": decoded.append(0x0C)
    case "n": decoded.append(0x0A)
    case "r": decoded.append(0x0D)
    case "t": decoded.append(0x09)
    case "v": decoded.append(0x0B)
    case "0" where !isDigit(byte): decoded.append(0)
    case "0"..."9":
      throw failure(
        "escape \\\(scalar) in a string; JSON5 has no octal escapes; write \\x and two "
          + "hexadecimal digits, or \\\\ for a backslash", at: start)
    case "\u{2028}", "\u{2029}": break
    default: append(scalar, to: &decoded)
    }
  }

  /// Reads what follows `\u`, and for the first half of a surrogate pair the second half too.
  private mutating func escapedUnicode(start: JSON5Position) throws(JSON5Error) -> Unicode.Scalar {
    let unit = try hexadecimalDigits(4, escape: start)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    let second = position
    if unit < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
      let low = try hexadecimalDigits(4, escape: second)
      let value = 0x10000 &+ (unit & 0x3FF) << 10 &+ (low & 0x3FF)
      if low & 0xFC00 == 0xDC00, let scalar = Unicode.Scalar(value) { return scalar }
    }
    throw failure(
      "\\u\(hexadecimal(unit, digits: 4)) is half of a surrogate pair; expected \\uD800-\\uDBFF "
        + "followed by \\uDC00-\\uDFFF; write both halves, or the character itself", at: start)
  }

  /// Reads exactly `count` hexadecimal digits of the escape that starts at `escape`.
  mutating func hexadecimalDigits(
    _ count: Int, escape: JSON5Position
  ) throws(JSON5Error) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<count {
      guard let digit = hexadecimalValue(byte) else {
        throw failure(
          "\(try found()) in an escape; expected \(count == 2 ? "\\x and two" : "\\u and four") "
            + "hexadecimal digits; write \\\\ for a backslash", at: escape)
      }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }

  private func append(_ scalar: Unicode.Scalar, to decoded: inout [UInt8]) {
    decoded.append(contentsOf: UTF8.encode(scalar)!)
  }
}
