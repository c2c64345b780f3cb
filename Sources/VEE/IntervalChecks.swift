import Metering

extension VEERules {
  /// Whether the intervals of a period add up to the register's use within the tolerance.
  ///
  /// Passing data still goes through the other checks (CPUC working group, msg00151).
  ///
  /// - Parameters:
  ///   - intervals: use of each interval.
  ///   - registerUse: of the same period, in the same measure.
  ///   - multiplier: units per count of the register.
  ///   - partsPerUnit: what a unit is in the measure of the two: 100 for hundredths.
  public func sumFinding(
    intervals: [Int64], registerUse: Int64, multiplier: Int, partsPerUnit: Int64 = 1
  ) -> VEEFlag? {
    let sum = intervals.reduce(0 as Int128) { $0 + Int128($1) }
    let parts = Int128(max(sumToleranceFactor, 0)) * Int128(max(multiplier, 0))
    let (tolerance, overflow) = parts.multipliedReportingOverflow(by: Int128(max(partsPerUnit, 0)))
    return overflow || abs(sum - Int128(registerUse)) <= tolerance ? nil : .sum
  }

  /// Whether a day's highest interval is a spike: (P1 − P3) / P3 above the limit, where P1 is the
  /// highest interval and P3 the third highest (Oracle Utilities, "Interval Spike Check").
  ///
  /// Nothing stands out of fewer than three intervals, or of a day with next to no use.
  ///
  /// - Parameters:
  ///   - day: the values of 24 hours, without missing ones.
  ///   - partsPerCount: what a count is in the measure of the values: 10 for tenths.
  public func spikeFinding(day: [Int64], partsPerCount: Int64 = 1) -> VEEFlag? {
    guard day.count >= 3 else { return nil }
    var highest = [Int64](repeating: .min, count: 3)
    for value in day where value > highest[2] {
      let place = value > highest[0] ? 0 : value > highest[1] ? 1 : 2
      highest.insert(value, at: place)
      highest.removeLast()
    }
    let third = Int128(highest[2])
    guard third > 0, third > Int128(spikeFloor) * Int128(partsPerCount) else { return nil }
    return 100 * (Int128(highest[0]) - third) > Int128(spikePercent) * third ? .spike : nil
  }
}

/// The register at the older edge of an interval frame: its last count less all of its differences,
/// modulo the span. It must equal the register that another frame reports for that time.
///
/// - Parameters:
///   - differences: use of each interval; a frame with one at the largest value that its field
///     holds says too little, and cannot be checked.
///   - span: number of different counts; nil below 1.
public func registerAtOlderEdge(last: Int64, differences: [Int64], span: Int64) -> Int64? {
  guard span >= 1 else { return nil }
  let sum = differences.reduce(0 as Int128) { $0 + Int128($1) }
  return Int64(modulo(Int128(last) - sum, Int128(span)))
}
