import Metering

/// How the registers of one class count, as frames carry them.
struct DialCounter: Sendable, Equatable {
  /// Wh for one count.
  let wattHoursPerCount: Int64
  /// Counts after which a frame shows zero again: eight dials do so early, as a frame has 24 bits.
  let span: Int64

  init(_ moduleClass: ModuleClass) {
    let format = RegisterFormat(dials: moduleClass.dials, multiplier: moduleClass.multiplier)
    wattHoursPerCount = Int64(1000 * format.multiplier)
    span = format.spanInSCM
  }

  /// Wh between two rollovers.
  var wattHoursPerRollover: Int64 { span * wattHoursPerCount }

  /// What a register that showed `opening` shows after so many Wh.
  @inline(__always)
  func shown(opening: Int64, wattHours: Int64) -> Int64 {
    (opening + wattHours / wattHoursPerCount) % span
  }

  /// With how many Wh in all a register that showed `opening` next rolls over when it has counted
  /// `wattHours`.
  @inline(__always)
  func rollover(opening: Int64, after wattHours: Int64) -> Int64 {
    let passed = (opening + wattHours / wattHoursPerCount) / span
    return ((passed + 1) * span - opening) * wattHoursPerCount
  }
}
