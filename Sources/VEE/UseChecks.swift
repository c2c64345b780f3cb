import Metering

extension VEERules {
  /// Whether use is high or low against a reference.
  ///
  /// Both limits pass. Against no use at all, any use is high.
  ///
  /// - Parameters:
  ///   - adu: of the period, or of an interval meter's day.
  ///   - reference: see `referenceUse`. Below 0, as a net meter may have it, it says nothing.
  public func levelFinding(_ adu: AverageDailyUse, reference: AverageDailyUse) -> VEEFlag? {
    guard reference.hundredths >= 0 else { return nil }
    let use = Int128(adu.hundredths) * 100
    if use < Int128(lowPercent) * Int128(reference.hundredths) { return .low }
    return use > Int128(highPercent) * Int128(reference.hundredths) ? .high : nil
  }

  /// Whether the use of a period does not fit the account: none for a billing period on an active
  /// one, or some on an inactive one (both CPUC). The read is accepted in either case.
  public func activityFinding(counts: Int64, days: Int, isActive: Bool) -> VEEFlag? {
    if isActive { return counts == 0 && days >= zeroDays ? .zero : nil }
    return counts > 0 ? .inactiveUse : nil
  }

  /// Whether a register that has not changed for so many days must be stuck, given the average
  /// daily use in units.
  public func stuckFinding(
    unchangedDays: Int, adu: AverageDailyUse, register: RegisterFormat
  ) -> VEEFlag? {
    let expected = Int128(adu.hundredths) * Int128(unchangedDays)
    let enough = 100 * Int128(stuckCounts) * Int128(register.unitsPerCount)
    return unchangedDays >= stuckDays && expected >= enough ? .stuck : nil
  }
}
