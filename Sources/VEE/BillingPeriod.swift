/// What kind of bill a period is for.
public enum BillOccasion: String, CaseIterable, Sendable {
  case regular
  /// The first bill of an account.
  case first
  /// The last one.
  case final
  /// A bill made anew, or in dispute.
  case rebill
  /// The meter moved to another route or cycle.
  case routeChange = "route_change"
}

/// What is wrong with the length of a billing period.
public enum BillingPeriodFinding: Equatable, Sendable {
  case short
  case long
}

extension VEERules {
  /// Whether a billing period has too few or too many days between its two reads.
  ///
  /// 52 Pa. Code § 56.252 exempts first and final bills, rebills and changes of route from the
  /// length of a billing month, but a final bill is never for more than 42 days.
  public func billingPeriodFinding(
    days: Int, occasion: BillOccasion = .regular
  ) -> BillingPeriodFinding? {
    switch occasion {
    case .regular:
      days < billingMonthDays.lowerBound
        ? .short : days > billingMonthDays.upperBound ? .long : nil
    case .final: days > finalBillMaxDays ? .long : nil
    case .first, .rebill, .routeChange: nil
    }
  }

  /// Over how many days the customer may pay a first bill off: over a time equal to the period of
  /// one for more than 60 days, else nil.
  public func firstBillPaymentDays(periodDays: Int) -> Int? {
    periodDays > firstBillMaxDays ? periodDays : nil
  }
}
