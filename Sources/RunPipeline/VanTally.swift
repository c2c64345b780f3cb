import AMRSimulation
import Reporting

/// Adds up what vans did in a run.
public struct VanTally: Sendable {
  private let vans: VanSpec
  private var summarySoFar = VanSummary()
  private var missed: [MissReason: Int] = [:]

  public init(_ scenario: Scenario) { vans = scenario.vans }

  public mutating func add(_ day: VanDay) {
    summarySoFar.shifts += day.shifts
    summarySoFar.kilometres += day.kilometres
    summarySoFar.hours += day.hours
    for round in day.rounds {
      summarySoFar.rounds += 1
      summarySoFar.reads.expected += round.modules.count
      summarySoFar.reads.read += round.read
      missed.merge(round.counts, uniquingKeysWith: +)
    }
  }

  /// What there is to say; nil where there are no vans.
  ///
  /// - Parameter openRounds: of the end of the run.
  public func summary(openRounds: Int) -> VanSummary? {
    guard vans.count > 0 else { return nil }
    var summary = summarySoFar
    summary.openRounds = openRounds
    summary.costUSD =
      summary.hours * vans.costPerHourUSD + summary.kilometres * vans.costPerKmUSD
    summary.missed = MissedSummary(
      MissReason.allCases.map { (name: $0.name, count: missed[$0] ?? 0) })
    return summary
  }
}
