import AMRSimulation
import Reporting

/// Adds up why reads of a run are missing.
public struct MissedReads: Sendable {
  private(set) var counts: [MissReason: Int] = [:]
  /// (module, day) pairs that the fixed network owed a read of and received something.
  private(set) var received = 0

  public init() {}

  /// What another one had added up.
  init(counts: [MissReason: Int], received: Int) {
    self.counts = counts
    self.received = received
  }

  public mutating func add(_ days: [MissedDay]) {
    for day in days {
      received += day.received
      counts.merge(day.counts, uniquingKeysWith: +)
    }
  }

  /// The reasons that a network has.
  public var summary: MissedSummary {
    MissedSummary(MissReason.allCases.map { (name: $0.name, count: counts[$0] ?? 0) })
  }

  /// The same where a head-end has taken in what was received.
  ///
  /// - Parameter reads: those of the expected ones that are there. What was received besides was refused, by intake or by
  ///   validation.
  public func summary(reads: Int) -> MissedSummary {
    MissedSummary(summary.reasons + [(name: "refused", count: received - reads)])
  }
}

extension MissReason {
  /// Its name in files.
  var name: String {
    switch self {
    case .failedModule: "failed_module"
    case .batteryEnded: "battery_ended"
    case .notDriven: "not_driven"
    case .noCoverage: "no_coverage"
    case .notWoken: "not_woken"
    case .tooWeak: "too_weak"
    case .outage: "outage"
    case .notHeard: "not_heard"
    case .collision: "collision"
    }
  }
}
