import Parallel
import Testing

@Suite("Parallel map")
struct ParallelMapTests {
  struct Failure: Error, Equatable {}

  @Test("results come in order, whatever the number of workers", arguments: [1, 2, 3, 7, 64])
  func order(threads: Int) async throws {
    for count in [0, 1, 2, 5, 1000] {
      let squares = try await parallelMap(count: count, threads: threads) { $0 * $0 }
      #expect(squares == (0..<count).map { $0 * $0 })
    }
  }

  @Test("the share that is done is told on the way, and up to the whole", arguments: [1, 2, 5])
  func progress(threads: Int) async throws {
    for count in [0, 1, 2, 9, 100] {
      var shares: [Double] = []
      let squares = try await parallelMap(
        count: count, threads: threads, progress: { shares.append($0) }
      ) { $0 * $0 }
      #expect(squares == (0..<count).map { $0 * $0 })
      #expect(shares == shares.sorted() && shares.last == (count == 0 ? nil : 1))
    }
  }

  @Test("a progress that gives up ends the work", arguments: [1, 2])
  func givingUp(threads: Int) async {
    let giveUp: (Double) throws -> Void = { _ in throw Failure() }
    await #expect(throws: Failure.self) {
      _ = try await parallelMap(count: 100, threads: threads, progress: giveUp) { $0 }
    }
  }

  @Test("a failure reaches the caller", arguments: [1, 2, 5])
  func failure(threads: Int) async {
    await #expect(throws: Failure.self) {
      try await parallelMap(count: 100, threads: threads) { index in
        if index == 50 { throw Failure() }
        return index
      }
    }
  }

  @Test("ranges follow one another over all indices", arguments: [1, 3])
  func ranges(threads: Int) async throws {
    for count in [0, 1, 9, 10, 11, 100] {
      let parts = try await parallelRanges(count: count, length: 10, threads: threads) { range in
        #expect((1...10).contains(range.count))
        return Array(range)
      }
      #expect(parts.count == (count + 9) / 10)
      #expect(Array(concatenating: parts) == Array(0..<count))
    }
  }
}
