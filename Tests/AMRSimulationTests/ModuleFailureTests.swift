import Metering
import PortableMath
import RadioModel
import Testing

@testable import AMRSimulation

@Suite("Failures of modules")
struct ModuleFailureTests {
  private static let ids = (0..<20_000).map { UInt32(30_000_000 + $0) }

  private static func failures(
    days: Int, _ change: (inout Scenario) -> Void
  ) async throws -> ModuleFailures {
    var scenario = Scenario()
    scenario.seed = 11
    scenario.days = days
    change(&scenario)
    return try await ModuleFailures(
      scenario, endpointIDs: ids, installed: Array(repeating: 0, count: ids.count), threads: 2)
  }

  /// Share of modules that have failed by the end of a day, where nobody repairs them.
  private static func failedShare(_ failures: ModuleFailures, by day: Int) -> Double {
    let end = Int64(day) * Ticks.perDay
    let failed = ids.indices.count { failures[$0].first.map { $0.ticks.lowerBound < end } ?? false }
    return Double(failed) / Double(ids.count)
  }

  /// Four standard deviations of a share of as many modules.
  private static func tolerance(_ p: Double) -> Double {
    4 * (p * (1 - p) / Double(ids.count)).squareRoot() + 1e-4
  }

  @Test("without a cause nothing fails")
  func none() async throws {
    let failures = try await Self.failures(days: 1000) { _ in }
    #expect(failures.isEmpty && failures[5].isEmpty)
  }

  @Test(
    "ages at failure are exponential, Weibull, or a share of early ones", arguments: [200, 1500])
  func lives(day: Int) async throws {
    let years = Double(day) / 365.25
    let constant = try await Self.failures(days: 2000) { $0.faults.failuresPerYear = 0.3 }
    let exponentialShare = 1 - exponential(-0.3 * years)
    #expect(
      (Self.failedShare(constant, by: day) - exponentialShare).magnitude
        < Self.tolerance(exponentialShare))

    let wear = try await Self.failures(days: 2000) {
      $0.faults.wearOutYears = 4
      $0.faults.wearOutShape = 3
    }
    let weibullShare = 1 - exponential(-(years / 4) * (years / 4) * (years / 4))
    #expect(
      (Self.failedShare(wear, by: day) - weibullShare).magnitude < Self.tolerance(weibullShare))

    let early = try await Self.failures(days: 2000) {
      $0.faults.infantFailureShare = 0.2
      $0.faults.infantFailureDays = 100
    }
    let earlyShare = 0.2 * (1 - exponential(-Double(day) / 100))
    #expect((Self.failedShare(early, by: day) - earlyShare).magnitude < Self.tolerance(earlyShare))

    let bathtub = try await Self.failures(days: 2000) {
      $0.faults.infantFailureShare = 0.2
      $0.faults.infantFailureDays = 100
      $0.faults.failuresPerYear = 0.3
      $0.faults.wearOutYears = 4
      $0.faults.wearOutShape = 3
    }
    let survivors = (1 - earlyShare) * (1 - exponentialShare) * (1 - weibullShare)
    #expect(
      (Self.failedShare(bathtub, by: day) - (1 - survivors)).magnitude
        < Self.tolerance(1 - survivors))
  }

  @Test(
    "a module is replaced at a midnight, after a whole day at least; availability is MTBF's share")
  func repairs() async throws {
    let days = 4000
    let failures = try await Self.failures(days: days) {
      $0.faults.failuresPerYear = 2
      $0.faults.repairDays = 20
    }
    var down = 0.0
    for module in Self.ids.indices {
      let outages = failures[module]
      for outage in outages {
        #expect(outage.ticks.upperBound % Ticks.perDay == 0)
        #expect(outage.ticks.count >= Ticks.perDay)
        down +=
          Double(min(outage.ticks.upperBound, Int64(days) * Ticks.perDay))
          - Double(outage.ticks.lowerBound)
      }
      #expect(
        zip(outages, outages.dropFirst()).allSatisfy { $0.ticks.upperBound <= $1.ticks.lowerBound })
    }
    // From a uniform time of a day to the midnight after it, one day, and whole days of an exponential.
    let repair = 0.5 + 1 + (20 - 0.5)
    let expected = repair / (repair + 365.25 / 2)
    let share = down / (Double(days) * Double(Ticks.perDay) * Double(Self.ids.count))
    #expect((share / expected - 1).magnitude < 0.02, "\(share) of \(expected)")
  }

  @Test("batteries that are replaced end as failures do, with a cause of their own")
  func batteries() async throws {
    let failures = try await Self.failures(days: 4000) {
      $0.endpoints.batteryYears = 5
      $0.endpoints.batterySpreadYears = 0.5
      $0.faults.repairDays = 10
    }
    let first = Self.ids.indices.compactMap { failures[$0].first }
    #expect(first.count == Self.ids.count)
    #expect(first.allSatisfy { $0.cause == .battery })
    let mean =
      first.reduce(0) { $0 + Double($1.ticks.lowerBound) } / Double(first.count)
      / (365.25 * Double(Ticks.perDay))
    #expect((mean - 5).magnitude < 0.02)
    var scenario = Scenario()
    scenario.endpoints.batteryYears = 5
    scenario.faults.repairDays = 10
    #expect(
      Transmitters(scenario, endpointIDs: Self.ids).lives.allSatisfy { $0 == Transmitters.endless })
  }

  @Test("modules that are there before the run may have failed before it")
  func aged() async throws {
    var scenario = Scenario()
    scenario.days = 10
    scenario.endpoints.ageYears = 10
    scenario.faults.failuresPerYear = 0.1
    let failures = try await ModuleFailures(
      scenario, endpointIDs: Self.ids, installed: [], threads: 1)
    let dead = Self.ids.indices.count {
      failures[$0].first.map { $0.ticks.lowerBound < 0 } ?? false
    }
    // Ages are uniform from 0 to 10 years: 1 − (1 − e⁻¹) of them have failed.
    let share = 1 - (1 - exponential(-1))
    #expect((Double(dead) / Double(Self.ids.count) - share).magnitude < Self.tolerance(share))
  }
}
