/// One row of the registry: which meter an endpoint reads, who is billed for it, and from which
/// read the next bill starts.
public struct ServicePoint: Sendable, Equatable {
  public var endpoint: EndpointID
  /// The meter's faceplate number.
  public var meterID: String
  public var accountID: String
  public var commodity: Commodity
  public var register: RegisterFormat
  public var cycle: BillingCycle
  public var installedOn: CivilDay
  /// Nil while the module is in service.
  public var removedOn: CivilDay?
  /// What the dials showed when the last bill was made.
  public var lastBilledRead: Int64
  /// When that read was taken.
  public var lastBilledAt: UTCMilliseconds

  public init(
    endpoint: EndpointID, meterID: String, accountID: String, commodity: Commodity,
    register: RegisterFormat, cycle: BillingCycle, installedOn: CivilDay,
    removedOn: CivilDay? = nil, lastBilledRead: Int64, lastBilledAt: UTCMilliseconds
  ) {
    self.endpoint = endpoint
    self.meterID = meterID
    self.accountID = accountID
    self.commodity = commodity
    self.register = register
    self.cycle = cycle
    self.installedOn = installedOn
    self.removedOn = removedOn
    self.lastBilledRead = lastBilledRead
    self.lastBilledAt = lastBilledAt
  }
}
