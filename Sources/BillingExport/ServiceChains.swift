import Metering

/// Which rows of a registry follow one another at a service point.
///
/// Rows that stand alone, nearly all, are not in it.
struct ServiceChains {
  private var previousRows: [Int: Int] = [:]
  private var nextRows: [Int: Int] = [:]

  fileprivate struct Place: Hashable {
    let servicePointID: String
    let commodity: Commodity
  }

  /// - Throws: `.registry` where two rows of a service point hold at the same time.
  init(_ registry: [ServicePoint]) throws(BillingError) {
    var chains: [Place: [Int]] = [:]
    for row in registry.indices where registry[row].removedAt != nil {
      chains[registry[row].place, default: []].append(row)
    }
    // Only a meter that was removed can have a successor: mostly there is nothing to look for.
    if chains.isEmpty { return }
    for row in registry.indices where registry[row].removedAt == nil {
      chains[registry[row].place]?.append(row)
    }
    for rows in chains.values where rows.count > 1 {
      let ordered = rows.sorted {
        (registry[$0].installedAt, $0) < (registry[$1].installedAt, $1)
      }
      for (earlier, later) in zip(ordered, ordered.dropFirst()) {
        try Self.check(registry, earlier, later)
        previousRows[later] = earlier
        nextRows[earlier] = later
      }
    }
  }

  private static func check(
    _ registry: [ServicePoint], _ earlier: Int, _ later: Int
  ) throws(BillingError) {
    let (first, second) = (registry[earlier], registry[later])
    guard let removedAt = first.removedAt, removedAt <= second.installedAt else {
      throw .registry(
        row: later, endpoint: second.endpoint,
        problem: "at service point \(second.servicePointID) with row \(earlier), endpoint "
          + "\(first.endpoint.rawValue), at the same time; expected one meter of a commodity")
    }
    guard writableInstants.contains(second.installedAt) else {
      throw .registry(
        row: later, endpoint: second.endpoint,
        problem: "installed at \(second.installedAt) ms after 1970; "
          + "expected an instant of the years 1900 to 9999")
    }
  }

  /// Whether other rows go before or after this one.
  func contains(_ row: Int) -> Bool { previous(row) != nil || next(row) != nil }

  /// The row before this one at its service point.
  func previous(_ row: Int) -> Int? { previousRows.isEmpty ? nil : previousRows[row] }

  /// The row after this one at its service point.
  func next(_ row: Int) -> Int? { nextRows.isEmpty ? nil : nextRows[row] }
}

extension ServicePoint {
  fileprivate var place: ServiceChains.Place {
    ServiceChains.Place(servicePointID: servicePointID, commodity: commodity)
  }

  /// Whether the next row at the service point is about the same meter, which stayed there.
  func isContinued(by next: ServicePoint) -> Bool {
    removedAt == next.installedAt && meterID == next.meterID && register == next.register
  }

  /// What the dials showed when a meter that stays went on to its next row; nil where nobody noted
  /// it. An installation without a count has 0 in the registry, which says nothing here.
  func countAtChange(to next: ServicePoint) -> Int64? {
    if let removedRead { return removedRead }
    return next.lastBilledAt == next.installedAt && next.lastBilledRead > 0
      ? next.lastBilledRead : nil
  }

  /// Whether the use at both rows goes to one account without a final bill in between.
  ///
  /// Where the account changes and nobody read the meter, the use cannot be divided: the later
  /// account is billed for all of it.
  func isBilledTogether(with next: ServicePoint) -> Bool {
    if accountID.isEmpty || next.accountID.isEmpty { return false }
    return accountID == next.accountID
      || (isContinued(by: next) && countAtChange(to: next) == nil)
  }
}
