import Glibc
import JSON5
import RunPipeline

/// The machine that a command runs on.
enum Machine {
  /// The processors that are in operation, at least 1.
  static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

extension ParsedArguments {
  /// `--threads`, or all processors; so also for a command without that option.
  var threads: Int {
    let hasOption = command.option(named: OptionName.threads.rawValue) != nil
    return (hasOption ? integer(.threads) : nil) ?? Machine.processors
  }
}

/// Time since it was made, by the monotonic clock.
struct Stopwatch {
  private let start = monotonicNanoseconds()

  /// Whole milliseconds, as seconds.
  var seconds: Double { Double((monotonicNanoseconds() - start) / 1_000_000) / 1000 }
}

/// The last part of every summary: how long it took, and on what.
///
/// - Parameter seconds: the parts of the work with their durations; the whole comes last.
func costMembers(seconds: [(String, Double)], threads: Int) -> [(String, JSONNode)] {
  [
    ("seconds", .object(seconds.map { ($0.0, .double($0.1)) })), ("threads", .int(Int64(threads))),
    ("peak_rss_bytes", .int(Int64(peakResidentBytes()))), ("version", .string(amrVersion)),
  ]
}
