import Metering

/// A register's count at an instant.
public typealias RegisterPoint = (count: Int64, at: UTCMilliseconds)

/// Register counts that were not read but follow from those that were.
public enum RegisterEstimate {
  /// The count after so many days of average use since the last read.
  ///
  /// ADU × days to two decimals, divided by the multiplier, truncated to whole counts, added to the
  /// last read: the order of rounding proposed in the mail of CPUC's working group (msg00102).
  ///
  /// - Parameters:
  ///   - last: the last count read.
  ///   - adu: average daily use in units.
  ///   - register: its multiplier, below 1 taken as 1.
  ///   - span: number of different counts; below 1 there is no rollover, and the sum saturates.
  /// - Returns: a count, 0 ..< span.
  public static func byHistory(
    last: Int64, adu: AverageDailyUse, days: Int, register: RegisterFormat, span: Int64
  ) -> Int64 {
    // Not saturated, since the remainder of a saturated number means nothing.
    advance(last, hundredths: Int128(adu.hundredths) * Int128(days), register, span: span)
  }

  /// The same for a time that is no whole number of days.
  public static func byHistory(
    last: Int64, adu: AverageDailyUse, over milliseconds: Int64, register: RegisterFormat,
    span: Int64
  ) -> Int64 {
    let use = roundedHalfUp(
      Int128(adu.hundredths) * Int128(milliseconds), Int128(millisecondsPerDay))
    return advance(last, hundredths: use, register, span: span)
  }

  /// The count at a time between two reads: linear in time, truncated to whole counts, exact.
  ///
  /// Never falls as `target` grows, apart from the rollover, and equals the reads at their times.
  /// A later read below the earlier one is taken for a rollover: whether it is plausible is for
  /// `RegisterAdvance` to say before.
  ///
  /// - Parameters:
  ///   - before: the earlier read.
  ///   - after: the later read.
  ///   - target: the wanted time; the nearer read's count holds outside the two.
  ///   - span: number of different counts; below 1 a decrease counts as no use.
  public static func between(
    _ before: RegisterPoint, _ after: RegisterPoint, at target: UTCMilliseconds, span: Int64
  ) -> Int64 {
    if target <= before.at { return before.count }
    if target >= after.at { return after.count }
    let rise = Int128(after.count) - Int128(before.count)
    guard rise >= 0 || span > 0 else { return before.count }
    let use = rise >= 0 ? rise : modulo(rise, Int128(span))
    // Each factor is below 2⁶⁴: the product fits 128 bits without a sign.
    let elapsed = UInt128(Int128(target) - Int128(before.at))
    let whole = UInt128(Int128(after.at) - Int128(before.at))
    let count = Int128(before.count) + Int128(UInt128(use) * elapsed / whole)
    return Int64(rise >= 0 ? count : modulo(count, Int128(span)))
  }

  private static func advance(
    _ last: Int64, hundredths: Int128, _ register: RegisterFormat, span: Int64
  ) -> Int64 {
    let count = Int128(last) + hundredths / (100 * Int128(register.unitsPerCount))
    return span > 0 ? Int64(modulo(count, Int128(span))) : Int64(clamping: count)
  }
}
