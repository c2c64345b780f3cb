import Metering

extension Quality {
  /// Which of several values of one read is the current one: the greatest preference.
  ///
  /// Verified, then actual, customer, estimated and missing. Nil for a rejected value, which is
  /// kept but never current.
  public var preference: Int? {
    switch self {
    case .verified: 4
    case .actual: 3
    case .customer: 2
    case .estimated: 1
    case .missing: 0
    case .rejected: nil
    }
  }

  /// Whether a value of this quality stands for what was used, rather than for a guess or nothing.
  public var isGood: Bool {
    switch self {
    case .verified, .actual, .customer: true
    case .estimated, .missing, .rejected: false
    }
  }
}
