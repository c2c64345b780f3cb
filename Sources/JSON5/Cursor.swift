/// Movement over the text: positions, UTF-8, white space, comments and identifiers.
extension Parser {
  var atEnd: Bool { offset == text.count }

  /// The byte at the cursor, 0 at the end. A NUL in the text starts no token, so the two are
  /// told apart only where an error is reported.
  var byte: UInt8 { offset < text.count ? text[offset] : 0 }

  var position: JSON5Position {
    JSON5Position(line: line, column: offset - columnOrigin + 1)
  }

  func failure(_ message: String, at place: JSON5Position? = nil) -> JSON5Error {
    JSON5Error(source: source, position: place ?? position, message: message)
  }

  /// Moves past `expected` if it is the next byte.
  mutating func take(_ expected: UInt8) -> Bool {
    guard offset < text.count, text[offset] == expected else { return false }
    offset += 1
    return true
  }

  /// What stands at the cursor, in words for a message.
  func found() throws(JSON5Error) -> String {
    guard !atEnd else { return "end of the text" }
    return shown(try scalar().scalar)
  }

  /// Moves past the line ending at the cursor: LF, CR or CR LF.
  mutating func takeLineEnd() {
    let carriageReturn = byte == 0x0D
    offset += 1
    if carriageReturn && byte == 0x0A { offset += 1 }
    line += 1
    columnOrigin = offset
  }

  /// Moves past a scalar of `length` bytes, which count as one column.
  mutating func pass(_ length: Int) {
    offset += length
    columnOrigin += length - 1
  }

  /// Decodes the scalar at the cursor, which must not be at the end.
  func scalar() throws(JSON5Error) -> (scalar: Unicode.Scalar, length: Int) {
    let lead = text[offset]
    let (length, least): (Int, UInt32) =
      switch lead {
      case 0..<0x80: (1, 0)
      case 0xC2...0xDF: (2, 0x80)
      case 0xE0...0xEF: (3, 0x800)
      case 0xF0...0xF4: (4, 0x10000)
      default: (0, 0)
      }
    if length == 1 { return (Unicode.Scalar(lead), 1) }
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    var end = offset + 1
    while end < offset + length, end < text.count, text[end] & 0xC0 == 0x80 {
      value = value << 6 | UInt32(text[end] & 0x3F)
      end += 1
    }
    guard length > 1, end == offset + length, value >= least, let scalar = Unicode.Scalar(value)
    else {
      throw failure(
        "byte 0x\(hexadecimal(UInt32(lead), digits: 2)) starts no valid UTF-8 character; "
          + "expected UTF-8 text; save the file as UTF-8")
    }
    return (scalar, length)
  }

  func refuseByteOrderMark() throws(JSON5Error) {
    if text.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw failure(
        "the text starts with a byte order mark; expected plain UTF-8; "
          + "save the file as UTF-8 without BOM")
    }
    if text.starts(with: [0xFF, 0xFE]) || text.starts(with: [0xFE, 0xFF]) {
      throw failure("the text is UTF-16; expected UTF-8; save the file as UTF-8 without BOM")
    }
  }

  /// Moves past white space, line endings and comments.
  mutating func skipBlank() throws(JSON5Error) {
    while offset < text.count {
      switch text[offset] {
      case 0x20, 0x09, 0x0B, 0x0C:
        offset += 1
      case 0x0A, 0x0D:
        takeLineEnd()
      case UInt8(ascii: "/"):
        try skipComment()
      case 0x80...:
        let (scalar, length) = try scalar()
        guard isBlank(scalar) else { return }
        pass(length)
      default:
        return
      }
    }
  }

  private func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\u{FEFF}", "\u{2028}", "\u{2029}": true
    default: scalar.properties.generalCategory == .spaceSeparator
    }
  }

  private mutating func skipComment() throws(JSON5Error) {
    let start = position
    let next = offset + 1 < text.count ? text[offset + 1] : 0
    guard next == UInt8(ascii: "/") || next == UInt8(ascii: "*") else {
      throw failure("unexpected '/'; a comment is written // to the line's end, or /* ... */")
    }
    offset += 2
    let toLineEnd = next == UInt8(ascii: "/")
    while offset < text.count {
      switch text[offset] {
      case 0x0A, 0x0D:
        if toLineEnd { return }
        takeLineEnd()
      case UInt8(ascii: "*") where !toLineEnd:
        offset += 1
        if take(UInt8(ascii: "/")) { return }
      case 0x80...:
        let (scalar, length) = try scalar()
        pass(length)
        if toLineEnd && (scalar == "\u{2028}" || scalar == "\u{2029}") { return }
      default:
        offset += 1
      }
    }
    if !toLineEnd {
      throw failure("the comment is not closed before the text ends; add '*/'", at: start)
    }
  }

  /// Reads an ECMAScript 5.1 IdentifierName, with `\uXXXX` decoded; nil if none starts here.
  mutating func identifier() throws(JSON5Error) -> String? {
    var name = String.UnicodeScalarView()
    while offset < text.count {
      let start = position
      let (scalar, length) = try scalar()
      if scalar == "\\" {
        let escaped = try identifierEscape()
        guard isIdentifier(escaped, first: name.isEmpty) else {
          throw failure(
            "\(shown(escaped)) cannot stand in an unquoted key; put the key in quotes", at: start)
        }
        name.append(escaped)
      } else {
        guard isIdentifier(scalar, first: name.isEmpty) else { break }
        pass(length)
        name.append(scalar)
      }
    }
    return name.isEmpty ? nil : String(name)
  }

  private mutating func identifierEscape() throws(JSON5Error) -> Unicode.Scalar {
    let start = position
    offset += 1
    guard take(UInt8(ascii: "u")) else {
      throw failure(
        "unexpected '\\' in an unquoted key; expected \\u and four hexadecimal digits; "
          + "put the key in quotes", at: start)
    }
    let value = try hexadecimalDigits(4, escape: start)
    guard let scalar = Unicode.Scalar(value) else {
      throw failure(
        "\\u\(hexadecimal(value, digits: 4)) cannot stand in an unquoted key; "
          + "put the key in quotes", at: start)
    }
    return scalar
  }

  func isIdentifier(_ scalar: Unicode.Scalar, first: Bool) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "_", "$": return true
    case "0"..."9", "\u{200C}", "\u{200D}": return !first
    case "\0"..."\u{7F}": return false
    default: break
    }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .letterNumber:
      return true
    case .nonspacingMark, .spacingMark, .decimalNumber, .connectorPunctuation:
      return !first
    default:
      return false
    }
  }
}
