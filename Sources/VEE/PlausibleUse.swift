import Metering

extension VEERules {
  /// The greatest plausible use of so many days in whole units: factor × ADU × days, truncated.
  ///
  /// Saturates at 64 bits; 0 when any of the three is not above 0.
  public func plausibleUse(_ adu: AverageDailyUse, days: Int) -> Int64 {
    plausibleUse(adu, time: Int64(days), unitsOfTimePerDay: 1)
  }

  /// The same for a time that is no whole number of days.
  public func plausibleUse(_ adu: AverageDailyUse, over milliseconds: Int64) -> Int64 {
    plausibleUse(adu, time: milliseconds, unitsOfTimePerDay: millisecondsPerDay)
  }

  /// The greatest plausible advance of a register in counts.
  ///
  /// - Parameter adu: units a day; nil, where no history tells, sets no limit.
  public func plausibleCounts(
    _ adu: AverageDailyUse?, over milliseconds: Int64, register: RegisterFormat
  ) -> Int64 {
    adu.map { plausibleUse($0, over: milliseconds) / register.unitsPerCount } ?? .max
  }

  private func plausibleUse(
    _ adu: AverageDailyUse, time: Int64, unitsOfTimePerDay: Int64
  ) -> Int64 {
    guard plausibleUseFactor > 0, adu.hundredths > 0, time > 0 else { return 0 }
    // 189 bits at most. What does not fit 127 is too much for 64 after the division, too.
    let daily = Int128(plausibleUseFactor) * Int128(adu.hundredths)
    let (product, overflow) = daily.multipliedReportingOverflow(by: Int128(time))
    return overflow ? .max : Int64(clamping: product / (100 * Int128(unitsOfTimePerDay)))
  }
}

extension RegisterFormat {
  /// The multiplier as a divisor: 1 where a registry states none above 0.
  var unitsPerCount: Int64 { Int64(max(multiplier, 1)) }
}
