import Metering

/// The bills of one cycle, in columns and in order of the registry.
struct CycleMeters {
  /// Places in the registry.
  private(set) var rows: [Int] = []
  private(set) var endpointIDs: [UInt32] = []
  /// Reads from after this instant …
  private(set) var after: [UTCMilliseconds] = []
  /// … and before this one can be billed.
  private(set) var before: [UTCMilliseconds] = []
  /// What is billed over more than one row, or for the last time, by place in the columns.
  private var paths: [Int: ServicePath] = [:]
  private var chained: [(place: Int, isFinal: Bool)] = []
  /// The last instant of the scheduled date, and of that of the month before.
  private let (end, previousEnd): (UTCMilliseconds, UTCMilliseconds)

  /// - Parameters:
  ///   - scheduled: the date on which the cycle is due to be read.
  ///   - before: that of the month before.
  init(scheduled: CivilDay, before: CivilDay, clock: LocalClock) {
    end = clock.startOfDay(scheduled + 1) - 1
    previousEnd = clock.startOfDay(before + 1) - 1
  }

  /// Adds what is due of a row: a bill if it holds at the end of the scheduled date, and a final
  /// bill if its supply or its account has ended since that of the month before. Where nobody has
  /// the account, nobody is billed.
  mutating func add(_ row: Int, of registry: [ServicePoint], chains: ServiceChains) {
    let point = registry[row]
    guard point.installedAt <= end, !point.accountID.isEmpty else { return }
    let isFinal: Bool
    if let removed = point.removedAt, removed <= end {
      guard removed > previousEnd else { return }
      if let next = chains.next(row), point.isBilledTogether(with: registry[next]) { return }
      isFinal = true
    } else {
      isFinal = false
    }
    if isFinal || chains.contains(row) { chained.append((rows.count, isFinal)) }
    rows.append(row)
    endpointIDs.append(point.endpoint.rawValue)
    after.append(max(point.lastBilledAt, point.installedAt))
    before.append(point.removedAt ?? .max)
  }

  /// Takes in the bills that were made before.
  mutating func settle(
    _ registry: [ServicePoint], _ chains: ServiceChains, _ history: BillHistory
  ) {
    if !history.isEmpty {
      for place in rows.indices {
        if let bill = history[rows[place]] { after[place] = max(after[place], bill.read.at) }
      }
    }
    for (place, isFinal) in chained {
      let path = ServicePath(
        to: rows[place], isFinal: isFinal, registry: registry, chains: chains, history: history)
      paths[place] = path
      (after[place], before[place]) = (path.after, path.before)
    }
  }

  /// What a bill is made over if not over the one row.
  func path(_ place: Int) -> ServicePath? { paths.isEmpty ? nil : paths[place] }

  /// Whether a bill ends with a read of the window: a final one ends with what the registry says.
  func takesReads(_ place: Int) -> Bool { path(place)?.final == nil }
}
