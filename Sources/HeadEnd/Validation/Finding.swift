import Metering
import VEE

/// What validation noticed of an endpoint in a month.
struct Finding: Sendable, Equatable {
  var endpoint: UInt32
  var flag: VEEFlag
  /// The first and the last day concerned.
  var firstDay: CivilDay
  var lastDay: CivilDay
  /// How many reads it is about.
  var reads: Int = 1
  /// The register before and after, in counts, where it is about registers.
  var before: Int64?
  var after: Int64?
  /// How much of the commodity may be billed wrongly for it, in its unit; 0 where nothing is.
  var units: Int64 = 0
  /// The other endpoint, of two whose meters are interchanged.
  var partner: UInt32?
}
