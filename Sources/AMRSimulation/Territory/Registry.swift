import Metering

/// The registry of a simulated utility: meter numbers, accounts, billing cycles, last bills.
enum Registry {
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

  /// One row for each module. The last billed read was taken at the end of its day.
  static func servicePoints(_ scenario: Scenario, territory: Territory, openingCounts: [Int64])
    -> [ServicePoint]
  {
    let clock = LocalClock(utcOffsetMinutes: scenario.utcOffsetMinutes)
    let count = territory.count
    let lastBills = lastBills(before: scenario.startDate)
    return (0..<count).map { index in
      let id = territory.endpointIDs[index]
      let moduleClass = scenario.moduleClasses[Int(territory.classIndices[index])]
      let cycle = cycle(index: index, count: count)
      let billed = lastBills[cycle.rawValue - 1]
      return ServicePoint(
        endpoint: EndpointID(rawValue: id), meterID: "M\(id)", accountID: "A\(id)",
        commodity: moduleClass.commodity,
        register: RegisterFormat(dials: moduleClass.dials, multiplier: moduleClass.multiplier),
        cycle: cycle, installedOn: billed,
        lastBilledRead: openingCounts[index], lastBilledAt: clock.startOfDay(billed + 1))
    }
  }
}
