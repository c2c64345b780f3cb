/// A recursive-descent parser over the bytes of one document.
///
/// This file holds the grammar of values; the cursor, the strings and the numbers are extensions
/// in files of their own.
struct Parser {
  let text: [UInt8]
  let source: String
  let maximumDepth: Int
  /// The next byte to read.
  var offset = 0
  /// The line of `offset`, from 1.
  var line = 1
  /// The column of `offset` is `offset - columnOrigin + 1`: the start of the line, moved on by
  /// the bytes that scalars of the line take beyond their first.
  var columnOrigin = 0

  init(text: [UInt8], source: String, maximumDepth: Int) {
    self.text = text
    self.source = source
    self.maximumDepth = maximumDepth
  }

  mutating func document() throws(JSON5Error) -> JSON5Value {
    try refuseByteOrderMark()
    try skipBlank()
    let value = try value(depth: 0)
    try skipBlank()
    guard atEnd else {
      throw failure(
        "unexpected \(try found()) after the end of the value; expected the end of the text; "
          + "remove the rest, or put several values into an array")
    }
    return value
  }

  /// Parses the value that starts at the cursor, inside `depth` arrays and objects.
  private mutating func value(depth: Int) throws(JSON5Error) -> JSON5Value {
    let start = position
    let kind: JSON5Value.Kind
    switch byte {
    case UInt8(ascii: "{"):
      kind = .object(try members(depth: try deeper(depth)))
    case UInt8(ascii: "["):
      kind = .array(try elements(depth: try deeper(depth)))
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      kind = .string(try quotedString())
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "+"):
      kind = try number()
    default:
      kind = try word()
    }
    return JSON5Value(kind: kind, position: start)
  }

  private func deeper(_ depth: Int) throws(JSON5Error) -> Int {
    guard depth < maximumDepth else {
      throw failure(
        "arrays and objects are nested too deep; expected at most \(maximumDepth) levels; "
          + "flatten the structure")
    }
    return depth + 1
  }

  private mutating func elements(depth: Int) throws(JSON5Error) -> [JSON5Value] {
    let opening = position
    offset += 1
    var values: [JSON5Value] = []
    while true {
      try skipBlank()
      try refuseEnd(inside: "array", opening: opening, closing: "]")
      if take(UInt8(ascii: "]")) { return values }
      values.append(try value(depth: depth))
      try skipBlank()
      try refuseEnd(inside: "array", opening: opening, closing: "]")
      if take(UInt8(ascii: ",")) { continue }
      guard byte == UInt8(ascii: "]") else {
        throw failure("unexpected \(try found()) in an array; expected ',' or ']' after a value")
      }
    }
  }

  private mutating func members(depth: Int) throws(JSON5Error) -> [JSON5Member] {
    let opening = position
    offset += 1
    var members: [JSON5Member] = []
    var lines = KeyLines()
    while true {
      try skipBlank()
      try refuseEnd(inside: "object", opening: opening, closing: "}")
      if take(UInt8(ascii: "}")) { return members }
      let keyPosition = position
      let key = try key()
      if let first = lines.line(of: key, in: members) {
        throw failure(
          "key \(shown(key)) appears twice in one object, first on line \(first); keep one",
          at: keyPosition)
      }
      try skipBlank()
      guard take(UInt8(ascii: ":")) else {
        throw failure("unexpected \(try found()) after key \(shown(key)); expected ':' and a value")
      }
      try skipBlank()
      let value = try value(depth: depth)
      members.append(JSON5Member(key: key, keyPosition: keyPosition, value: value))
      try skipBlank()
      try refuseEnd(inside: "object", opening: opening, closing: "}")
      if take(UInt8(ascii: ",")) { continue }
      guard byte == UInt8(ascii: "}") else {
        throw failure(
          "unexpected \(try found()) after the value of \(shown(key)); expected ',' or '}'")
      }
    }
  }

  private mutating func key() throws(JSON5Error) -> String {
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return try quotedString() }
    if let name = try identifier() { return name }
    throw failure(
      "unexpected \(try found()) where a key is expected; write a name such as days, "
        + "or any text in quotes")
  }

  /// `true`, `false`, `null`, `Infinity` and `NaN`, or the error for what is no value at all.
  private mutating func word() throws(JSON5Error) -> JSON5Value.Kind {
    let start = position
    switch try identifier() {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case "Infinity": return .number(.infinity)
    case "NaN": return .number(.nan)
    case let name?:
      throw failure(
        "unexpected word \(shown(name)); expected a value; put text in quotes", at: start)
    case nil:
      throw failure(
        "unexpected \(try found()) where a value is expected; write a number, text in quotes, "
          + "true, false, null, [...] or {...}")
    }
  }

  private func refuseEnd(
    inside container: String, opening: JSON5Position, closing: String
  ) throws(JSON5Error) {
    guard atEnd else { return }
    throw failure(
      "the text ends inside the \(container) opened at line \(opening.line), "
        + "column \(opening.column); add the missing '\(closing)'")
  }
}

/// Finds the line on which a key of an object was first written.
///
/// Most objects have few members, which are cheaper to compare than to hash.
private struct KeyLines {
  private static let hashedFrom = 12
  private var lines: [String: Int] = [:]

  /// The line of `key` if it is among `members`; called once for every key, in order.
  mutating func line(of key: String, in members: [JSON5Member]) -> Int? {
    if members.count < Self.hashedFrom {
      return members.first { $0.key == key }?.keyPosition.line
    }
    if lines.isEmpty {
      for member in members { lines[member.key] = member.keyPosition.line }
    } else if let latest = members.last {
      lines[latest.key] = latest.keyPosition.line
    }
    return lines[key]
  }
}
