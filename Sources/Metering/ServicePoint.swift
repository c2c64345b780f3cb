/// One row of the registry: which meter an endpoint reads, where, for whom, and from when to when.
///
/// An endpoint has one row for each meter that it served, for each cycle and account that the meter
/// moved to, and so on: its rows follow one another in time without overlap.
public struct ServicePoint: Sendable, Equatable {
  // In an order that leaves few gaps, as registries have millions of rows: an optional whole number
  // takes nine bytes, and three of one byte each fill up to twelve.

  /// The meter's faceplate number.
  public var meterID: String
  /// The place that is supplied. It has at most one meter of each commodity at a time, so that a
  /// meter that follows another there has replaced it.
  public var servicePointID: String
  /// Who is billed; empty while nobody is.
  public var accountID: String
  /// The first instant no longer in service; nil while the row holds.
  public var removedAt: UTCMilliseconds?
  public var commodity: Commodity
  public var cycle: BillingCycle
  public var service: ReadService
  public var endpoint: EndpointID
  /// What the dials showed at the removal, where a fitter noted it.
  public var removedRead: Int64?
  public var register: RegisterFormat
  /// The first instant in service.
  public var installedAt: UTCMilliseconds
  /// What the dials showed when the last bill was made, or at the installation if that was later:
  /// where the next bill starts.
  public var lastBilledRead: Int64
  /// When that read was taken.
  public var lastBilledAt: UTCMilliseconds

  /// - Parameter servicePointID: nil is the account's only one, or where nobody is billed, the meter's.
  public init(
    endpoint: EndpointID, meterID: String, servicePointID: String? = nil, accountID: String,
    commodity: Commodity, register: RegisterFormat, cycle: BillingCycle,
    service: ReadService = .daily, installedAt: UTCMilliseconds, removedAt: UTCMilliseconds? = nil,
    removedRead: Int64? = nil,
    lastBilledRead: Int64, lastBilledAt: UTCMilliseconds
  ) {
    self.endpoint = endpoint
    self.meterID = meterID
    self.servicePointID = servicePointID ?? (accountID.isEmpty ? meterID : accountID)
    self.accountID = accountID
    self.commodity = commodity
    self.register = register
    self.cycle = cycle
    self.service = service
    self.installedAt = installedAt
    self.removedAt = removedAt
    self.removedRead = removedRead
    self.lastBilledRead = lastBilledRead
    self.lastBilledAt = lastBilledAt
  }

  /// Whether the row holds at an instant.
  public func isInService(at instant: UTCMilliseconds) -> Bool {
    instant >= installedAt && (removedAt.map { instant < $0 } ?? true)
  }
}
