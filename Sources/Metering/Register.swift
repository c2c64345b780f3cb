/// A meter's register as the frame carries it: a count that rolls over after `dials` digits.
public struct RegisterFormat: Hashable, Sendable {
  // Registries have millions of rows.
  private let digitCount: UInt8
  private let factor: Int32

  /// Decimal digits, 4…8.
  public var dials: Int { Int(digitCount) }
  /// Units (kWh, …) per count.
  public var multiplier: Int { Int(factor) }

  /// - Parameters:
  ///   - dials: clamped to 0…18, beyond which 64 bits hold no span.
  ///   - multiplier: clamped to 32 bits.
  public init(dials: Int, multiplier: Int) {
    digitCount = UInt8(min(max(dials, 0), 18))
    factor = Int32(clamping: multiplier)
  }

  /// The number of different values of the register, 10^dials.
  public var span: Int64 { Self.powersOfTen[dials] }

  private static let powersOfTen: [Int64] = (0...18).map { exponent in
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }

  /// The number of different values that an SCM frame can carry of the register: its counter has 24
  /// bits, so that eight dials roll over early on the air.
  public var spanInSCM: Int64 { min(span, 1 << 24) }

  /// What the dials show after `count` counts since zero.
  public func shown(_ count: Int64) -> Int64 { count % span }

  /// Counts between two readings of the dials, taking at most one rollover.
  ///
  /// The caller decides whether a rollover is plausible.
  public func counts(from previous: Int64, to current: Int64) -> Int64 {
    current >= previous ? current - previous : current - previous + span
  }
}
