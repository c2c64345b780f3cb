import Metering
import VEE

/// How a service point was supplied from its last bill to the one that is due, where that takes
/// more than one row of the registry.
struct ServicePath {
  /// The end of an account or of a supply.
  struct Final: Equatable {
    let at: UTCMilliseconds
    /// What the dials showed then; nil where nobody noted it.
    let count: Int64?
  }

  /// The last billed read, or what the dials showed when the supply began.
  let previous: RegisterRead
  /// Whether anybody noted that.
  let isStartKnown: Bool
  /// The bill that ended with it, where this program made it.
  let lastBill: BilledRead?
  /// Meters that replaced others in between, in order of time.
  let exchanges: [MeterExchange]
  /// The meter of the read that the period starts with, where it is not the present one.
  let previousMeterID: String?
  /// Nil while the supply goes on.
  let final: Final?
  /// Rows of the present meter with their first instants, in order of time.
  private let present: [(row: Int, installedAt: UTCMilliseconds)]
  /// Reads of the present meter from after this instant …
  let after: UTCMilliseconds
  /// … and before this one count.
  let before: UTCMilliseconds

  /// The path to a row.
  ///
  /// - Parameter isFinal: whether the supply, or its account, ends with the row.
  init(
    to row: Int, isFinal: Bool, registry: [ServicePoint], chains: ServiceChains,
    history: BillHistory
  ) {
    var rows = [row]
    while let earlier = chains.previous(rows[0]), !Self.isBilled(rows[0], registry, history),
      registry[earlier].isBilledTogether(with: registry[rows[0]])
    {
      rows.insert(earlier, at: 0)
    }
    let first = rows[0]
    lastBill = history[first]
    let opening = Self.opening(first, registry, chains)
    previous =
      lastBill?.read
      ?? RegisterRead(
        count: opening ?? registry[first].lastBilledRead, at: registry[first].lastBilledAt)
    isStartKnown = lastBill != nil || opening != nil
    exchanges = zip(rows, rows.dropFirst()).compactMap { Self.exchange($0, $1, registry) }
    previousMeterID = exchanges.isEmpty ? nil : registry[first].meterID
    // The rows in which the present endpoint reads the present meter, beyond the last bill, too.
    var present = [row]
    while let earlier = chains.previous(present[0]),
      Self.isSameReading(registry[earlier], registry[present[0]])
    {
      present.insert(earlier, at: 0)
    }
    var last = row
    while let later = chains.next(last), Self.isSameReading(registry[last], registry[later]) {
      present.append(later)
      last = later
    }
    self.present = present.map { ($0, registry[$0].installedAt) }
    let start = exchanges.isEmpty ? previous.at : Int64.min
    after = max(start, registry[present[0]].installedAt)
    before = registry[last].removedAt ?? .max
    final =
      isFinal
      ? registry[row].removedAt.map {
        Final(at: $0, count: Self.closing(row, registry, chains))
      } : nil
  }

  /// The row that a read of the present meter belongs to: the one that a next path starts from.
  func row(of read: RegisterRead) -> Int {
    (present.last { $0.installedAt < read.at } ?? present[0]).row
  }

  private static func isBilled(
    _ row: Int, _ registry: [ServicePoint], _ history: BillHistory
  ) -> Bool {
    history[row] != nil || registry[row].lastBilledAt > registry[row].installedAt
  }

  /// Where the first bill of an account or of a supply starts; nil where nobody noted it.
  private static func opening(
    _ row: Int, _ registry: [ServicePoint], _ chains: ServiceChains
  ) -> Int64? {
    let point = registry[row]
    guard point.lastBilledAt == point.installedAt, let earlier = chains.previous(row),
      registry[earlier].isContinued(by: point)
    else { return point.lastBilledRead }
    return registry[earlier].countAtChange(to: point)
  }

  private static func closing(
    _ row: Int, _ registry: [ServicePoint], _ chains: ServiceChains
  ) -> Int64? {
    if let noted = registry[row].removedRead { return noted }
    guard let later = chains.next(row), registry[row].isContinued(by: registry[later])
    else { return nil }
    return registry[row].countAtChange(to: registry[later])
  }

  private static func exchange(
    _ old: Int, _ new: Int, _ registry: [ServicePoint]
  ) -> MeterExchange? {
    let (before, after) = (registry[old], registry[new])
    if before.isContinued(by: after) { return nil }
    return MeterExchange(
      at: after.installedAt, oldRegister: before.register, outRead: before.removedRead,
      newRegister: after.register, inRead: after.lastBilledRead,
      oldSpan: before.register.span, newSpan: after.register.span)
  }

  private static func isSameReading(_ earlier: ServicePoint, _ later: ServicePoint) -> Bool {
    earlier.endpoint == later.endpoint && earlier.isContinued(by: later)
      && earlier.isBilledTogether(with: later)
  }
}
