import AMRSimulation
import Metering
import Reporting

extension MilestoneSummary {
  /// An outcome as it is reported.
  public init(_ outcome: MilestoneOutcome) {
    let milestone = outcome.milestone
    self.init(
      name: milestone.name, due: milestone.due.description,
      criterion: milestone.criterion.rawValue,
      atLeast: milestone.criterion == .event ? nil : milestone.atLeast, value: outcome.value,
      verdict: outcome.verdict.rawValue, metOn: outcome.metOn?.description,
      marginDays: outcome.marginDays, penaltyLowMUSD: outcome.penaltyMUSD.lowerBound,
      penaltyHighMUSD: outcome.penaltyMUSD.upperBound)
  }
}

/// The milestones of a scenario over many seeds.
public enum MilestoneStudy {
  /// The outcomes of one seed, in the order of the scenario.
  public static func outcomes(
    _ scenario: Scenario, threads: Int, readFile: @Sendable (String) throws -> [UInt8],
    check: @escaping @Sendable () throws -> Void
  ) async throws -> [MilestoneSummary] {
    // Who is received depends on no meter.
    var scenario = scenario
    scenario.meters = MeterTroubleSpec()
    let layout = try await Layout(scenario, threads: threads, readFile: readFile)
    try check()
    var network = try await FixedNetwork(
      scenario, layout: layout, needsRegistry: false, threads: threads,
      progress: { _ in try check() })
    return try await network.reviewMilestones(
      order: scenario.evaluationOrder, threads: threads, progress: { _ in try check() }
    ).map(MilestoneSummary.init)
  }

  /// The odds of each milestone.
  ///
  /// - Parameter outcomes: of each seed, at least one.
  public static func odds(_ scenario: Scenario, _ outcomes: [[MilestoneSummary]])
    -> [MilestoneOdds]
  {
    scenario.milestones.indices.map { number in
      MilestoneOdds(
        outcomes.map { $0[number] }, drivenBy: scenario.milestones[number].criterion.drivers)
    }
  }
}

extension Milestone.Criterion {
  /// The keys that decide it most.
  fileprivate var drivers: String {
    switch self {
    case .event: "on_time_probability, delay_days"
    case .installedShare: "rollout.crews, installs_per_crew_day, productivity_spread"
    case .fixedReadShare: "rollout.collectors_per_day, build_from, productivity_spread"
    case .readWithin3Days: "collectors.lattice_spacing_m, faults"
    }
  }
}
