/// A file that is not the Parquet this package reads, or columns that cannot be written.
public struct ParquetError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Where in the file the fault was met, in bytes from its start; nil when writing.
  public let offset: Int?
  /// What was found and what was expected.
  public let reason: String

  init(at offset: Int? = nil, _ reason: String) {
    self.offset = offset
    self.reason = reason
  }

  public var description: String {
    offset.map { "byte \($0): \(reason)" } ?? reason
  }
}
