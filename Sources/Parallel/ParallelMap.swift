import Synchronization
import SystemMemory

/// Applies `body` to 0..<count on up to `threads` workers and returns the results in order.
///
/// Workers take the next index as they become free, so that uneven work is shared evenly; the
/// result does not depend on the number of workers. After a failure no further index is started
/// and one of the errors is thrown.
public func parallelMap<Result: Sendable>(
  count: Int, threads: Int, _ body: @escaping @Sendable (Int) throws -> Result
) async throws -> [Result] {
  guard threads > 1, count > 1 else { return try (0..<count).map(body) }
  let queue = WorkQueue(count: count)
  var results = [Result?](repeating: nil, count: count)
  try await withThrowingTaskGroup(of: [(Int, Result)].self) { group in
    for _ in 0..<min(threads, count) {
      group.addTask {
        var done: [(Int, Result)] = []
        do {
          while let index = queue.take() { done.append((index, try body(index))) }
        } catch {
          queue.close()
          throw error
        }
        return done
      }
    }
    for try await done in group {
      for (index, result) in done { results[index] = result }
    }
  }
  return results.map { $0! }
}

/// The same in steps of a few indices for each thread.
///
/// - Parameter progress: called after each step with the share that is done, 0…1; may throw to give up.
public func parallelMap<Result: Sendable>(
  count: Int, threads: Int, progress: (_ share: Double) throws -> Void,
  _ body: @escaping @Sendable (Int) throws -> Result
) async throws -> [Result] {
  var results: [Result] = []
  let step = 2 * max(1, threads)
  for start in stride(from: 0, to: count, by: step) {
    results += try await parallelMap(count: min(step, count - start), threads: threads) {
      try body(start + $0)
    }
    try progress(Double(results.count) / Double(count))
  }
  return results
}

/// Applies `body` to ranges of `length` that follow one another and make up 0..<count, the last one
/// shorter where it must be, and returns the results in order; otherwise as `parallelMap`.
public func parallelRanges<Result: Sendable>(
  count: Int, length: Int = 1 << 14, threads: Int,
  _ body: @escaping @Sendable (Range<Int>) throws -> Result
) async throws -> [Result] {
  try await parallelMap(count: (count + length - 1) / length, threads: threads) { number in
    try body(number * length..<min(count, (number + 1) * length))
  }
}

extension Array {
  /// The elements of several arrays one after the other, with room for no more. Each array is freed
  /// once it is copied, where nobody else keeps it.
  public init(concatenating parts: consuming [[Element]]) {
    self.init(unsafeUninitializedCapacity: parts.reduce(0) { $0 + $1.count }) { room, count in
      UnsafeMutableRawBufferPointer(room).adviseLargePages()
      for number in parts.indices {
        count = room[count...].initialize(fromContentsOf: parts[number])
        parts[number] = []
      }
    }
  }
}

/// Hands out the indices 0..<count, each once.
private final class WorkQueue: Sendable {
  private let next = Atomic<Int>(0)
  private let count: Int

  init(count: Int) { self.count = count }

  func take() -> Int? {
    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < count ? index : nil
  }

  func close() { next.store(count, ordering: .relaxed) }
}
