import Metering
import Parallel
import PortableMath
import RadioModel
import RandomStreams

/// When modules are out of order, from their failures to the installation of the next one in their
/// place, which is programmed to the same address.
///
/// A module's life ends with the first of four causes: an early failure, which a share of all modules
/// has; one at any age; wearing out, by Weibull's distribution; its battery. Together the first
/// three make the bathtub curve of reliability engineering. It is replaced at the midnight after an
/// exponential time, after a whole day at least, so that in one day a module stops or starts once.
struct ModuleFailures: Sendable {
  /// Why a module stopped.
  enum Cause: UInt8, Sendable {
    case failure
    case battery
  }

  struct Outage: Sendable, Equatable {
    /// Ticks since the start of the run, up to the first midnight of the next module.
    let ticks: Range<Int64>
    let cause: Cause
  }

  /// Where each module's outages start, by its index, and a last entry; empty where nothing fails.
  private let starts: [UInt32]
  private let outages: [Outage]

  /// Whether nothing ever fails.
  var isEmpty: Bool { outages.isEmpty }

  /// Calls `body` with the outages of a module, ascending, and makes no list of them.
  @inline(__always)
  func forEach(of module: Int, _ body: (Outage) -> Void) {
    if starts.isEmpty { return }
    for number in Int(starts[module])..<Int(starts[module + 1]) { body(outages[number]) }
  }

  /// The outages of a module, ascending.
  subscript(module: Int) -> ArraySlice<Outage> {
    starts.isEmpty ? [] : outages[Int(starts[module])..<Int(starts[module + 1])]
  }

  static let none = ModuleFailures(starts: [], outages: [])

  private init(starts: [UInt32], outages: [Outage]) {
    self.starts = starts
    self.outages = outages
  }

  /// The failures of a run.
  ///
  /// - Parameter installed: the day on which each module's service begins, counted from the run's
  ///   first; for modules that are there before, nothing.
  init(
    _ scenario: Scenario, endpointIDs: [UInt32], installed: [Int32], threads: Int
  ) async throws {
    let model = LifeModel(scenario)
    guard model.canFail else {
      self = .none
      return
    }
    let parts = try await parallelRanges(count: endpointIDs.count, threads: threads) { range in
      range.map { index in
        model.outages(
          endpoint: endpointIDs[index], installed: installed.isEmpty ? nil : installed[index])
      }
    }
    var starts: [UInt32] = [0]
    var outages: [Outage] = []
    for module in parts.joined() {
      outages += module
      starts.append(UInt32(outages.count))
    }
    self.init(starts: starts, outages: outages)
  }
}

/// Draws the lives of modules.
private struct LifeModel: Sendable {
  private static let ticksPerYear = 365.25 * Double(Ticks.perDay)

  private let seed: UInt64
  private let faults: FaultSpec
  private let endpoints: EndpointSpec
  private let end: Int64

  init(_ scenario: Scenario) {
    seed = scenario.seed
    faults = scenario.faults
    endpoints = scenario.endpoints
    end = Int64(scenario.days + 1) * Ticks.perDay
  }

  /// Batteries that nobody replaces end with `Transmitters.lives`.
  private var hasBattery: Bool { faults.repairDays > 0 && endpoints.batteryYears > 0 }

  var canFail: Bool {
    faults.infantFailureShare > 0 || faults.failuresPerYear > 0 || faults.wearOutYears > 0
      || hasBattery
  }

  /// - Parameter installed: day of the run; nil for a module whose age at the start is drawn.
  func outages(endpoint: UInt32, installed: Int32?) -> [ModuleFailures.Outage] {
    if installed == .max { return [] }
    let lives = RandomStream(seed: seed, .moduleLife, entity: endpoint)
    let batteries = RandomStream(seed: seed, .batteryLife, entity: endpoint)
    var outages: [ModuleFailures.Outage] = []
    var begin =
      installed.map { Int64($0) * Ticks.perDay }
      ?? -Int64(endpoints.ageYears * unit(batteries.words(0).w) * Self.ticksPerYear)
    var generation: UInt32 = 0
    while begin < end {
      let draws = lives.words(2 * generation)
      let (life, cause) = life(draws, battery: batteries.words(generation))
      let failure = begin + max(1, Int64(min(life, 1000) * Self.ticksPerYear))
      guard failure < end else { break }
      let repair = -naturalLogarithm(unit(draws.w)) * faults.repairDays
      let next =
        faults.repairDays == 0
        ? Int64.max
        : (failure.flooredQuotient(Ticks.perDay) + 2 + Int64(min(repair, 100_000))) * Ticks.perDay
      if next > 0 { outages.append(.init(ticks: failure..<next, cause: cause)) }
      if next == .max { break }
      begin = next
      generation += 1
    }
    return outages
  }

  /// Years from the installation to the failure.
  private func life(_ draws: SIMD4<UInt32>, battery: SIMD4<UInt32>)
    -> (years: Double, cause: ModuleFailures.Cause)
  {
    var life = Double.infinity
    let early = unit(draws.x)
    if early < faults.infantFailureShare {
      // Below the share the draw is uniform again.
      life =
        -naturalLogarithm(early / faults.infantFailureShare) * faults.infantFailureDays / 365.25
    }
    if faults.failuresPerYear > 0 {
      life = min(life, -naturalLogarithm(unit(draws.y)) / faults.failuresPerYear)
    }
    if faults.wearOutYears > 0 {
      let exponent = naturalLogarithm(-naturalLogarithm(unit(draws.z))) / faults.wearOutShape
      life = min(life, faults.wearOutYears * exponential(exponent))
    }
    guard hasBattery else { return (life, .failure) }
    let charge = max(
      0, endpoints.batteryYears + endpoints.batterySpreadYears * normalVariate(battery.x))
    return charge < life ? (charge, .battery) : (life, .failure)
  }
}

extension Int64 {
  /// The quotient rounded down, also below 0.
  fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
