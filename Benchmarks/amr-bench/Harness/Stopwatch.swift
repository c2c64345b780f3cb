import Glibc

/// CPU time of all threads of this process, and time on the wall, in nanoseconds.
struct Instant: Sendable {
  let cpu: Int64
  let wall: Int64

  static func now() -> Instant {
    Instant(cpu: read(CLOCK_PROCESS_CPUTIME_ID), wall: read(CLOCK_MONOTONIC))
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// Median, least and greatest of some figures.
struct Spread: Sendable, Equatable {
  let median: Double
  let min: Double
  let max: Double

  /// - Parameter values: at least one.
  init(_ values: [Double]) {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    median =
      sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    min = sorted[0]
    max = sorted[sorted.count - 1]
  }

  init(median: Double, min: Double, max: Double) {
    self.median = median
    self.min = min
    self.max = max
  }
}
