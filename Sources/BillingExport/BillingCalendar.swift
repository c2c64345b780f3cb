import DurableFiles
import HeadEnd
import Metering

/// Bills a store's cycles month by month.
///
/// A bill starts from the read that the bill of the month before ended with, and the first one
/// from the last billed read of the registry.
public struct BillingCalendar {
  private let settings: StoreSettings
  private let reads: StoreReads
  private var registry: [ServicePoint]
  private let firstDay: CivilDay
  private let lastDay: CivilDay

  /// A calendar of the cycles whose scheduled read date lies in [from, to].
  public init(_ store: borrowing ReadStore, from: CivilDay, to: CivilDay) {
    settings = store.settings
    reads = StoreReads(store)
    let rows = store.registry
    // One row for each endpoint: the one that lasts.
    registry = rows.indices.filter {
      $0 + 1 == rows.count || rows[$0].endpoint != rows[$0 + 1].endpoint
    }.map { rows[$0] }
    firstDay = from
    lastDay = to
  }

  /// Writes the files of all months, or of one, and of all cycles, or of one.
  ///
  /// - Parameter directory: created when absent.
  /// - Throws: `BillingError`; batches before the one that failed stay published.
  public consuming func write(
    month wanted: BillingMonth? = nil, cycle: BillingCycle? = nil, into directory: String,
    in fileSystem: FileSystem = .system
  ) throws(BillingError) -> [PublishedBatch] {
    var published: [PublishedBatch] = []
    for month in months() {
      let run = try BillingRun(
        utility: settings.utility, month: month, daysBefore: settings.windowBeforeDays,
        daysAfter: settings.windowAfterDays, clock: settings.clock)
      let due = BillingCycle.allCases.filter {
        (firstDay...lastDay).contains($0.scheduledRead(year: month.year, month: month.month))
      }
      let billed: [BilledRead]
      if wanted == nil || wanted == month {
        let batches = try run.write(
          cycles: due.filter { cycle == nil || $0 == cycle }, registry: registry, reads: reads,
          to: directory, in: fileSystem)
        published += batches
        billed = batches.flatMap(\.billedReads)
      } else {
        billed = try run.billedReads(cycles: due, registry: registry, reads: reads)
      }
      if month == wanted { break }
      for bill in billed {
        registry[bill.registryRow].lastBilledRead = bill.read.count
        registry[bill.registryRow].lastBilledAt = bill.read.at
      }
    }
    return published
  }

  /// The months that have a day between the first and the last.
  private func months() -> [BillingMonth] {
    var months: [BillingMonth] = []
    var (year, month) = (firstDay.year, firstDay.month)
    while CivilDay(year: year, month: month, day: 1) <= lastDay,
      let next = BillingMonth(year: year, month: month)
    {
      months.append(next)
      (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1)
    }
    return months
  }
}
