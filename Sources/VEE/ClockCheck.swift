import Metering

extension VEERules {
  /// Whether a time of reception can be trusted (CPUC time tolerance check).
  ///
  /// It may be ahead of the present, and the collector's clock may be wrong, by the tolerance: the
  /// two times come from different clocks.
  ///
  /// - Parameters:
  ///   - receivedAt: by the collector's clock.
  ///   - now: the latest time that it can have been, such as the creation of the upload.
  ///   - clockError: of the collector's clock in milliseconds, of either sign; nil when unknown.
  public func clockFinding(
    receivedAt: UTCMilliseconds, now: UTCMilliseconds, clockError: Int64? = nil
  ) -> VEEFlag? {
    let tolerance = Int128(clockToleranceSeconds) * 1000
    let error = Int128((clockError ?? 0).magnitude)
    return milliseconds(from: now, to: receivedAt) > tolerance || error > tolerance ? .clock : nil
  }
}
