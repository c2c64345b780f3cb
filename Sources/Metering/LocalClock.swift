import Digits

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

/// ISO 8601 in UTC to the second, `1998-06-30T05:00:00Z`; fractions are cut off.
public func iso8601(_ instant: UTCMilliseconds) -> String {
  let day = LocalClock(utcOffsetMinutes: 0).day(of: instant)
  let second = Int((instant - Int64(day.number) * millisecondsPerDay) / 1000)
  let time = [second / 3600, second / 60 % 60, second % 60].map { digits($0, width: 2) }
  return "\(day)T\(time.joined(separator: ":"))Z"
}

/// ISO 8601 in UTC to the millisecond, `1998-06-30T05:00:00.250Z`.
public func iso8601WithMilliseconds(_ instant: UTCMilliseconds) -> String {
  let rest = ((instant % 1000) + 1000) % 1000
  return "\(iso8601(instant).dropLast()).\(digits(rest, width: 3))Z"
}
