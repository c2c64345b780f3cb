import Metering

extension VEERules {
  /// Fills a short gap on the line between its two end points (CPUC "point-to-point linear
  /// interpolation"): x_k = a + (b − a) k / (n + 1) for n missing values, rounded half up.
  ///
  /// An end point is the nearest good interval without a power failure; those with one in between
  /// keep their value. A gap with power failures on both of its sides is taken for part of them: 0
  /// (one option of the CPUC working group, msg00130).
  ///
  /// - Parameters:
  ///   - gap: one of the series' `intervalGaps`.
  ///   - series: all intervals, from before the gap until after it.
  ///   - intervalMinutes: length of an interval.
  /// - Returns: a value for each index of the gap. Nil when it is longer than interpolation may
  ///   fill, has no end point on one side, or is not one whole gap: take reference days.
  public func interpolated(
    gap: Range<Int>, in series: [IntervalValue], intervalMinutes: Int
  ) -> [Int64]? {
    guard intervalMinutes >= 1, !gap.isEmpty, gap.lowerBound > 0, gap.upperBound < series.count,
      Int128(gap.count) * Int128(intervalMinutes) <= Int128(interpolationMaxMinutes),
      series[gap].allSatisfy(\.needsEstimate), !series[gap.lowerBound - 1].needsEstimate,
      !series[gap.upperBound].needsEstimate
    else { return nil }
    if series[gap.lowerBound - 1].hasOutage && series[gap.upperBound].hasOutage {
      return gap.map { _ in 0 }
    }
    guard let before = series[..<gap.lowerBound].lastIndex(where: \.isEndPoint),
      let after = series[gap.upperBound...].firstIndex(where: \.isEndPoint)
    else { return nil }
    let start = Int128(series[before].value)
    let rise = Int128(series[after].value) - start
    let steps = Int128(after - before)
    return gap.map { index in
      Int64(roundedHalfUp(start * steps + rise * Int128(index - before), steps))
    }
  }
}

extension IntervalValue {
  fileprivate var isEndPoint: Bool { quality.isGood && !hasOutage }
}
