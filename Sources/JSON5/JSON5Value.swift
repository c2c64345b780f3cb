/// A parsed value and where it starts in its document.
public struct JSON5Value: Sendable, Equatable {
  /// What a value is. Numbers without fraction and exponent, hexadecimal ones included, are
  /// `.integer`; all others, `Infinity` and `NaN` included, are `.number`.
  public enum Kind: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON5Value])
    case object([JSON5Member])
  }

  public let kind: Kind
  public let position: JSON5Position

  public init(kind: Kind, position: JSON5Position) {
    self.kind = kind
    self.position = position
  }

  /// The value of the member `key`, or nil when there is none or this is no object.
  public subscript(key: String) -> JSON5Value? {
    object?.first { $0.key == key }?.value
  }

  public var isNull: Bool {
    if case .null = kind { true } else { false }
  }

  public var bool: Bool? {
    guard case .bool(let value) = kind else { return nil }
    return value
  }

  /// The value of a number written without fraction and exponent.
  public var integer: Int64? {
    guard case .integer(let value) = kind else { return nil }
    return value
  }

  /// The value of any number; an integer beyond 2⁵³ is rounded to the nearest `Double`.
  public var double: Double? {
    switch kind {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  public var string: String? {
    guard case .string(let value) = kind else { return nil }
    return value
  }

  public var array: [JSON5Value]? {
    guard case .array(let values) = kind else { return nil }
    return values
  }

  /// The members in the order of the document; no key appears twice.
  public var object: [JSON5Member]? {
    guard case .object(let members) = kind else { return nil }
    return members
  }

  /// The kind in words for a message, such as "a string" or "an object".
  public var kindName: String {
    switch kind {
    case .null: "null"
    case .bool: "true or false"
    case .integer: "an integer"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// One `key: value` of an object.
public struct JSON5Member: Sendable, Equatable {
  public let key: String
  public let keyPosition: JSON5Position
  public let value: JSON5Value

  public init(key: String, keyPosition: JSON5Position, value: JSON5Value) {
    self.key = key
    self.keyPosition = keyPosition
    self.value = value
  }
}
