import DurableFiles
import HeadEnd
import Metering

/// Bills a store's cycles month by month.
public enum BillingCalendar {
  /// Writes the files of every cycle whose scheduled read date lies in [from, to].
  ///
  /// A bill of one month starts from the read that the bill of the month before ended with.
  ///
  /// - Parameter directory: must exist.
  public static func bill(
    _ store: borrowing ReadStore, from: CivilDay, to: CivilDay, into directory: String,
    in fileSystem: FileSystem = .system
  ) throws -> [PublishedBatch] {
    let reads = StoreReads(store)
    var registry = store.registry
    var batches: [PublishedBatch] = []
    var month = (year: from.year, month: from.month)
    while CivilDay(year: month.year, month: month.month, day: 1) <= to {
      let cycles = BillingCycle.allCases.filter {
        (from...to).contains($0.scheduledRead(year: month.year, month: month.month))
      }
      if !cycles.isEmpty, let billingMonth = BillingMonth(year: month.year, month: month.month) {
        let published = try BillingRun(store.settings, month: billingMonth)
          .write(cycles: cycles, registry: registry, reads: reads, to: directory, in: fileSystem)
        for billed in published.flatMap(\.billedReads) {
          registry[billed.registryRow].lastBilledRead = billed.read.count
          registry[billed.registryRow].lastBilledAt = billed.read.at
        }
        batches += published
      }
      month = month.month == 12 ? (month.year + 1, 1) : (month.year, month.month + 1)
    }
    return batches
  }
}

extension BillingRun {
  /// The billing run of one month by the settings of a store.
  public init(_ settings: StoreSettings, month: BillingMonth) throws(BillingError) {
    try self.init(
      utility: settings.utility, month: month, daysBefore: settings.windowBeforeDays,
      daysAfter: settings.windowAfterDays, clock: settings.clock)
  }
}
