/// An instant as milliseconds since 1970-01-01T00:00:00Z.
public typealias UTCMilliseconds = Int64

/// Milliseconds of one day.
public let millisecondsPerDay: Int64 = 86_400_000

/// The scenario's civil time: a fixed offset from UTC, without daylight saving.
public struct LocalClock: Sendable, Hashable {
  /// Minutes to add to UTC, −300 in Pittsburgh.
  public let utcOffsetMinutes: Int

  public init(utcOffsetMinutes: Int) { self.utcOffsetMinutes = utcOffsetMinutes }

  /// 00:00 local time of a day.
  public func startOfDay(_ day: CivilDay) -> UTCMilliseconds {
    Int64(day.number) * millisecondsPerDay - Int64(utcOffsetMinutes) * 60_000
  }

  /// The local day that contains an instant.
  public func day(of instant: UTCMilliseconds) -> CivilDay {
    let local = instant + Int64(utcOffsetMinutes) * 60_000
    let quotient = local / millisecondsPerDay
    return CivilDay(number: Int(local % millisecondsPerDay < 0 ? quotient - 1 : quotient))
  }
}
