import Foundation
import Glibc
import TestSupport

/// A process that is killed, as by power, a reaper or `kill -9`, unless it ends first.
enum KilledProcess {
  /// How it ended: killed, or by itself with an exit code.
  enum Ending: Equatable {
    case killed
    case exited(Int32)
  }

  /// Runs `amr` and kills it a while after it started, or after a file appeared.
  ///
  /// - Parameters:
  ///   - microseconds: how long to wait.
  ///   - file: where given, waiting begins when this path exists.
  static func run(
    _ line: String, in scratch: TemporaryDirectory, microseconds: UInt32, after file: String? = nil
  ) throws -> Ending {
    let process = try Program.start(line, in: scratch)
    if let file {
      while access(file, F_OK) != 0 && process.isRunning { usleep(100) }
    }
    usleep(microseconds)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
      ? .killed : .exited(process.terminationStatus)
  }
}
