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
  private let registry: [ServicePoint]
  private let firstDay: CivilDay
  private let lastDay: CivilDay
  private let store: String
  private let storedDays: [CivilDay]
  private let closedThrough: CivilDay?
  private let validatedThrough: CivilDay?
  private let version: Int64?

  /// A calendar of the cycles whose scheduled read date lies in [from, to].
  ///
  /// - Parameter namesVersion: whether manifests say which version of the store the bills are from. It
  ///   depends on how often the store was written to, not on what it holds.
  public init(
    _ store: borrowing ReadStore, from: CivilDay, to: CivilDay, namesVersion: Bool = true
  ) {
    settings = store.settings
    reads = StoreReads(store)
    registry = store.registry
    firstDay = from
    lastDay = to
    self.store = store.directory
    storedDays = store.days
    closedThrough = store.closedThrough
    validatedThrough = store.validatedThrough
    version = namesVersion ? store.version : nil
  }

  /// Writes the files of all months, or of one, and of all cycles, or of one.
  ///
  /// - Parameters:
  ///   - directory: created when absent.
  ///   - progress: called before each month, also those that are billed only to know where the wanted
  ///     one starts; may throw to give up.
  /// - Returns: the batches in the order written, without the reads they billed.
  /// - Throws: `BillingError`, `.notValidated` before anything is written; batches before the one that
  ///   failed stay published.
  public consuming func write(
    month wanted: BillingMonth? = nil, cycle: BillingCycle? = nil, into directory: String,
    as settings: ExportSettings = ExportSettings(), in fileSystem: FileSystem = .system,
    progress: () throws -> Void = {}
  ) async throws -> [PublishedBatch] {
    try checkValidation(month: wanted, cycle: cycle)
    let publisher = BatchPublisher(
      directory: directory, fileSystem: fileSystem, settings: settings,
      storeVersion: version)
    var published: [PublishedBatch] = []
    var history = BillHistory()
    for month in months() {
      try progress()
      let run = try BillingRun(
        utility: self.settings.utility, month: month, daysBefore: self.settings.windowBeforeDays,
        daysAfter: self.settings.windowAfterDays, clock: self.settings.clock,
        daylightSaving: self.settings.daylightSaving, rules: self.settings.rules)
      let due = dueCycles(month)
      let isWanted = wanted == nil || wanted == month
      let bills = try await run.bill(
        due: due, writing: Set(isWanted ? due.filter { cycle == nil || $0 == cycle } : []),
        registry: registry, history: history, reads: reads, to: publisher, after: published.last)
      published += bills.batches.map(\.withoutReads)
      if month == wanted { break }
      for batch in bills.batches { history.add(batch.billedReads, rowCount: registry.count) }
      history.add(bills.others, rowCount: registry.count)
    }
    return published
  }

  /// The cycles whose scheduled read date lies in the calendar, ascending.
  private func dueCycles(_ month: BillingMonth) -> [BillingCycle] {
    BillingCycle.allCases.filter {
      (firstDay...lastDay).contains($0.scheduledRead(year: month.year, month: month.month))
    }
  }

  /// Refuses to bill reads of days that are not validated as they are now.
  ///
  /// In the last month that is wanted only the wanted cycle's window counts; the bills of the months
  /// before tell where its periods start.
  private func checkValidation(
    month wanted: BillingMonth?, cycle wantedCycle: BillingCycle?
  ) throws(BillingError) {
    let months = months()
    for month in months {
      for cycle in dueCycles(month) {
        if month == wanted ?? months.last, let wantedCycle, cycle != wantedCycle { continue }
        let window = ReadWindow(
          scheduled: cycle.scheduledRead(year: month.year, month: month.month),
          daysBefore: settings.windowBeforeDays, daysAfter: settings.windowAfterDays)
        let days = storedDays.filter { $0 >= window.first && $0 <= window.last }
        if let day = days.first(where: { day in validatedThrough.map { $0 < day } ?? true }) {
          throw .notValidated(
            store: store, day: day, cycle: cycle,
            isClosed: closedThrough.map { day <= $0 } ?? false)
        }
      }
      if month == wanted { break }
    }
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
