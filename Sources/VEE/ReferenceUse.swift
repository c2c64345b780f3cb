/// The use of some past period.
public struct PastUse: Hashable, Sendable {
  public var adu: AverageDailyUse
  /// How many days it was averaged over.
  public var days: Int

  public init(adu: AverageDailyUse, days: Int) {
    self.adu = adu
    self.days = days
  }
}

extension VEERules {
  /// The average daily use that others are compared with or estimated by.
  ///
  /// That of the same month last year, else of the month before, else of the class. A period of too
  /// few days is passed over. Nil when there is none: then nothing is high or low, and nothing is
  /// estimated by history.
  ///
  /// - Parameter classAverage: of meters of the same kind; for estimates only, since a customer may
  ///   differ from it for good.
  public func referenceUse(
    sameMonthLastYear: PastUse?, monthBefore: PastUse?, classAverage: AverageDailyUse? = nil
  ) -> AverageDailyUse? {
    for past in [sameMonthLastYear, monthBefore] {
      if let past, past.days >= referenceDaysMin { return past.adu }
    }
    return classAverage
  }
}
