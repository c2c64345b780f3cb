import Metering

/// Why a billing line needs a second look.
public enum ExceptionReason: String, CaseIterable, Sendable {
  /// No actual read in the window.
  case noReadInWindow = "no_read_in_window"
  /// The register ran backwards by more than a rollover explains.
  case negativeConsumption = "negative_consumption"
  /// The count does not fit the dials that the registry states.
  case beyondDials = "beyond_dials"
  /// Fewer than 26 days since the last billed read.
  case shortPeriod = "short_period"
  /// More than 35 days since the last billed read.
  case longPeriod = "long_period"
}

/// What one meter is billed on for one period.
public struct Determinant: Hashable, Sendable {
  /// Days of a billing month: 26 to 35 inclusive (52 Pa. Code § 56.12, § 56.252).
  public static let billingMonthDays = 26...35

  /// `actual`, `rejected` or `missing`.
  public let quality: Quality
  public let reason: ExceptionReason?
  /// The read that ends the period; nil when missing.
  public let read: RegisterRead?
  /// Counts since the last billed read; nil unless the read is billed.
  public let counts: Int64?
  /// Counts times the register's multiplier, in the commodity's unit; nil unless billed.
  public let consumption: Int64?
  /// Whether the register passed its highest count within the period.
  public let rolledOver: Bool
  /// Local dates between the two reads; nil when missing.
  public let days: Int?

  /// Decides one billing line.
  ///
  /// A count below the previous one is a rollover when the use it implies,
  /// (current − previous) mod 10^dials, is at most half the span of the dials; otherwise the
  /// register ran backwards and the read is kept but not billed.
  public init(
    register: RegisterFormat, previous: RegisterRead, read: RegisterRead?, clock: LocalClock
  ) {
    self.read = read
    guard let read else {
      (quality, reason) = (.missing, .noReadInWindow)
      (counts, consumption, rolledOver, days) = (nil, nil, false, nil)
      return
    }
    let period = clock.day(of: read.at) - clock.day(of: previous.at)
    days = period
    let span = register.span
    guard read.count >= 0, read.count < span else {
      (quality, reason) = (.rejected, .beyondDials)
      (counts, consumption, rolledOver) = (nil, nil, false)
      return
    }
    let backwards = read.count < previous.count
    let used = register.counts(from: previous.count, to: read.count)
    guard !backwards || used <= span / 2 else {
      (quality, reason) = (.rejected, .negativeConsumption)
      (counts, consumption, rolledOver) = (nil, nil, false)
      return
    }
    quality = .actual
    reason =
      period < Self.billingMonthDays.lowerBound
      ? .shortPeriod : period > Self.billingMonthDays.upperBound ? .longPeriod : nil
    counts = used
    consumption = used * Int64(register.multiplier)
    rolledOver = backwards
  }
}
