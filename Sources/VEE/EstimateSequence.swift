import Metering

/// Why a bill may be estimated at any time: 52 Pa. Code § 56.12(3).
public enum EstimateReason: String, CaseIterable, Sendable {
  case weather
  case emergency
  case equipmentFailure = "equipment_failure"
  case strike
}

/// What one month was billed on.
public struct BilledMonth: Hashable, Sendable {
  public var quality: Quality
  /// Of an estimate, where one is recorded.
  public var reason: EstimateReason?

  public init(_ quality: Quality, reason: EstimateReason? = nil) {
    self.quality = quality
    self.reason = reason
  }
}

extension VEERules {
  /// The months that a person must look at: the second and each further estimate in a row without a
  /// recorded reason. Only every other month may be estimated (52 Pa. Code § 56.12(2)).
  ///
  /// A month without a bill neither continues nor ends a row.
  ///
  /// - Parameter months: of one account, in order.
  /// - Returns: indices, ascending.
  public func estimateExceptions(_ months: [BilledMonth]) -> [Int] {
    var exceptions: [Int] = []
    var lastWasEstimated = false
    for (index, month) in months.enumerated() {
      if month.quality == .estimated {
        if lastWasEstimated && month.reason == nil { exceptions.append(index) }
        lastWasEstimated = true
      } else if month.quality.isGood {
        lastWasEstimated = false
      }
    }
    return exceptions
  }

  /// Whether the utility must now read the meter itself: the last six months have no read of its
  /// own, whatever the reasons (52 Pa. Code § 56.12(4)).
  ///
  /// - Parameter months: of one account, in order; fewer than six are not due.
  public func isActualReadDue(_ months: [BilledMonth]) -> Bool {
    let count = max(actualReadMonths, 1)
    let recent = months.suffix(count)
    return recent.count == count
      && !recent.contains { $0.quality == .actual || $0.quality == .verified }
  }
}
