/// What validation and estimation found about a read, an interval or a bill.
///
/// A flag is no verdict by itself: whether it rejects, holds or only marks is said with each.
public enum VEEFlag: String, CaseIterable, Sendable {
  /// The register passed its highest count: accepted.
  case rollover
  /// The period contains a meter exchange by work order: accepted.
  case exchange
  /// Far more use than in the reference period: a person verifies.
  case high
  /// Far less use than in the reference period: a person verifies.
  case low
  /// An active meter without use for a billing period: accepted, checked in the field.
  case zero
  /// The register ran backwards by more than a rollover explains: rejected.
  case negative
  /// One interval stands out of its day.
  case spike
  /// The intervals and the register disagree about the use of a period.
  case sum
  /// A tamper counter changed since the last read: accepted.
  case tamper
  /// Power failed within the interval: actual data, but no model for others.
  case outage
  /// The read came after its slot had closed.
  case late
  /// A value on the line between two others.
  case interpolated
  /// A value averaged from reference days.
  case referenceDay = "reference_day"
  /// A value scaled so that the gap adds up to the register.
  case profileScaled = "profile_scaled"
  /// A time in the future, or of a clock that is too wrong.
  case clock
  /// Further receptions of the same read.
  case duplicate
  /// A module that the registry does not have: rejected.
  case unknownID = "unknown_id"
  /// An ERT type that does not fit the meter's commodity: rejected.
  case wrongType = "wrong_type"
  /// The register stands still although use was expected.
  case stuck
  /// Two modules read each other's meter.
  case swapped
  /// The register changed as by a meter exchange, but there is no work order: held.
  case unreportedExchange = "unreported_exchange"
  /// No good read for many days: read by hand.
  case noRead = "no_read"
  /// More use than is plausible.
  case implausibleUse = "implausible_use"
  /// Use on an inactive account: accepted.
  case inactiveUse = "inactive_use"
  /// Read before the module's installation: held.
  case beforeInstallation = "before_installation"
  /// Read after the module's removal: rejected.
  case afterRemoval = "after_removal"
  /// A count that the dials cannot show: rejected.
  case beyondDials = "beyond_dials"
}
