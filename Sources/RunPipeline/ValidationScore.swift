import AMRSimulation
import HeadEnd
import Metering
import Reporting
import VEE

/// Scores the findings of a validation against what truly happened to the meters of a simulation.
enum ValidationScore {
  /// A finding is of an event when it begins from a day before it to this many days after it: a
  /// module may go unread for some days.
  private static let daysMax = 7

  /// One score for each kind of event.
  ///
  /// - Parameter mayBeOlder: whether a finding may be of something before the simulation began;
  ///   such a one is not wrong where nothing is known to have happened.
  static func all(
    _ events: [MeterEvent], _ findings: [EndpointFinding],
    mayBeOlder: (EndpointFinding) -> Bool
  ) -> [RunSummary.Score] {
    MeterEvent.Kind.allCases.map { kind in
      let happened = events.filter { $0.kind == kind }
      var open = Dictionary(grouping: happened, by: \.endpoint)
      var (right, wrong) = (0, 0)
      for finding in findings where finding.rule == kind.rule {
        let place = open[finding.endpoint]?.firstIndex {
          (-1...daysMax).contains(finding.firstDay - $0.day)
        }
        if let place {
          open[finding.endpoint]?.remove(at: place)
          right += 1
        } else if !mayBeOlder(finding) {
          wrong += 1
        }
      }
      return RunSummary.Score(
        rule: kind.rawValue, injected: happened.count, found: right + wrong, right: right)
    }
  }
}

extension MeterEvent.Kind {
  /// The rule of validation that should find it.
  fileprivate var rule: VEEFlag {
    switch self {
    case .exchange: .exchange
    case .unreportedExchange: .unreportedExchange
    case .stuck: .stuck
    case .swapped: .swapped
    case .rollover: .rollover
    }
  }
}
