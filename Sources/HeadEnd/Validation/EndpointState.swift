import Metering

/// What validation carries of an endpoint from one month to the next: where the next month's reads
/// are judged from. Kept in the table `monthly`.
struct EndpointState: Sendable, Equatable {
  /// Reads that were rejected because the register had left its level, as long as they agree with
  /// one another.
  struct Departure: Sendable, Equatable {
    var firstRegister: UInt32
    var firstAt: UTCMilliseconds
    var lastRegister: UInt32
    var lastAt: UTCMilliseconds
    var reads: Int32
  }

  /// The last good read, by which an endpoint that was never read has what the registry states.
  var register: UInt32
  var readAt: UTCMilliseconds
  /// Mean daily use as of that read, in hundredths of a count; 0 where it is not known.
  var dailyUse: Int64
  /// The day since which the register has shown this count; nil before the first good read.
  var unchangedSince: CivilDay?
  /// Mean daily use while it still moved.
  var movingUse: Int64
  /// The value of the last day, which may be an estimate; nil where it has none.
  var endValue: UInt32?
  /// The tamper counters of the last frame; nil before the first.
  var tamper: UInt8?
  var departure: Departure?
  /// When the last good reception was, where the meter is read once a month: a read window may begin
  /// in the month before. Nil where there was none.
  var receivedAt: UTCMilliseconds?

  /// Whether there was a good read.
  var wasRead: Bool { unchangedSince != nil }
}
