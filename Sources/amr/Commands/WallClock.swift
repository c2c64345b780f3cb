import Glibc
import Metering

/// This moment by the machine's clock. Commands alone ask for it: everything below them is told.
func wallClock() -> UTCMilliseconds {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
}
