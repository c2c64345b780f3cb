import Metering

/// A past day that may stand for another.
public struct ReferenceDay: Hashable, Sendable {
  public var day: CivilDay
  /// All intervals of the day.
  public var intervals: [IntervalValue]

  public init(day: CivilDay, intervals: [IntervalValue]) {
    self.day = day
    self.intervals = intervals
  }
}

extension VEERules {
  /// Estimates the intervals of a gap by the average of reference days, rounded half up (CPUC).
  ///
  /// Reference days are the nearest preceding ones of the same type. A day with a power failure is
  /// none (CPUC working group, msg00128), and an estimated interval is no model for its slot: there
  /// the next day takes its place.
  ///
  /// - Parameters:
  ///   - slots: indices within the day of the intervals to estimate.
  ///   - day: the day of the gap.
  ///   - history: other days, in any order.
  /// - Returns: a value for each slot; nil when one has too few reference days.
  public func referenceDayValues(
    slots: Range<Int>, of day: CivilDay, history: [ReferenceDay], holidays: Set<CivilDay>
  ) -> [Int64]? {
    guard slots.lowerBound >= 0, referenceDays >= 1 else { return nil }
    let nearestFirst =
      history
      .filter { $0.day.canStandFor(day, holidays: holidays) }
      .filter { !$0.intervals.contains(where: \.hasOutage) }
      .sorted { $0.day > $1.day }
    var values: [Int64] = []
    for slot in slots {
      let models = nearestFirst.lazy
        .compactMap { $0.intervals.indices.contains(slot) ? $0.intervals[slot] : nil }
        .filter(\.quality.isGood)
        .prefix(referenceDays)
      var (sum, count) = (0 as Int128, 0 as Int128)
      for model in models {
        sum += Int128(model.value)
        count += 1
      }
      guard count == referenceDays else { return nil }
      values.append(Int64(roundedHalfUp(sum, count)))
    }
    return values
  }
}
