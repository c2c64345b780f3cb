/// A comma-separated file that cannot be used, in one line: `FILE:LINE: what is wrong`.
public struct CSVError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file's name as the user gave it.
  public let source: String
  /// Line of the file, from 1; line ends inside quoted fields count.
  public let line: Int
  /// What is wrong and what was expected.
  public let message: String

  public init(source: String, line: Int, message: String) {
    self.source = source
    self.line = line
    self.message = message
  }

  public var description: String { "\(source):\(line): \(message)" }
}

/// A column of one `CSVReader`'s file, which knows its name.
public struct CSVColumn: Sendable, Equatable {
  @usableFromInline let index: Int

  init(index: Int) { self.index = index }
}

let comma = UInt8(ascii: ",")
let quote = UInt8(ascii: "\"")
let carriageReturn = UInt8(ascii: "\r")
let lineFeed = UInt8(ascii: "\n")
