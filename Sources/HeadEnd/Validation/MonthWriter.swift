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
  /// The same as they stand in columns.
  private let endpointColumn: [Int64]
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
    endpointColumn = endpoints.map(Int64.init)
    areas = Areas(job.areas)
    batch = store.nextBatch
    tables = Dictionary(
      uniqueKeysWithValues: [.reads, .daily, .monthly, .groups, .findings].map {
        ($0, store.table($0))
      })
  }

  func write(threads: Int) async throws -> Files {
    let writer = self
    let parts = try await parallelRanges(count: endpoints.count, threads: threads) { range in
      writer.month.monthlyUse(writer.meters, range)
    }
    var use = Array(concatenating: parts)
    for (row, units) in month.exchangedUse(meters) { use[row] += units }
    // The file of the month takes as long as several days', so it comes first.
    let works = try await parallelMap(count: month.dayCount + 1, threads: threads) { [use] number in
      number == 0
        ? MonthOrDay.month(
          try writer.file(
            MonthlyTable.columns(
              writer.month, writer.meters, endpoints: writer.endpoints,
              areas: writer.areas.collectors, use: use), .monthly, "monthly"))
        : MonthOrDay.day(try writer.write(day: number - 1))
    }
    let days = works.compactMap(\.day)
    return Files(
      derived: [
        (.daily, days.compactMap(\.daily)), (.monthly, works[0].month),
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

  /// What one thread made.
  private enum MonthOrDay: Sendable {
    case month([DataFile])
    case day(DayFiles)

    var month: [DataFile] { if case .month(let files) = self { files } else { [] } }
    var day: DayFiles? { if case .day(let files) = self { files } else { nil } }
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
    let use = month.use(on: day, meters)
    let groups = DayGroups(
      use, on: day, meters, areas: areas.places, areaCount: areas.ids.count)
    let versions = DayVersions(month, day: day, use, endpoints: endpoints).rows
    return DayFiles(
      daily: try file(
        DailyTable.columns(use, of: date, endpoints: endpointColumn), .daily, "\(date)"
      ).first,
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
