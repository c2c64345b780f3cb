import Synchronization

/// Counts pieces of work as they are begun on many threads and passes the count on.
final class ProgressCounter: Sendable {
  private let done = Atomic<Int>(0)
  private let report: @Sendable (Int) throws -> Void

  init(_ report: @escaping @Sendable (Int) throws -> Void) { self.report = report }

  /// One more piece of work is under way; throws when the run is to be given up.
  func advance() throws {
    try report(done.wrappingAdd(1, ordering: .relaxed).newValue)
  }
}
