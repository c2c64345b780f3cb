import Glibc
import Synchronization

/// A progress bar on standard error, for long phases on a terminal; silent otherwise.
///
/// Any thread may report. Reporting costs one atomic addition and, when no other thread is just
/// drawing, a look at the clock; nothing is drawn between reports.
final class ProgressBar: Sendable {
  private struct State {
    var line: ProgressLine
    var start: UInt64
    var schedule: ProgressSchedule
    /// The characters on the terminal that have to be blanked.
    var drawn = 0
  }

  private let isShown: Bool
  private let now: @Sendable () -> UInt64
  private let write: @Sendable (String) -> Void
  private let width: @Sendable () -> Int
  private let count = Atomic<Int64>(0)
  private let state = Mutex<State?>(nil)

  /// - Parameter isQuiet: show nothing, terminal or not.
  convenience init(isQuiet: Bool) {
    self.init(
      isShown: !isQuiet && Terminal.isTerminal(.error),
      now: monotonicNanoseconds,
      // A terminal that takes no progress is no reason to stop the work.
      write: { text in try? Terminal.write(text, to: .error) },
      width: { Terminal.width(of: .error) })
  }

  init(
    isShown: Bool, now: @escaping @Sendable () -> UInt64,
    write: @escaping @Sendable (String) -> Void, width: @escaping @Sendable () -> Int
  ) {
    self.isShown = isShown
    self.now = now
    self.write = write
    self.width = width
  }

  /// Begins a phase at a count of zero, ending the one before.
  func begin(_ phase: String, unit: String, total: Int64?) {
    guard isShown else { return }
    finish()
    state.withLock { state in
      let start = now()
      count.store(0, ordering: .relaxed)
      state = State(
        line: ProgressLine(phase: phase, unit: unit, total: total), start: start,
        schedule: ProgressSchedule(start: start))
    }
  }

  /// Adds to the count, and draws the bar if it is time to.
  func advance(by amount: Int64 = 1) {
    guard isShown else { return }
    count.add(amount, ordering: .relaxed)
    // A thread that finds another one drawing has nothing to add.
    _ = state.withLockIfAvailable { state in
      let time = now()
      guard state?.schedule.isDue(at: time) == true, let current = state else { return }
      // One character less than the width keeps the cursor on the line.
      let text = current.line.text(
        count: count.load(ordering: .relaxed),
        seconds: Double(time - current.start) / 1e9, width: width() - 1)
      let blanks = String(repeating: " ", count: max(0, current.drawn - text.count))
      write("\r" + text + blanks)
      state?.drawn = text.count
    }
  }

  /// Ends the phase and clears the line.
  func finish() {
    guard isShown else { return }
    state.withLock { state in
      if let drawn = state?.drawn, drawn > 0 {
        write("\r" + String(repeating: " ", count: drawn) + "\r")
      }
      state = nil
    }
  }
}

/// The time of the monotonic clock, in nanoseconds.
@Sendable func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
