import Columnar
import DeltaTable
import Metering
import Parallel

/// Writes the data files of a validated month.
struct MonthWriter {
  /// Data files that are to be committed.
  struct Files {
    /// In the order in which they are committed.
    var derived: [(StoreTable, [DataFile])]
    var reads: [DataFile]
    var versionCount: Int
  }

  private struct DayFiles: Sendable {
    var daily: DataFile?
    var reads: DataFile?
    var versionCount: Int
    var groups: [GroupsTable.Key: GroupTotals]
  }

  let monthName: String
  private let month: ValidatedMonth
  private let meters: MonthMeters
  private let endpoints: [UInt32]
  private let areas: Areas
  private let batch: Int64
  private let timestamp: Int64
  private let tables: [StoreTable: DeltaTable]

  init(
    _ month: ValidatedMonth, job: ValidationJob, store: borrowing ReadStore, timestamp: Int64
  ) {
    self.month = month
    self.timestamp = timestamp
    monthName = month.grid.firstDay.monthName
    meters = MonthMeters(
      job.registry, job.ranges, firstDay: month.grid.firstDay, dayCount: month.dayCount,
      clock: job.settings.clock)
    endpoints = job.index.ids
    areas = Areas(job.areas)
    batch = store.nextBatch
    tables = Dictionary(
      uniqueKeysWithValues: [.reads, .daily, .monthly, .groups, .findings].map {
        ($0, store.table($0))
      })
  }

  func write(threads: Int) async throws -> Files {
    let writer = self
    let days = try await parallelMap(count: month.dayCount, threads: threads) { day in
      try writer.write(day: day)
    }
    let parts = try await parallelRanges(count: endpoints.count, threads: threads) { range in
      writer.month.monthlyUse(writer.meters, range)
    }
    var use = Array(concatenating: parts)
    for (row, units) in month.exchangedUse(meters) { use[row] += units }
    return Files(
      derived: [
        (.daily, days.compactMap(\.daily)),
        (
          .monthly,
          try file(
            MonthlyTable.columns(
              month, meters, endpoints: endpoints, areas: areas.collectors, use: use), .monthly,
            "monthly")
        ),
        (
          .groups,
          try file(
            GroupsTable.columns(days.map(\.groups), firstDay: month.grid.firstDay), .groups,
            "groups")
        ),
        (
          .findings,
          try file(
            FindingsTable.columns(sortedFindings, commodity: commodity), .findings, "findings")
        ),
      ], reads: days.compactMap(\.reads), versionCount: days.reduce(0) { $0 + $1.versionCount })
  }

  private var sortedFindings: [Finding] {
    month.findings.sorted {
      ($0.endpoint, $0.firstDay, $0.flag.rawValue) < ($1.endpoint, $1.firstDay, $1.flag.rawValue)
    }
  }

  private func commodity(of endpoint: UInt32) -> Commodity {
    meters.atEnd(endpoints.partitioningIndex(from: 0) { $0 >= endpoint }).commodity
  }

  /// A file with rows, or none.
  private func file(_ columns: [Column], _ table: StoreTable, _ name: String) throws -> [DataFile] {
    if columns[0].data.count == 0 { return [] }
    return [
      try tables[table]!.writeDataFile(
        columns, partition: ["month": monthName], name: "\(name)-\(monthName)-b\(batch)",
        timestamp: timestamp)
    ]
  }

  private func write(day: Int) throws -> DayFiles {
    let date = month.grid.firstDay + day
    var table = DailyTable(capacity: endpoints.count)
    var groups = DayGroups(areaCount: areas.ids.count)
    month.forEachUse(on: day, meters) { row, value, meter, units in
      table.append(endpoint: endpoints[row], units: units, quality: value.quality)
      groups.add(value, meter, area: areas.places[row], units: units)
    }
    let versions = DayVersions(month, day: day, endpoints: endpoints).rows
    return DayFiles(
      daily: try file(table.columns(day: date), .daily, "\(date)").first,
      reads: versions.count == 0
        ? nil
        : try tables[.reads]!.writeDataFile(
          versions.columns(day: date), partition: ["month": monthName],
          name: "\(date)-vee-b\(batch)", timestamp: timestamp), versionCount: versions.count,
      groups: groups.byKey(areas.ids))
  }
}

/// The collector areas of a month's endpoints, numbered.
private struct Areas: Sendable {
  /// By row of the endpoint; 2³² − 1 where no collector received it.
  let collectors: [UInt32]
  /// Ascending.
  let ids: [UInt32]
  /// By row of the endpoint: the place of its collector in `ids`.
  let places: [Int32]

  init(_ collectors: [UInt32]) {
    self.collectors = collectors
    ids = Set(collectors).sorted()
    let place = Dictionary(uniqueKeysWithValues: zip(ids, Int32(0)...))
    places = collectors.map { place[$0]! }
  }
}

/// One day's totals of all cycles and areas.
private struct DayGroups {
  private var cycles: [GroupTotals]
  private var areas: [GroupTotals]

  init(areaCount: Int) {
    let kinds = Commodity.allCases.count
    cycles = Array(repeating: GroupTotals(), count: (BillingCycle.count + 1) * kinds)
    areas = Array(repeating: GroupTotals(), count: areaCount * kinds)
  }

  @inline(__always)
  mutating func add(_ value: DayValue, _ meter: DayMeter, area: Int32, units: Int64) {
    let kind = Int(meter.commodity.number)
    let kinds = Commodity.allCount
    Self.add(value, units, to: &cycles[Int(meter.cycle) * kinds + kind])
    Self.add(value, units, to: &areas[Int(area) * kinds + kind])
  }

  @inline(__always)
  private static func add(_ value: DayValue, _ units: Int64, to totals: inout GroupTotals) {
    totals.consumption += units
    switch value {
    case .none: return
    case .missing: break
    case .actual: totals.counts.actual += 1
    case .customer, .verified: totals.counts.entered += 1
    case .betweenReads, .byHistory, .byClassAverage: totals.counts.estimated += 1
    }
    totals.counts.expected += 1
  }

  /// Groups that have anything.
  func byKey(_ ids: [UInt32]) -> [GroupsTable.Key: GroupTotals] {
    var groups: [GroupsTable.Key: GroupTotals] = [:]
    for commodity in Commodity.allCases {
      for cycle in 1...BillingCycle.count {
        let totals = cycles[cycle * Commodity.allCount + Int(commodity.number)]
        groups[.init(grouping: .cycle, number: UInt32(cycle), commodity: commodity)] = totals
      }
      for (place, id) in ids.enumerated() {
        let totals = areas[place * Commodity.allCount + Int(commodity.number)]
        groups[.init(grouping: .collector, number: id, commodity: commodity)] = totals
      }
    }
    return groups.filter { $0.value != GroupTotals() }
  }
}

extension Commodity {
  fileprivate static let allCount = allCases.count

  /// Its place among all.
  fileprivate var number: UInt8 {
    switch self {
    case .electric: 0
    case .gas: 1
    case .water: 2
    }
  }
}
