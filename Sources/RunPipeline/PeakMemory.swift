import Glibc

/// The most memory that the process has had in RAM so far, in bytes.
public func peakResidentBytes() -> Int {
  var usage = rusage()
  // The system counts in KiB.
  return getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 ? usage.ru_maxrss * 1024 : 0
}
