/// A meter's register as the frame carries it: a count that rolls over after `dials` digits.
public struct RegisterFormat: Hashable, Sendable {
  /// Decimal digits, 4…8.
  public let dials: Int
  /// Units (kWh, …) per count.
  public let multiplier: Int

  public init(dials: Int, multiplier: Int) {
    self.dials = dials
    self.multiplier = multiplier
  }

  /// The number of different values of the register, 10^dials.
  public var span: Int64 {
    (0..<dials).reduce(1) { power, _ in power * 10 }
  }

  /// What the dials show after `count` counts since zero.
  public func shown(_ count: Int64) -> Int64 { count % span }

  /// Counts between two readings of the dials, taking at most one rollover.
  ///
  /// The caller decides whether a rollover is plausible.
  public func counts(from previous: Int64, to current: Int64) -> Int64 {
    current >= previous ? current - previous : current - previous + span
  }
}
