/// Bytes that are no gzip member, or a compressor that cannot be had.
public struct GzipError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Where the damaged member begins, in bytes from the start of what was given; nil when compressing.
  public let offset: Int?
  /// What was found and what was expected.
  public let reason: String

  init(at offset: Int? = nil, _ reason: String) {
    self.offset = offset
    self.reason = reason
  }

  public var description: String { offset.map { "byte \($0): \(reason)" } ?? reason }
}
