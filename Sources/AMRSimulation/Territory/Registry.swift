import Metering
import RadioModel

/// The registry of a simulated utility: meter numbers, accounts, billing cycles, last bills. There
/// is one row for each module, and one more for each meter that replaces another by a work order.
/// Rows are made when asked for.
public struct RegistryRows: RandomAccessCollection, Sendable {
  private let scenario: Scenario
  private let territory: Territory
  private let openingCounts: [UInt32]
  private let lastBills: [CivilDay]
  private let exchanges: [MeterExchange]

  /// - Parameters:
  ///   - openingCounts: what the dials showed when the last bill was made.
  ///   - exchanges: at most one for each module, by ascending module.
  init(
    _ scenario: Scenario, territory: Territory, openingCounts: [UInt32],
    exchanges: [MeterExchange]
  ) {
    self.scenario = scenario
    self.territory = territory
    self.openingCounts = openingCounts
    self.exchanges = exchanges
    lastBills = Self.lastBills(before: scenario.startDate)
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { territory.count + exchanges.count }

  /// The last billed read was taken at the end of its day, or when a new meter was installed.
  public subscript(row: Int) -> ServicePoint {
    let (index, exchange, isNew) = module(ofRow: row)
    var point = firstMeter(index)
    guard let exchange else { return point }
    let at =
      scenario.clock.startOfDay(scenario.startDate) + exchange.tick * 1000 / Ticks.perSecond
    if isNew {
      point.meterID += "-2"
      point.installedAt = at
      point.lastBilledRead = exchange.firstCount
      point.lastBilledAt = at
    } else {
      point.removedAt = at
      point.removedRead = exchange.lastCount
    }
    return point
  }

  /// The module that a row is about, its exchange, and whether the row is that of the new meter.
  private func module(ofRow row: Int) -> (index: Int, exchange: MeterExchange?, isNew: Bool) {
    // The new meter of exchange n stands n + 1 rows behind where its module would stand alone.
    var (before, end) = (0, exchanges.count)
    while before < end {
      let middle = (before + end) / 2
      if exchanges[middle].index + middle + 1 <= row { before = middle + 1 } else { end = middle }
    }
    if before > 0, exchanges[before - 1].index + before == row {
      return (exchanges[before - 1].index, exchanges[before - 1], true)
    }
    let index = row - before
    let exchange = before < exchanges.count && exchanges[before].index == index
    return (index, exchange ? exchanges[before] : nil, false)
  }

  /// The meter with which a module starts the run.
  private func firstMeter(_ index: Int) -> ServicePoint {
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

/// A meter that is replaced by another, with a work order that says what both showed.
struct MeterExchange: Sendable, Equatable {
  /// Of the module.
  let index: Int
  /// Ticks since the start of the run.
  let tick: Int64
  let lastCount: Int64
  let firstCount: Int64
}
