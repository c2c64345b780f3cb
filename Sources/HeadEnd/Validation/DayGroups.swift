import Metering

/// One day's totals of all cycles and collector areas.
struct DayGroups {
  private let cycles: Tallies
  private let areas: Tallies

  /// - Parameter areas: by row of the endpoint: the place of its area among `areaCount`.
  init(_ use: DayUse, on day: Int, _ meters: MonthMeters, areas places: [Int32], areaCount: Int) {
    let kinds = kinds
    var cycles = Tallies(groupCount: (BillingCycle.count + 1) * kinds)
    var areas = Tallies(groupCount: areaCount * kinds)
    cycles.withAdder { addToCycle in
      areas.withAdder { addToArea in
        for row in use.counted.indices {
          let meter = meters.meter(day, row)
          let (units, value) = (use.units[row], use.counted[row])
          let kind = Int(meter.commodity.number &+ meter.service.number)
          addToCycle(units, value, Int(meter.cycle) * kinds + kind)
          addToArea(units, value, Int(places[row]) * kinds + kind)
        }
      }
    }
    self.cycles = cycles
    self.areas = areas
  }

  /// Groups that have anything.
  ///
  /// - Parameter ids: of the areas.
  func byKey(_ ids: [UInt32]) -> [GroupsTable.Key: GroupTotals] {
    var groups: [GroupsTable.Key: GroupTotals] = [:]
    for commodity in Commodity.allCases {
      for service in ReadService.allCases {
        let kind = Int(commodity.number + service.number)
        func key(_ grouping: GroupsTable.Grouping, _ number: UInt32) -> GroupsTable.Key {
          GroupsTable.Key(
            grouping: grouping, number: number, commodity: commodity, service: service)
        }
        for cycle in 1...BillingCycle.count {
          groups[key(.cycle, UInt32(cycle))] = cycles.totals(cycle * kinds + kind)
        }
        for (place, id) in ids.enumerated() {
          groups[key(.collector, id)] = areas.totals(place * kinds + kind)
        }
      }
    }
    return groups.filter { $0.value != GroupTotals() }
  }
}

/// Use of groups of endpoints, and how many have each value.
private struct Tallies {
  /// By group: units, then how many have each value.
  private var figures: [Int64]
  private let stride = 1 + DayValue.allCases.count

  init(groupCount: Int) {
    figures = [Int64](repeating: 0, count: groupCount * stride)
  }

  /// Gives `body` a function that adds the units and value of an endpoint to a group.
  @inline(__always)
  mutating func withAdder(
    _ body: (_ add: (_ units: Int64, _ value: DayValue, _ group: Int) -> Void) -> Void
  ) {
    let stride = stride
    figures.withUnsafeMutableBufferPointer { figures in
      let count = figures.count
      body { units, value, group in
        let place = group &* stride
        precondition(place >= 0 && place &+ stride <= count)
        figures[place] &+= units
        figures[place &+ 1 &+ Int(value.rawValue)] &+= 1
      }
    }
  }

  func totals(_ group: Int) -> GroupTotals {
    var totals = GroupTotals()
    totals.consumption = figures[group * stride]
    for value in DayValue.allCases {
      let count = figures[group * stride + 1 + Int(value.rawValue)]
      switch value {
      case .none: continue
      case .missing: break
      case .actual: totals.counts.actual += count
      case .customer, .verified: totals.counts.entered += count
      case .betweenReads, .byHistory, .byClassAverage: totals.counts.estimated += count
      }
      totals.counts.expected += count
    }
    return totals
  }
}

/// Groups are told apart by commodity and service.
private let kinds = Commodity.allCases.count * ReadService.allCases.count

extension Commodity {
  /// Its place among all.
  fileprivate var number: UInt8 {
    switch self {
    case .electric: 0
    case .gas: 1
    case .water: 2
    }
  }
}

extension ReadService {
  /// The place of its first commodity among all kinds.
  fileprivate var number: UInt8 {
    switch self {
    case .daily: 0
    case .monthly: 3
    }
  }
}
