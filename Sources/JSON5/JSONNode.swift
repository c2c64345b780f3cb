/// A value to be written as strict JSON (RFC 8259).
///
/// Objects keep the order of their members; keys must differ. A double is written with the fewest
/// digits that read back as the same double and always with a point or an exponent, so that a
/// reader can tell it from an integer; it must be finite.
public enum JSONNode: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case array([JSONNode])
  case object([(String, JSONNode)])

  /// The value on one line without any spaces.
  public var compact: String {
    var text = ""
    append(to: &text, comma: ",", colon: ":")
    return text
  }

  /// The value indented by two spaces per level, without a line ending after it. Arrays of
  /// scalars that fit in 72 characters stay on one line.
  public var pretty: String {
    var text = ""
    appendPretty(to: &text, indent: "")
    return text
  }

  private var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private func append(to text: inout String, comma: String, colon: String) {
    switch self {
    case .null: text.append("null")
    case .bool(let value): text.append(value ? "true" : "false")
    case .int(let value): text.append(String(value))
    case .double(let value):
      precondition(value.isFinite, "JSON has no infinity and no NaN")
      text.append(value.description)
    case .string(let value): JSONText.appendQuoted(value, to: &text)
    case .array(let values):
      text.append("[")
      for (index, value) in values.enumerated() {
        if index > 0 { text.append(comma) }
        value.append(to: &text, comma: comma, colon: colon)
      }
      text.append("]")
    case .object(let members):
      text.append("{")
      for (index, (key, value)) in members.enumerated() {
        if index > 0 { text.append(comma) }
        JSONText.appendQuoted(key, to: &text)
        text.append(colon)
        value.append(to: &text, comma: comma, colon: colon)
      }
      text.append("}")
    }
  }

  private func appendPretty(to text: inout String, indent: String) {
    let inner = indent + "  "
    switch self {
    case .array(let values) where !values.isEmpty:
      if let line = Self.shortLine(values) {
        text.append(line)
        return
      }
      for (index, value) in values.enumerated() {
        text.append((index == 0 ? "[\n" : ",\n") + inner)
        value.appendPretty(to: &text, indent: inner)
      }
      text.append("\n\(indent)]")
    case .object(let members) where !members.isEmpty:
      for (index, (key, value)) in members.enumerated() {
        text.append((index == 0 ? "{\n" : ",\n") + inner)
        JSONText.appendQuoted(key, to: &text)
        text.append(": ")
        value.appendPretty(to: &text, indent: inner)
      }
      text.append("\n\(indent)}")
    default:
      append(to: &text, comma: ", ", colon: ": ")
    }
  }

  /// An array on one line, if its elements are scalars and the line is short.
  private static func shortLine(_ values: [JSONNode]) -> String? {
    // The shortest scalar and its separator take three characters.
    let limit = 72
    guard values.count <= limit / 3, values.allSatisfy(\.isScalar) else { return nil }
    var line = ""
    JSONNode.array(values).append(to: &line, comma: ", ", colon: ": ")
    return line.unicodeScalars.count <= limit ? line : nil
  }
}
