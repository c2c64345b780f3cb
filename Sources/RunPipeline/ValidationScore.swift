import AMRSimulation
import HeadEnd
import Metering
import Reporting
import VEE

/// Scores the findings of a validation against what truly happened to the meters of a simulation,
/// month by month: memory grows with what happened, not with what was found.
///
/// A finding that lasts is one, though it stands in every month.
struct ValidationScore {
  /// A finding is of an event when it begins from a day before it to so many days after it: a module
  /// may go unread for some days, and one that is read once a month is looked at then, or if that
  /// fails in the month after.
  private static func daysMax(isReadMonthly: Bool) -> Int { isReadMonthly ? 66 : 7 }

  private struct Key: Hashable {
    let rule: VEEFlag
    let endpoint: EndpointID
    let firstDay: CivilDay
  }

  /// By the rule that should find them; each list by endpoint and then by instant.
  private let events: [VEEFlag: [MeterEvent]]
  /// Which of them were found.
  private var isFound: [VEEFlag: [Bool]]
  private var found: [VEEFlag: Int] = [:]
  private var right: [VEEFlag: Int] = [:]
  /// Findings of the month before.
  private var known: Set<Key> = []
  private let isReadMonthly: (EndpointID) -> Bool
  private let mayBeOlder: (EndpointFinding) -> Bool

  /// - Parameters:
  ///   - events: by endpoint and then by instant.
  ///   - isReadMonthly: whether an endpoint is read once a month, at least at first.
  ///   - mayBeOlder: whether a finding may be of something before the simulation began; such a one
  ///     is not wrong where nothing is known to have happened.
  init(
    _ events: [MeterEvent], isReadMonthly: @escaping (EndpointID) -> Bool,
    mayBeOlder: @escaping (EndpointFinding) -> Bool
  ) {
    self.isReadMonthly = isReadMonthly
    self.events = Dictionary(grouping: events, by: \.kind.rule)
    isFound = self.events.mapValues { [Bool](repeating: false, count: $0.count) }
    self.mayBeOlder = mayBeOlder
  }

  /// Adds the findings of the next month.
  mutating func add(month findings: [EndpointFinding]) {
    let rules = Set(MeterEvent.Kind.allCases.map(\.rule))
    var seen: Set<Key> = []
    for finding in findings where rules.contains(finding.rule) {
      let key = Key(rule: finding.rule, endpoint: finding.endpoint, firstDay: finding.firstDay)
      seen.insert(key)
      if known.contains(key) { continue }
      if let place = event(of: finding) {
        isFound[finding.rule]?[place] = true
        right[finding.rule, default: 0] += 1
        found[finding.rule, default: 0] += 1
      } else if !mayBeOlder(finding) {
        found[finding.rule, default: 0] += 1
      }
    }
    known = seen
  }

  /// The place of the first event that a finding can be of and that was not found before.
  private func event(of finding: EndpointFinding) -> Int? {
    guard let events = events[finding.rule], let isFound = isFound[finding.rule] else { return nil }
    let days = -1...Self.daysMax(isReadMonthly: isReadMonthly(finding.endpoint))
    var (low, high) = (0, events.count)
    while low < high {
      let middle = (low + high) / 2
      if events[middle].endpoint < finding.endpoint { low = middle + 1 } else { high = middle }
    }
    while low < events.count, events[low].endpoint == finding.endpoint {
      if !isFound[low], days.contains(finding.firstDay - events[low].day) {
        return low
      }
      low += 1
    }
    return nil
  }

  /// One score for each kind of event.
  var scores: [RunSummary.Score] {
    MeterEvent.Kind.allCases.map { kind in
      RunSummary.Score(
        rule: kind.rawValue, injected: events[kind.rule]?.count ?? 0,
        found: found[kind.rule] ?? 0, right: right[kind.rule] ?? 0)
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
