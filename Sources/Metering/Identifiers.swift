/// A meter module's address on the air: 26 bits in SCM frames, 32 bits in later ones.
public struct EndpointID: RawRepresentable, Hashable, Comparable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A fixed receiver's number.
public struct CollectorID: RawRepresentable, Hashable, Comparable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What a meter measures.
public enum Commodity: String, CaseIterable, Sendable {
  case electric
  case gas
  case water
}

extension Commodity {
  /// The unit that consumption is billed in.
  public var billingUnit: String {
    switch self {
    case .electric: "KWH"
    case .gas: "CCF"
    case .water: "GAL"
    }
  }
}

/// How far a read can be trusted: the one vocabulary of store and exports.
///
/// A corrected value is a higher version of a read, not a quality.
public enum Quality: String, CaseIterable, Sendable {
  case actual
  case customer
  case estimated
  case verified
  case rejected
  case missing
}
