import AMRSimulation
import HeadEnd
import Metering
import Reporting
import Testing

@testable import RunPipeline

/// What validation finds in a simulated month beside what truly happened to the meters.
@Suite("Validation score")
struct ValidationScoreTests {
  @Test("a month with every trouble", arguments: [1, 2] as [UInt64])
  func month(seed: UInt64) async throws {
    var scenario = RunTests.scenario()
    scenario.seed = seed
    scenario.days = 30
    scenario.collectors.clockErrorMs = 500
    scenario.faults = FaultSpec()
    scenario.meters.exchangedShare = 0.05
    scenario.meters.unreportedExchangeShare = 0.05
    scenario.meters.stuckShare = 0.08
    scenario.meters.swappedShare = 0.08
    scenario.meters.rolloverShare = 0.05
    let (summary, _) = try await RunTests.run(scenario, threads: 2)
    let scores = Dictionary(uniqueKeysWithValues: summary.validation.map { ($0.rule, $0) })
    #expect(scores.count == MeterEvent.Kind.allCases.count)
    for (rule, score) in scores {
      #expect(score.injected >= 5, "seed \(seed), \(rule)")
      #expect(score.right <= score.injected && score.right <= score.found, "seed \(seed), \(rule)")
    }
    func expect(_ rule: String, recall: Double, precision: Double) throws {
      let score = try #require(scores[rule])
      #expect(try #require(score.recall) >= recall, "seed \(seed), \(rule): \(score)")
      #expect(try #require(score.precision) >= precision, "seed \(seed), \(rule): \(score)")
    }
    // The registry tells of these.
    try expect("exchange", recall: 1, precision: 1)
    // Of a dozen one may lie in a gap, or between the last bill and the first read.
    try expect("rollover", recall: 0.85, precision: 0.85)
    // A meter that stops in the last week is not found yet, nor one that hardly moved before.
    try expect("stuck", recall: 0.6, precision: 1)
    // Neither of two of whom one is not heard is found, nor registers that lie close together.
    try expect("swapped", recall: 0.7, precision: 1)
    try expect("unreported_exchange", recall: 0.8, precision: 0.8)
    // Every day of every module has a value.
    #expect(summary.reads + summary.estimated == 300 * 30)
  }
}
