import Digits

/// Pieces of strict JSON (RFC 8259) as text.
public struct JSONText {
  /// `string` in double quotes. Control characters and the line separators U+2028 and U+2029 are
  /// escaped, so that the result is always one printable line.
  public static func quoted(_ string: String) -> String {
    var text = ""
    appendQuoted(string, to: &text)
    return text
  }

  static func appendQuoted(_ string: String, to text: inout String) {
    text.append("\"")
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text.append("\\\"")
      case "\\": text.append("\\\\")
      case "\n": text.append("\\n")
      case "\r": text.append("\\r")
      case "\t": text.append("\\t")
      case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
        text.append("\\u" + hexadecimal(scalar.value, digits: 4))
      default: text.unicodeScalars.append(scalar)
      }
    }
    text.append("\"")
  }
}

/// `value` in upper-case hexadecimal with at least `digits` digits.
func hexadecimal(_ value: UInt32, digits: Int) -> String {
  Digits.digits(value, width: digits, radix: 16).uppercased()
}

/// A character in words for a message; what does not print is shown by its code.
func shown(_ scalar: Unicode.Scalar) -> String {
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse,
    .nonspacingMark, .enclosingMark:
    "U+" + hexadecimal(scalar.value, digits: 4)
  default: scalar == "'" ? "\"'\"" : "'\(scalar)'"
  }
}

/// A name in quotes for a message, on one line and shortened.
func shown(_ name: String) -> String {
  let limit = 40
  let scalars = name.unicodeScalars
  guard scalars.count > limit else { return JSONText.quoted(name) }
  return JSONText.quoted(String(scalars.prefix(limit)) + "...")
}
