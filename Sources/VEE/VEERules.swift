/// The limits of validation and estimation, each at its usual value.
///
/// Sources: CPUC D.98-12-080 Attachment C ("Standards for Validating, Editing, and Estimating
/// Monthly and Interval Data"), 52 Pa. Code § 56.12 and § 56.252. Limits that these leave open are
/// assumptions and say so.
public struct VEERules: Sendable, Equatable {
  /// Use of more than this many times the average daily use × days is not plausible (assumption).
  public var plausibleUseFactor: Int64 = 10

  public init() {}
}
