import AMRSimulation
import HeadEnd
import Metering
import Reporting
import TestSupport
import Testing

@testable import RunPipeline

/// Runs in which modules and collectors come to be there, and vans read what the fixed network does
/// not.
@Suite("Runs of a rollout")
struct ProgramRunTests {
  static func scenario(seed: UInt64 = 3) -> Scenario {
    var scenario = RunTests.scenario()
    scenario.seed = seed
    scenario.startDate = CivilDay(year: 1998, month: 2, day: 16)
    scenario.days = 60
    scenario.territory.tractsCSV = "tracts.csv"
    scenario.territory.areaKm = 0.4
    scenario.backhaul.uploadPeriodH = 24
    scenario.rollout.crews = 1
    scenario.rollout.installFrom = CivilDay(year: 1998, month: 1, day: 26)
    scenario.rollout.installsPerCrewDay = 8
    scenario.rollout.noAccessShare = 0.1
    scenario.rollout.collectorsPerDay = 0.5
    scenario.rollout.buildFrom = CivilDay(year: 1998, month: 2, day: 23)
    scenario.rollout.commissioningDays = 3
    scenario.faults.failuresPerYear = 1
    scenario.faults.repairDays = 6
    scenario.meters.exchangedShare = 0.1
    scenario.meters.movesPerYear = 0.5
    scenario.vans.count = 1
    scenario.vans.blockedShare = 0.3
    scenario.vans.antennaGainDbi = -25
    scenario.vans.tonePowerDbm = 57
    scenario.billing.windowAfterDays = 4
    var share = Milestone()
    share.name = "share"
    share.criterion = .fixedReadShare
    // Its reviews in the first days of a month look at the last ones of the month before.
    share.due = CivilDay(year: 1998, month: 4, day: 1)
    share.atLeast = 0.2
    share.cureDays = 7
    scenario.milestones = [share]
    return scenario
  }

  @Test("rollovers of meters that vans read once a month are found as such", arguments: [3, 4])
  func rollovers(seed: UInt64) async throws {
    var scenario = Self.scenario(seed: seed)
    scenario.days = 100
    scenario.meters.rolloverShare = 0.3
    let (summary, _) = try await RunTests.run(scenario, threads: 2)
    let score = try #require(summary.validation.first { $0.rule == "rollover" })
    #expect(score.injected > 30, "seed \(seed): \(score)")
    #expect(try #require(score.precision) >= 0.9, "seed \(seed): \(score)")
    // Those after a meter's last read of the run nobody can see, nor those before its first.
    #expect(try #require(score.recall) >= 0.4, "seed \(seed): \(score)")
  }

  @Test(
    "states, daily reads, rounds of vans and areas add up, and the store is in order",
    arguments: [(3, 0), (4, 0), (3, 0.3)] as [(seed: UInt64, wakeUpShare: Double)])
  func conservation(seed: UInt64, wakeUpShare: Double) async throws {
    var scenario = Self.scenario(seed: seed)
    scenario.vans.wakeUpShare = wakeUpShare
    let (summary, place) = try await RunTests.run(scenario, threads: 2)
    #expect(summary.perDay.count == 60)
    for day in summary.perDay {
      #expect(day.states.total == 300, "each module is in exactly one state")
      #expect(day.expected.read <= day.expected.expected)
    }
    let last = try #require(summary.perDay.last).states
    #expect(last.fixed > 100 && last.notInstalled < 60)
    #expect(summary.perDay.contains { $0.states.failed > 0 && $0.states.mobile > 0 })

    // Every read that the fixed network owed is there or has exactly one reason.
    #expect(summary.expected.read + summary.missed.total == summary.expected.expected)
    #expect(summary.missed.reasons.allSatisfy { $0.count >= 0 })
    #expect(summary.expected.expected > 1000 && summary.reads > summary.expected.read)
    #expect(
      summary.expected.expected
        == summary.perDay.reduce(0) { $0 + $1.expected.expected })

    // Every module that a van was to read was read or has exactly one reason.
    let vans = try #require(summary.vans)
    #expect(vans.reads.read + vans.missed.total == vans.reads.expected)
    #expect(vans.reads.expected > 100 && vans.missed.total > 0)
    #expect(vans.shifts > 10 && vans.kilometres > 10 && vans.hours > 1)

    #expect(summary.areas.reduce(0) { $0 + $1.modules } == 300)
    #expect(summary.areas.reduce(0) { $0 + $1.daily.read } == summary.expected.read)
    #expect(summary.areas.reduce(0) { $0 + $1.daily.expected } == summary.expected.expected)
    #expect(summary.areas.reduce(0) { $0 + $1.monthly.read } == vans.reads.read)
    #expect(summary.areas.reduce(0) { $0 + $1.monthly.expected } == vans.reads.expected)
    #expect(
      (last.fixed...last.fixed + last.failed).contains(summary.areas.reduce(0) { $0 + $1.fixed }))

    // The schedule by month and area beside the states by day.
    let rollout = try #require(summary.rollout)
    #expect(rollout.monthEnds == ["1998-02-28", "1998-03-31", "1998-04-16"])
    #expect(rollout.areas.map(\.name) == summary.areas.map(\.name))
    for (place, end) in rollout.monthEnds.enumerated() {
      let day = try #require(summary.perDay.first { $0.day == end })
      #expect(
        rollout.areas.reduce(0) { $0 + $1.installed[place] } == 300 - day.states.notInstalled)
      #expect(rollout.areas.reduce(0) { $0 + $1.fixed[place] } == day.expected.expected)
    }
    #expect(rollout.areas.map { $0.installed.last } == summary.areas.map(\.installed))
    #expect(rollout.areas.map { $0.fixed.last } == summary.areas.map(\.fixed))

    #expect(summary.bills > 250 && summary.billsRead + summary.billsEstimated <= summary.bills)
    #expect(try #require(summary.monthlyReadRate) > 0.5)
    #expect(summary.milestones.map(\.name) == ["share"])
    #expect(summary.milestones[0].value != nil)

    let check = try await ReadStore.check(at: place.file("store"), engine: "test", threads: 2)
    #expect(check.faults == [])
  }

  @Test(
    "a run of a rollout that is interrupted anywhere gives the same figures",
    arguments: [5, 6] as [UInt64])
  func resumed(seed: UInt64) async throws {
    var random = SplitMix64(seed: seed)
    var scenario = Self.scenario(seed: seed)
    // With short periods a part of the next day is simulated when a month ends.
    scenario.backhaul.uploadPeriodH = seed % 2 == 0 ? 4 : 24
    scenario.vans.wakeUpShare = seed % 2 == 0 ? 0.3 : 0
    let observer = ResumeTests.Impatient()
    let whole = try TemporaryDirectory(inMemory: true)
    let expected = try await ResumeTests.carryOut(scenario, in: whole, observer: observer)
    let place = try TemporaryDirectory(inMemory: true)
    var interruptions = 0
    while true {
      let patience = observer.count / 6 + Int(random.next() % UInt64(observer.count / 3))
      do {
        let summary = try await ResumeTests.carryOut(
          scenario, in: place, threads: 1 + Int(random.next() % 3),
          observer: ResumeTests.Impatient(patience: interruptions < 4 ? patience : .max))
        #expect(interruptions > 0)
        try ResumeTests.expectEqual(
          (expected, whole), (summary, place), allBytes: false,
          "seed \(seed), \(interruptions) interruptions")
        return
      } catch is ResumeTests.Stop {
        interruptions += 1
      }
    }
  }
}
