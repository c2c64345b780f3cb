import Metering

/// Average daily use (ADU) to two decimals.
///
/// In units (kWh, …) a day, or in counts a day where the caller works in counts.
public struct AverageDailyUse: Hashable, Comparable, Sendable {
  /// Hundredths of a unit a day.
  public var hundredths: Int64

  public init(hundredths: Int64) { self.hundredths = hundredths }

  /// The average of `use` units in `days` days, rounded half up to two decimals as proposed in the
  /// mail of CPUC's working group (msg00102); saturates at 64 bits. Nil for less than one day.
  public init?(use: Int64, days: Int) {
    guard days >= 1 else { return nil }
    hundredths = Int64(clamping: roundedHalfUp(Int128(use) * 100, Int128(days)))
  }

  /// The same for a time that is no whole number of days. Nil when it is not above 0.
  public init?(use: Int64, over milliseconds: Int64) {
    guard milliseconds > 0 else { return nil }
    let total = Int128(use) * 100 * Int128(millisecondsPerDay)
    hundredths = Int64(clamping: roundedHalfUp(total, Int128(milliseconds)))
  }

  /// Use of so many days in hundredths of a unit; exact, but saturates at 64 bits.
  public func use(days: Int) -> Int64 {
    Int64(clamping: Int128(hundredths) * Int128(days))
  }

  /// Use of a time that is no whole number of days, in hundredths of a unit, rounded half up;
  /// saturates at 64 bits.
  public func use(over milliseconds: Int64) -> Int64 {
    Int64(clamping: roundedHalfUp(Int128(hundredths) * Int128(milliseconds), wideDay))
  }

  public static func < (left: Self, right: Self) -> Bool { left.hundredths < right.hundredths }
}

private let wideDay = Int128(millisecondsPerDay)
