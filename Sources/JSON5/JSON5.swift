/// JSON5 as defined by <https://spec.json5.org>, of which strict JSON is a subset.
public enum JSON5 {
  /// The deepest nesting that `parse` honours whatever the caller asks for; the parser recurses,
  /// so the limit is what keeps a hostile text from exhausting the stack.
  public static let deepestNesting = 512

  /// Parses one JSON5 document.
  ///
  /// Narrower than the specification in five points, each of which would hide a mistake:
  /// a key may appear once per object (keys are compared as Swift strings, by canonical
  /// equivalence), a byte order mark may not open the text, strings hold no raw control
  /// characters, escaped surrogates must form pairs, and numbers must fit `Int64` (without
  /// fraction and exponent) or `Double`. `Infinity` and `NaN` are accepted as `.number`; the
  /// caller refuses them where they make no sense.
  ///
  /// - Parameters:
  ///   - text: the document, UTF-8.
  ///   - source: the name shown in errors, usually the file's path.
  ///   - maximumDepth: the greatest number of arrays and objects inside one another, at most
  ///     `deepestNesting`.
  /// - Throws: `JSON5Error` for the first thing that is wrong.
  public static func parse(
    _ text: [UInt8], source: String, maximumDepth: Int = 64
  ) throws(JSON5Error) -> JSON5Value {
    var parser = Parser(
      text: text, source: source, maximumDepth: min(maximumDepth, deepestNesting))
    return try parser.document()
  }
}

/// Where a token starts: line and column, both counted from 1.
///
/// A line ends at LF, CR or CR LF. A column is counted in Unicode scalars, a tab being one.
public struct JSON5Position: Sendable, Equatable {
  public let line: Int
  public let column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// What is wrong in a document, where, and how to mend it.
public struct JSON5Error: Error, Sendable, Equatable, CustomStringConvertible {
  public let source: String
  public let position: JSON5Position
  public let message: String

  public init(source: String, position: JSON5Position, message: String) {
    self.source = source
    self.position = position
    self.message = message
  }

  /// One line, `FILE:LINE:COLUMN: message`.
  public var description: String { "\(source):\(position.line):\(position.column): \(message)" }
}
