import Metering
import VEE

/// The time in which an endpoint reads one meter: rows of the registry that differ in who is billed
/// and when, and in how often it is read, but not in the meter, put together.
struct ServiceSegment {
  /// Places in the registry.
  private(set) var rows: Range<Int>
  /// The last row of them.
  private(set) var point: ServicePoint
  let from: UTCMilliseconds
  /// The first instant that does not belong to it; nil while the meter is there.
  var to: UTCMilliseconds? { point.removedAt }
  /// Where the registry says that the register starts.
  let opening: RegisterPoint
  /// Number of different counts that frames carry.
  let span: Int64
  /// Whether the endpoint is read once a month in some of the time.
  private(set) var hasMonthlyService: Bool

  private init(_ point: ServicePoint, row: Int) {
    rows = row..<row + 1
    self.point = point
    from = point.installedAt
    opening = (point.lastBilledRead, point.lastBilledAt)
    span = point.register.spanInSCM
    hasMonthlyService = point.isReadMonthly
  }

  /// The segments of an endpoint, in order of time.
  ///
  /// - Parameter rows: of one endpoint, in order of time, without overlap.
  static func list(_ registry: [ServicePoint], _ rows: Range<Int>) -> [ServiceSegment] {
    var segments: [ServiceSegment] = []
    for row in rows {
      let point = registry[row]
      if let last = segments.last, last.isContinued(by: point) {
        segments[segments.count - 1].rows = last.rows.lowerBound..<row + 1
        segments[segments.count - 1].point = point
        if point.isReadMonthly { segments[segments.count - 1].hasMonthlyService = true }
      } else {
        segments.append(ServiceSegment(point, row: row))
      }
    }
    return segments
  }

  private func isContinued(by next: ServicePoint) -> Bool {
    point.removedAt == next.installedAt && point.meterID == next.meterID
      && point.commodity == next.commodity && point.register == next.register
  }

  /// What the fitter read when the meter was removed.
  var closing: RegisterPoint? {
    guard let count = point.removedRead, let at = to else { return nil }
    return (count, at)
  }
}
