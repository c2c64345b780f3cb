import Metering
import VEE

/// A read that ended a billed period: where the next one starts, and what it is judged by.
public struct BilledRead: Sendable, Hashable {
  /// The meter's place in the registry.
  public let registryRow: Int
  public let read: RegisterRead
  /// Of the bill: `verified`, `actual`, `customer` or `estimated`.
  public let quality: Quality
  /// Of an estimate.
  let method: EstimateMethod?
  /// Units billed.
  let consumption: Int64
  /// Local dates in the period.
  let days: Int
  /// The last read of this meter that was billed and not estimated; nil where that is not known.
  let good: RegisterRead?

  /// Average daily use of the period; nil where it was too short to tell, or had none.
  func dailyUse(_ rules: VEERules) -> AverageDailyUse? {
    guard let average = AverageDailyUse(use: consumption, days: days) else { return nil }
    let past = PastUse(adu: average, days: days)
    return rules.referenceUse(sameMonthLastYear: nil, monthBefore: past)
      .flatMap { $0.hundredths > 0 ? $0 : nil }
  }
}

/// The last bill of each meter, as far as this program made them.
public struct BillHistory: Sendable {
  /// By row of the registry; empty before the first bill.
  private var bills: [BilledRead?] = []
  /// Few, and later than those.
  private var latest: [Int: BilledRead] = [:]

  public init() {}

  var isEmpty: Bool { bills.isEmpty && latest.isEmpty }

  /// The last bill that ended with a read of this row's meter.
  subscript(row: Int) -> BilledRead? {
    if !latest.isEmpty, let bill = latest[row] { return bill }
    return row < bills.count ? bills[row] : nil
  }

  /// Adds a few bills without copying the others.
  mutating func note(_ billed: [BilledRead]) {
    for bill in billed { latest[bill.registryRow] = bill }
  }

  /// Adds bills that were made later than those it has.
  ///
  /// - Parameter rowCount: rows of the registry.
  public mutating func add(_ billed: [BilledRead], rowCount: Int) {
    if bills.count < rowCount {
      bills.append(contentsOf: repeatElement(nil, count: rowCount - bills.count))
    }
    for bill in billed where bills.indices.contains(bill.registryRow) {
      bills[bill.registryRow] = bill
    }
  }
}
