import DurableFiles
import Glibc
import Synchronization

/// Counts system calls and lets all from the n-th on fail, as if the process had died there.
final class Crash: Sendable {
  private let left: Atomic<Int>

  init(after calls: Int) { left = Atomic(calls) }

  var fileSystem: FileSystem {
    FileSystem { [self] _, _ in
      left.wrappingSubtract(1, ordering: .relaxed).newValue < 0 ? .fail(EIO) : nil
    }
  }

  var happened: Bool { left.load(ordering: .relaxed) < 0 }
}
