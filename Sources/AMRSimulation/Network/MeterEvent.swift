import CSV
import Metering

/// Something that truly happened to a module's meter, as no head-end is told.
public struct MeterEvent: Sendable, Equatable {
  /// What happened.
  public enum Kind: String, Sendable, CaseIterable {
    /// The meter was replaced by another, as the registry says.
    case exchange
    /// The meter was replaced by another without a word to the registry.
    case unreportedExchange = "unreported_exchange"
    /// The register stopped.
    case stuck
    /// The meter was interchanged with another module's, so that each module transmits what the
    /// other's meter shows; there is an event for each of the two.
    case swapped
    /// What the module transmits started over at zero. At the very instant of an exchange or a stop
    /// it is the old dials that did, with their last count.
    case rollover
  }

  /// The module.
  public var endpoint: EndpointID
  public var kind: Kind
  /// True time: the first instant at which the register shows it, a 5-minute boundary.
  public var at: UTCMilliseconds
  /// The local day that contains it.
  public var day: CivilDay
  /// The other module of a swap.
  public var partner: EndpointID?

  public init(
    endpoint: EndpointID, kind: Kind, at: UTCMilliseconds, day: CivilDay, partner: EndpointID? = nil
  ) {
    self.endpoint = endpoint
    self.kind = kind
    self.at = at
    self.day = day
    self.partner = partner
  }
}

/// Meter events as a CSV file: one row for each, in the order given.
///
/// | column | value |
/// |---|---|
/// | `endpoint_id` | the module's address |
/// | `kind` | `exchange`, `unreported_exchange`, `stuck`, `swapped` or `rollover` |
/// | `at` | true time, `YYYY-MM-DDThh:mm:ssZ` |
/// | `day` | the local day that contains it, `YYYY-MM-DD` |
/// | `partner_endpoint_id` | the other module of a swap; else empty |
public enum MeterEventFile {
  /// The bytes of the file; the header stands alone where nothing happened.
  public static func encode(_ events: [MeterEvent]) -> [UInt8] {
    var csv = CSVWriter()
    for name in ["endpoint_id", "kind", "at", "day", "partner_endpoint_id"] { csv.append(name) }
    csv.endRow()
    for event in events {
      csv.append(Int(event.endpoint.rawValue))
      csv.append(event.kind.rawValue)
      csv.append(iso8601(event.at))
      csv.append(event.day.description)
      if let partner = event.partner {
        csv.append(Int(partner.rawValue))
      } else {
        csv.appendEmpty()
      }
      csv.endRow()
    }
    return csv.take()
  }
}
