import AMRSimulation
import Reporting

/// Adds up what vans did in a run.
public struct VanTally: Sendable {
  /// What has been added up.
  struct Sums: Sendable, Equatable {
    var shifts = 0
    var kilometres = 0.0
    var hours = 0.0
    /// Rounds that have ended.
    var rounds = 0
    var missed: [MissReason: Int] = [:]
    /// Reads of ended rounds, by area; empty before the first of them.
    var byArea: [ReadFigures] = []
  }

  private let vans: VanSpec
  var sums = Sums()

  public init(_ scenario: Scenario) { vans = scenario.vans }

  /// Reads of rounds that have ended, by area; empty where there are none.
  var byArea: [ReadFigures] { sums.byArea }

  public mutating func add(_ day: VanDay, areas: Areas) {
    sums.shifts += day.shifts
    sums.kilometres += day.kilometres
    sums.hours += day.hours
    for round in day.rounds {
      if sums.byArea.isEmpty { sums.byArea = areas.list.map { _ in ReadFigures() } }
      sums.rounds += 1
      sums.missed.merge(round.counts, uniquingKeysWith: +)
      for module in round.modules {
        sums.byArea[Int(areas.ofModule[Int(module)])].expected += 1
        sums.byArea[Int(areas.ofModule[Int(module)])].read += 1
      }
      for (module, _) in round.missed { sums.byArea[Int(areas.ofModule[module])].read -= 1 }
    }
  }

  /// What there is to say; nil where there are no vans.
  ///
  /// - Parameter openRounds: of the end of the run.
  public func summary(openRounds: Int) -> VanSummary? {
    guard vans.count > 0 else { return nil }
    var summary = VanSummary()
    summary.shifts = sums.shifts
    summary.kilometres = sums.kilometres
    summary.hours = sums.hours
    summary.rounds = sums.rounds
    summary.openRounds = openRounds
    summary.reads.expected = sums.byArea.reduce(0) { $0 + $1.expected }
    summary.reads.read = sums.byArea.reduce(0) { $0 + $1.read }
    summary.costUSD =
      summary.hours * vans.costPerHourUSD + summary.kilometres * vans.costPerKmUSD
    summary.missed = MissedSummary(
      MissReason.allCases.map { (name: $0.name, count: sums.missed[$0] ?? 0) })
    return summary
  }
}
