import Synchronization

/// Runs asynchronous work on the thread that waits for it, with no other thread in the process: a
/// pass does not share its core with a thread pool, and instruction counters, some of which do not
/// survive the start of a pool, see one thread.
final class CallingThread: TaskExecutor {
  private let jobs = Mutex<[UnownedJob]>([])

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
  }

  /// Runs `body` and everything that it waits for; returns when nothing is left to do.
  static func run(_ body: @escaping @Sendable () async -> Void) {
    let executor = CallingThread()
    Task(executorPreference: executor) { await body() }
    while let job = executor.next() {
      job.runSynchronously(on: executor.asUnownedTaskExecutor())
    }
  }

  private func next() -> UnownedJob? {
    jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
  }
}
