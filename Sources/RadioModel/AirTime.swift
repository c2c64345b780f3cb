/// The unit of simulated time, one chip of the 32,768 Hz chip clock.
public enum Ticks {
  /// Ticks of one second.
  public static let perSecond: Int64 = 32_768
  /// Ticks of 24 hours.
  public static let perDay: Int64 = 86_400 * perSecond
}

/// The kinds of Manchester-coded frames on the air.
public enum FrameKind: UInt8, Sendable, CaseIterable {
  /// Standard Consumption Message: one register.
  case scm
  /// SCM+: one register, and a longer address.
  case scmPlus
  /// Interval Data Message: a register and 47 intervals.
  case idm

  /// Bits from the preamble to the end of the checksum.
  public var bits: Int {
    switch self {
    case .scm: 96
    case .scmPlus: 128
    case .idm: 736
    }
  }

  /// Time on the air in ticks: two chips for each bit.
  public var ticks: Int64 { 2 * Int64(bits) }
}
