import Glibc
import Synchronization

/// The user wants the process to stop; it ends with `ExitCode.interrupted`.
struct Interrupted: Error, Equatable {}

/// Orderly stopping: the first SIGINT or SIGTERM sets a flag that long work looks at between
/// steps, so that files are left whole; the second ends the process at once. Commands that leave
/// nothing to tidy up end at the first.
enum Interrupt {
  /// How many signals have come. The handler does nothing but count, which is safe in a signal
  /// handler because it is one lock-free instruction.
  private static let signals = Atomic<Int>(0)
  /// How many signals are taken as a request before one ends the process.
  private static let requests = Atomic<Int>(1)

  /// Handles SIGINT and SIGTERM from now on, and ignores SIGPIPE so that writing to a closed pipe
  /// is an error (`StreamError.readerGone`) instead of sudden death.
  ///
  /// A signal that the parent process chose to ignore, as `nohup` and background jobs of scripts
  /// do, stays ignored. No system call ends for a signal (`FileSystem` makes it again, and threads
  /// that run tasks block signals), so input that may never come is awaited a while at a time.
  static func install() {
    // The first use of a global may take a lock, which the handler must not meet.
    _ = signals.load(ordering: .relaxed) + requests.load(ordering: .relaxed)
    for signal in [SIGINT, SIGTERM] { handle(signal) }
    var ignore = sigaction()
    ignore.__sigaction_handler.sa_handler = SIG_IGN
    sigaction(SIGPIPE, &ignore, nil)
  }

  private static func handle(_ signal: Int32) {
    var previous = sigaction()
    sigaction(signal, nil, &previous)
    let handler = unsafeBitCast(previous.__sigaction_handler.sa_handler, to: Int.self)
    if handler == unsafeBitCast(SIG_IGN, to: Int.self) { return }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in
      let earlier = Interrupt.signals.add(1, ordering: .relaxed).oldValue
      if earlier >= Interrupt.requests.load(ordering: .relaxed) {
        _exit(ExitCode.interrupted.rawValue)
      }
    }
    sigaction(signal, &action, nil)
  }

  /// From now on the first signal ends the process at once: for work that leaves nothing to tidy up.
  static func endAtOnce() { requests.store(0, ordering: .relaxed) }

  static var isRequested: Bool {
    signals.load(ordering: .relaxed) > 0
  }

  /// Throws once a signal has come; to be called between steps of long work.
  static func check() throws(Interrupted) {
    if isRequested { throw Interrupted() }
  }
}
