import Metering
import PortableMath
import Testing

@testable import AMRSimulation

@Suite("Milestones")
struct MilestoneTests {
  private static let due = CivilDay(year: 1998, month: 6, day: 30)

  private static func share(atLeast: Double = 0.5, cureDays: Int = 0) -> Milestone {
    var milestone = Milestone()
    milestone.name = "share"
    milestone.criterion = .fixedReadShare
    milestone.due = due
    milestone.atLeast = atLeast
    milestone.cureDays = cureDays
    milestone.penaltyLowMUSD = 5
    milestone.penaltyHighMUSD = 10
    return milestone
  }

  /// The outcome where a share is above 0.5 on the days of a set, counted from the date.
  private static func outcome(
    _ milestone: Milestone, days: ClosedRange<Int>, above: (Int) -> Bool
  ) -> MilestoneOutcome {
    var scenario = Scenario()
    scenario.milestones = [milestone]
    var review = MilestoneReview(scenario)
    for day in days where review.looks(at: due + day) {
      review.take(due + day) { _ in above(day) ? 0.6 : 0.4 }
    }
    return review.outcomes[0]
  }

  @Test("met in time, from the day on which it last began to be")
  func met() {
    let outcome = Self.outcome(Self.share(), days: -100...100) { $0 >= -30 || $0 == -49 }
    #expect(outcome.verdict == .met)
    #expect(outcome.metOn == Self.due - 28 && outcome.marginDays == 28)
    #expect(outcome.value == 0.6 && outcome.penaltyMUSD == 0...0)
  }

  @Test("lost again before its date it is not met")
  func lost() {
    let outcome = Self.outcome(Self.share(), days: -100...100) { $0 < -3 }
    #expect(outcome.verdict == .missed && outcome.metOn == nil && outcome.value == 0.4)
    #expect(outcome.penaltyMUSD == 5...10)
  }

  @Test("within the cure period no penalty is due; behind it nothing is looked at")
  func cured() {
    let milestone = Self.share(cureDays: 30)
    let cured = Self.outcome(milestone, days: -10...100) { $0 >= 25 }
    #expect(cured.verdict == .cured && cured.marginDays == -28 && cured.penaltyMUSD == 0...0)
    let late = Self.outcome(milestone, days: -10...100) { $0 >= 29 }
    #expect(late.verdict == .missed && late.metOn == nil && late.penaltyMUSD == 5...10)
  }

  @Test("a run that ends before the date, or within the cure period, leaves it open")
  func open() {
    let milestone = Self.share(cureDays: 30)
    #expect(Self.outcome(milestone, days: -50...(-1)) { _ in true }.verdict == .open)
    #expect(Self.outcome(milestone, days: -50...10) { _ in false }.verdict == .open)
    #expect(Self.outcome(milestone, days: -50...0) { _ in true }.verdict == .met)
    #expect(Self.outcome(Self.share(), days: -50...0) { _ in false }.verdict == .missed)
  }

  @Test("events happen as planned with their probability, and late by an exponential otherwise")
  func events() {
    var milestone = Milestone()
    milestone.due = Self.due
    milestone.planned = Self.due - 10
    milestone.onTimeProbability = 0.6
    milestone.delayDays = 40
    milestone.cureDays = 30
    var counts: [MilestoneOutcome.Verdict: Int] = [:]
    let seeds = 4000
    for seed in 0..<seeds {
      var scenario = Scenario()
      scenario.seed = UInt64(seed)
      scenario.milestones = [milestone]
      let outcome = MilestoneReview(scenario).outcomes[0]
      counts[outcome.verdict, default: 0] += 1
      #expect(outcome.value == nil)
      #expect(outcome.metOn! >= milestone.planned)
    }
    // Delays are rounded up to days, so that they are at most n with the probability 1 − e^(−n/40).
    let met = 0.6 + 0.4 * (1 - exponential(-10.0 / 40))
    let cured = 0.4 * (exponential(-10.0 / 40) - exponential(-40.0 / 40))
    func expect(_ verdict: MilestoneOutcome.Verdict, _ p: Double) {
      let share = Double(counts[verdict] ?? 0) / Double(seeds)
      #expect((share - p).magnitude < 4 * (p * (1 - p) / Double(seeds)).squareRoot(), "\(verdict)")
    }
    expect(.met, met)
    expect(.cured, cured)
    expect(.missed, 1 - met - cured)
  }

  @Test("simulating only the days that count gives what a whole run gives")
  func review() async throws {
    var scenario = GrowingNetwork.scenario(seed: 4)
    scenario.backhaul.uploadPeriodH = 24
    scenario.rollout.collectorsPerDay = 2
    for (number, criterion) in Milestone.Criterion.allCases.enumerated() {
      var milestone = Self.share(atLeast: [0, 0.5, 0.3, 0.99][number], cureDays: 7)
      milestone.name = criterion.rawValue
      milestone.criterion = criterion
      milestone.due = scenario.startDate + 20 + number
      scenario.milestones.append(milestone)
    }
    var network = try await EvaluationOrderTests.network(scenario)
    var review = MilestoneReview(scenario)
    for _ in 0..<network.periodCount {
      _ = try await network.simulateNextPeriod(order: .onDemand, threads: 2, progress: { _ in })
      let day = try #require(network.lastCompleteDay)
      if review.looks(at: day) {
        let network = network
        review.take(day) { network.value(of: $0, on: day) }
      }
    }
    var other = try await EvaluationOrderTests.network(scenario)
    let quick = try await other.reviewMilestones(order: .onDemand, threads: 2, progress: { _ in })
    for (whole, quick) in zip(review.outcomes, quick) {
      #expect(whole.verdict == quick.verdict, "\(whole.milestone.name)")
      #expect(whole.value == quick.value, "\(whole.milestone.name)")
      if let value = whole.value { #expect(value > 0.05) }
    }
  }
}
