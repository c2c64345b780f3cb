import Metering
import PortableMath
import RadioModel

/// By how much the weather delays the clocks of endpoints.
///
/// A tuning-fork crystal is right at 25 °C and slow by a square law on either side of that, 34 parts
/// in 10⁹ per K² (usual data sheets of 32,768 Hz crystals: −0.034 ± 0.006 ppm/K²). The outdoor air is
///
///     T = 11 °C + 12.5 K cos(2π (day − 201)/365.25) + 5.5 K cos(2π (hour − 15)/24)
///
/// in local time, about the normals of Pittsburgh: warmest on 20 July and at 15:00. The delay that
/// has gathered is tabulated for every hour and linear between them; an endpoint has the fraction of
/// it that is its exposure. So it is an exact function of time that never falls, and no endpoint
/// has a state.
///
/// Transmissions are delayed in steps: all of a block of 64 as its first one is. What gathers within
/// a block is a few thousandths of a period, and what comes in between costs a vector no more than a
/// comparison.
struct ClockDrift: Sendable {
  private static let ticksPerHour = 3600 * Ticks.perSecond
  private static let fractionBits: Int64 = 16
  /// Transmissions of a block of 2^shift have the same delay.
  static let blockShift = 6

  /// The delay at full exposure since the start of the run at each hour, in units of 2⁻¹⁶ ticks.
  private let delays: [Int64]
  /// The most of it that gathers in an hour.
  private let steepest: Int64

  /// Nil where the scenario has no drift.
  init?(_ scenario: Scenario) {
    let coefficient = scenario.endpoints.driftPpbPerK2 * 1e-9
    guard coefficient > 0 else { return nil }
    var delays: [Int64] = [0]
    // What starts in the run's last hours, by the clock of any collector, and what overlaps it.
    for hour in 0..<24 * (scenario.days + 3) {
      let day = (scenario.startDate + hour / 24).dayOfYear
      let kelvin = Self.celsius(day: Double(day), hour: Double(hour % 24) + 0.5) - 25
      let slow = coefficient * kelvin * kelvin
      delays.append(
        delays[hour]
          + Int64((slow * Double(Self.ticksPerHour << Self.fractionBits)).rounded()))
    }
    self.delays = delays
    steepest = zip(delays.dropFirst(), delays).map { $0 - $1 }.max() ?? 0
  }

  /// Outdoor temperature at an hour of a day of the year, both with fractions.
  static func celsius(day: Double, hour: Double) -> Double {
    let turn = 6.283185307179586
    return 11 + 12.5 * cosine(turn * (day - 201) / 365.25) + 5.5 * cosine(turn * (hour - 15) / 24)
  }

  /// The delay of what nominally starts at a tick, in ticks; 0 before the start of the run.
  ///
  /// - Parameter exposure: in units of 1/256.
  @inline(__always)
  func ticks(at tick: Int64, exposure: UInt8) -> Int64 {
    Self.ticks(ofDelay: delay(at: tick), exposure: exposure)
  }

  /// What an exposure makes of a delay at full exposure.
  @inline(__always)
  static func ticks(ofDelay delay: Int64, exposure: UInt8) -> Int64 {
    (delay &* Int64(exposure)) >> (fractionBits + 8)
  }

  /// The delay of transmission k, which is that of the first of its block.
  ///
  /// - Parameters:
  ///   - phase: ticks from the start of the run to transmission 0.
  ///   - period: ticks.
  @inline(__always)
  func ticks(ofTransmission k: Int64, phase: Int64, period: Int64, exposure: UInt8) -> Int64 {
    let first = k & ~(1 << Int64(Self.blockShift) - 1)
    return ticks(at: phase &+ first &* period, exposure: exposure)
  }

  /// The most that a delay rises from one block of transmissions to the next.
  func mostStep(period: Int64) -> Int64 {
    let block = Double(period << Int64(Self.blockShift)) / Double(Self.ticksPerHour)
    return Int64(Double(steepest) * block) >> Self.fractionBits + 2
  }

  /// The most that any exposure gives.
  func most(at tick: Int64) -> Int64 { ticks(at: tick, exposure: .max) + 1 }

  /// The delay at full exposure, in units of 2⁻¹⁶ ticks.
  func delay(at tick: Int64) -> Int64 {
    guard tick > 0 else { return 0 }
    let hour = Int(tick / Self.ticksPerHour)
    guard hour < delays.count - 1 else { return delays[delays.count - 1] }
    let rise = delays[hour + 1] - delays[hour]
    return delays[hour] + rise * (tick % Self.ticksPerHour) / Self.ticksPerHour
  }
}
