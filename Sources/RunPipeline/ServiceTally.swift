import AMRSimulation
import BillingExport
import HeadEnd
import Metering
import Reporting

/// Counts which reads were expected in a run and which of them are there, by day and by area.
struct ServiceTally {
  private let network: FixedNetwork
  private let areas: [Areas.Area]
  private let dayCount: Int
  /// Reads of the fixed network, by area.
  private var daily: [ReadFigures]
  /// Reads of the fixed network, by day of the run.
  private(set) var days: [ReadFigures] = []

  init(_ network: FixedNetwork) {
    self.network = network
    areas = network.areas.list
    dayCount = network.scenario.days
    daily = areas.map { _ in ReadFigures() }
  }

  /// All reads that the fixed network owed.
  var total: ReadFigures {
    ReadFigures(
      expected: days.reduce(0) { $0 + $1.expected }, read: days.reduce(0) { $0 + $1.read })
  }

  /// Counts the reads of the run's days in a store.
  ///
  /// - Parameter check: called before each day; may throw to give up.
  mutating func count(_ store: borrowing ReadStore, check: () throws -> Void) throws {
    let reads = StoreReads(store)
    let ids = network.territory.endpointIDs
    for number in 0..<dayCount {
      try check()
      var day = ReadFigures()
      for module in ids.indices where network.history.isFixed(module, on: number) {
        daily[Int(network.areas.ofModule[module])].expected += 1
        day.expected += 1
      }
      if let content = try reads.reads(on: network.scenario.startDate + number) {
        // Both are in ascending order of endpoint.
        var module = 0
        for (row, endpoint) in content.endpointIDs.enumerated()
        where content.qualities[row] == .actual {
          while module < ids.count, ids[module] < endpoint { module += 1 }
          guard module < ids.count, ids[module] == endpoint,
            network.history.isFixed(module, on: number)
          else { continue }
          daily[Int(network.areas.ofModule[module])].read += 1
          day.read += 1
        }
      }
      days.append(day)
    }
  }

  /// The areas of the territory.
  ///
  /// - Parameter monthly: reads of vans, by area; empty where there are none.
  func areaSummaries(monthly: [ReadFigures]) -> [AreaSummary] {
    var summaries = areas.map { AreaSummary(name: $0.name, modules: $0.modules) }
    for module in network.territory.endpointIDs.indices {
      let area = Int(network.areas.ofModule[module])
      if network.history.isInstalled(module, on: dayCount - 1) { summaries[area].installed += 1 }
      if network.history.isFixed(module, on: dayCount - 1) { summaries[area].fixed += 1 }
    }
    for area in summaries.indices {
      summaries[area].daily = daily[area]
      if !monthly.isEmpty { summaries[area].monthly = monthly[area] }
    }
    return summaries
  }
}

extension StateCounts {
  /// Those of a day of a run.
  init(_ history: ServiceHistory, on day: Int) {
    self.init()
    let states = history.states(on: day)
    notInstalled = states[.notInstalled] ?? 0
    mobile = states[.mobile] ?? 0
    fixed = states[.fixed] ?? 0
    failed = states[.failed] ?? 0
  }
}
