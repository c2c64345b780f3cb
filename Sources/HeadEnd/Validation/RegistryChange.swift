import Metering

/// From when on two registries say something else about what validation goes by.
enum RegistryChange {
  /// - Parameters: in order of endpoint and time.
  /// - Returns: the first instant; nil where there is no difference. What was billed last is none:
  ///   that changes with every bill.
  static func firstInstant(from old: [ServicePoint], to new: [ServicePoint]) -> UTCMilliseconds? {
    var first: UTCMilliseconds?
    func note(_ instant: UTCMilliseconds) { first = min(first ?? instant, instant) }
    var (one, other) = (0, 0)
    while one < old.count || other < new.count {
      if other == new.count || (one < old.count && old[one].isBefore(new[other])) {
        note(old[one].installedAt)
        one += 1
      } else if one == old.count || new[other].isBefore(old[one]) {
        note(new[other].installedAt)
        other += 1
      } else {
        if let instant = old[one].difference(from: new[other]) { note(instant) }
        one += 1
        other += 1
      }
    }
    return first
  }
}

extension ServicePoint {
  fileprivate func isBefore(_ other: ServicePoint) -> Bool {
    (endpoint, installedAt) < (other.endpoint, other.installedAt)
  }

  /// From when on two rows that begin together differ.
  fileprivate func difference(from other: ServicePoint) -> UTCMilliseconds? {
    guard meterID == other.meterID, servicePointID == other.servicePointID,
      accountID == other.accountID, commodity == other.commodity, register == other.register,
      cycle == other.cycle, service == other.service
    else { return installedAt }
    guard removedAt == other.removedAt, removedRead == other.removedRead else {
      return min(removedAt ?? .max, other.removedAt ?? .max)
    }
    return nil
  }
}
