import Metering

/// The registry of a simulated utility, one row for each module: meter numbers, accounts, billing
/// cycles, last bills. Rows are made when asked for.
public struct RegistryRows: RandomAccessCollection, Sendable {
  private let scenario: Scenario
  private let territory: Territory
  private let openingCounts: [UInt32]
  private let lastBills: [CivilDay]

  /// - Parameter openingCounts: what the dials showed when the last bill was made.
  init(_ scenario: Scenario, territory: Territory, openingCounts: [UInt32]) {
    self.scenario = scenario
    self.territory = territory
    self.openingCounts = openingCounts
    lastBills = Self.lastBills(before: scenario.startDate)
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { territory.count }

  /// The last billed read was taken at the end of its day.
  public subscript(index: Int) -> ServicePoint {
    let id = territory.endpointIDs[index]
    let moduleClass = scenario.moduleClasses[Int(territory.classIndices[index])]
    let cycle = Self.cycle(index: index, count: territory.count)
    let billed = lastBills[cycle.rawValue - 1]
    let clock = scenario.clock
    return ServicePoint(
      endpoint: EndpointID(rawValue: id), meterID: "M\(id)", accountID: "A\(id)",
      commodity: moduleClass.commodity,
      register: RegisterFormat(dials: moduleClass.dials, multiplier: moduleClass.multiplier),
      cycle: cycle, installedAt: clock.startOfDay(billed),
      lastBilledRead: Int64(openingCounts[index]),
      lastBilledAt: clock.startOfDay(billed + 1))
  }

  /// The billing cycle of the module at an index: routes are contiguous, of equal size.
  static func cycle(index: Int, count: Int) -> BillingCycle {
    BillingCycle(rawValue: 1 + index * BillingCycle.count / count)!
  }

  /// The day of each billing cycle's last bill before the run starts, cycle 1 first.
  static func lastBills(before start: CivilDay) -> [CivilDay] {
    BillingCycle.allCases.map { cycle in
      let thisMonth = cycle.scheduledRead(year: start.year, month: start.month)
      return thisMonth < start ? thisMonth : cycle.scheduledReadBefore(start)
    }
  }
}
