import Metering
import RadioModel
import RandomStreams

/// The registry of a simulated utility: meter numbers, accounts, billing cycles, last bills.
///
/// A module has one row from the start of the run or from its installation on, and another one from
/// each later change on; one that is not installed in the run's time has none. Rows are made when
/// asked for.
public struct RegistryRows: RandomAccessCollection, Sendable {
  /// One stretch of time of a module.
  private struct Row: Sendable {
    let module: UInt32
    /// Place of the module's first change.
    let firstChange: UInt32
    /// Place behind the last change of those that have happened when the row begins.
    let end: UInt32
  }

  private let scenario: Scenario
  private let territory: Territory
  private let openingCounts: [UInt32]
  private let lastBills: [CivilDay]
  private let changes: [RegistryChange]
  private let isMobile: @Sendable (Int) -> Bool
  /// Empty where each module has one row, all the time.
  private let rows: [Row]

  /// - Parameters:
  ///   - openingCounts: what the dials showed when the last bill was made.
  ///   - changes: by ascending module, those of one by ascending instant.
  ///   - isPresent: whether a module is in service at the start or has an installation in `changes`.
  ///   - isMobile: whether the fixed network does not serve a module when its service begins.
  init(
    _ scenario: Scenario, territory: Territory, openingCounts: [UInt32],
    changes: [RegistryChange], isPresent: (Int) -> Bool, isMobile: @escaping @Sendable (Int) -> Bool
  ) {
    self.scenario = scenario
    self.territory = territory
    self.openingCounts = openingCounts
    self.changes = changes
    self.isMobile = isMobile
    lastBills = Self.lastBills(before: scenario.startDate)
    var rows: [Row] = []
    var next = 0
    for module in 0..<territory.count {
      let first = next
      while next < changes.count, changes[next].index == module { next += 1 }
      guard isPresent(module) else { continue }
      func add(_ end: Int) {
        rows.append(
          Row(module: UInt32(module), firstChange: UInt32(first), end: UInt32(end)))
      }
      if first == next || changes[first].kind != .installation { add(first) }
      for place in first..<next
      where place + 1 == next || changes[place + 1].tick > changes[place].tick { add(place + 1) }
    }
    self.rows = changes.isEmpty && rows.count == territory.count ? [] : rows
    count = rows.count
  }

  public let count: Int
  public var startIndex: Int { 0 }
  public var endIndex: Int { count }

  /// The last billed read was taken at the end of its day, or when the row began.
  public subscript(number: Int) -> ServicePoint {
    if rows.isEmpty { return firstMeter(number) }
    let row = rows[number]
    let module = Int(row.module)
    var point = firstMeter(module)
    var moves = 0
    for change in changes[Int(row.firstChange)..<Int(row.end)] {
      let at = instant(change)
      point.installedAt = at
      point.lastBilledAt = at
      point.lastBilledRead = change.count
      switch change.kind {
      case .installation: break
      case .conversion: point.service = .daily
      case .move:
        moves += 1
        point.accountID = "A\(point.endpoint.rawValue)-\(moves + 1)"
      case .exchange(let first):
        point.meterID += "-2"
        point.lastBilledRead = first
      }
    }
    let next = Int(row.end)
    if next < changes.count, changes[next].index == module {
      point.removedAt = instant(changes[next])
      point.removedRead = changes[next].count
    }
    return point
  }

  private func instant(_ change: RegistryChange) -> UTCMilliseconds {
    scenario.clock.startOfDay(scenario.startDate) + change.tick * 1000 / Ticks.perSecond
  }

  /// The meter with which a module starts.
  private func firstMeter(_ index: Int) -> ServicePoint {
    let id = territory.endpointIDs[index]
    let moduleClass = scenario.moduleClasses[Int(territory.classIndices[index])]
    let cycle = Self.cycle(index: index, count: territory.count)
    let billed = lastBills[cycle.rawValue - 1]
    let clock = scenario.clock
    return ServicePoint(
      endpoint: EndpointID(rawValue: id), meterID: "M\(id)", servicePointID: "A\(id)",
      accountID: "A\(id)", commodity: moduleClass.commodity,
      register: RegisterFormat(dials: moduleClass.dials, multiplier: moduleClass.multiplier),
      cycle: cycle, service: isMobile(index) ? .monthly : .daily,
      installedAt: clock.startOfDay(billed),
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

/// A change of what the registry says of a module.
struct RegistryChange: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    /// The module comes into service.
    case installation
    /// The fixed network serves it from then on.
    case conversion
    /// Another account takes over.
    case move
    /// The meter is replaced by another, which shows `firstCount`; a work order says so.
    case exchange(firstCount: Int64)
  }

  /// Of the module.
  let index: Int
  /// Ticks since the start of the run.
  let tick: Int64
  let kind: Kind
  /// What the dials show: the old meter's, where it is replaced.
  let count: Int64
}

extension RegistryChange {
  /// A change whose count is not known yet.
  struct Plan: Sendable {
    let index: Int
    let tick: Int64
    let kind: Kind
  }

  /// Installations, conversions and moves of a run, by ascending module and instant.
  static func planned(_ scenario: Scenario, territory: Territory, history: ServiceHistory)
    -> [Plan]
  {
    let end = scenario.days
    var plans: [Plan] = []
    for index in 0..<territory.count {
      let installed = Int(history.installedDay(index))
      guard installed < end else { continue }
      var mine: [Plan] = []
      func plan(_ day: Int, _ kind: Kind) {
        mine.append(Plan(index: index, tick: Int64(day) * Ticks.perDay, kind: kind))
      }
      if installed > 0 { plan(installed, .installation) }
      let converted = Int(history.convertedDay(index))
      if converted > max(0, installed), converted < end { plan(converted, .conversion) }
      for day in moves(scenario, endpoint: territory.endpointIDs[index])
      where day > max(0, installed) && day < end { plan(day, .move) }
      // The planned kinds stand in the order in which equal instants keep them.
      mine.sort { $0.tick < $1.tick }
      plans += mine
    }
    return plans
  }

  /// The days of the run at whose start an account changes: one in a year at most.
  private static func moves(_ scenario: Scenario, endpoint: UInt32) -> [Int] {
    guard scenario.meters.movesPerYear > 0 else { return [] }
    let draws = RandomStream(seed: scenario.seed, .accountMove, entity: endpoint)
    return (0...scenario.days / 365).compactMap { year in
      let words = draws.words(UInt32(year))
      return unit(words.x) < scenario.meters.movesPerYear
        ? year * 365 + Int(below(365, words.y)) : nil
    }
  }
}
