import Metering

/// Receptions of endpoints that the registry does not know, as a store's quarantine has them.
public struct StoredStrangers: Sendable {
  private let files: [LiveFile]
  private let clock: LocalClock

  init(files: [LiveFile], clock: LocalClock) {
    self.files = files
    self.clock = clock
  }

  /// What was heard on some days, by ascending endpoint, with the number of receptions and the
  /// instant of the last one.
  ///
  /// - Throws: where a file of the quarantine cannot be read.
  public func heard(
    _ days: ClosedRange<CivilDay>
  ) throws(HeadEndError) -> [(endpoint: UInt32, receptions: Int, lastHeardAt: UTCMilliseconds)] {
    let instants = clock.startOfDay(days.lowerBound)..<clock.startOfDay(days.upperBound + 1)
    var found: [UInt32: (receptions: Int, lastHeardAt: UTCMilliseconds)] = [:]
    for file in files {
      for entry in try QuarantineTable.entries(file.open()) {
        guard entry.reason == .unknownEndpoint, let reception = entry.reception,
          instants.contains(reception.stamp)
        else { continue }
        let known = found[reception.frame.endpointID]
        found[reception.frame.endpointID] = (
          (known?.receptions ?? 0) + entry.count,
          max(known?.lastHeardAt ?? .min, reception.stamp)
        )
      }
    }
    return found.sorted { $0.key < $1.key }.map {
      ($0.key, $0.value.receptions, $0.value.lastHeardAt)
    }
  }
}

extension ReadStore {
  /// The endpoints in quarantine, to be looked up when they are asked for.
  public func strangers() -> StoredStrangers {
    StoredStrangers(files: quarantineFiles(of: .reception), clock: settings.clock)
  }
}
