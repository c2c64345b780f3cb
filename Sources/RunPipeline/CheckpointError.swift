/// Why an interrupted run cannot be gone on with: one line that says what, where and how to mend it.
public struct CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
