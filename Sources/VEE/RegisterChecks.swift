import Metering

extension RegisterFormat {
  /// Whether the dials can show a count: 0 ..< 10^dials (CPUC "number of dials on meter").
  public func canShow(_ count: Int64) -> Bool { count >= 0 && count < span }

  /// A count as it compares with others of the same register: modulo 10^dials.
  ///
  /// Frames with 32-bit counts may carry more digits than the dials have.
  public func comparable(_ count: Int64) -> Int64 { Int64(modulo(Int128(count), Int128(span))) }
}

/// The use of a net meter, whose register may run backwards: the nearer way around, in counts.
///
/// - Parameters:
///   - previous: the earlier count.
///   - current: the later count.
///   - span: number of different counts; below 1 the plain difference, saturating at 64 bits.
/// - Returns: above −span / 2, at most span / 2.
public func netUse(from previous: Int64, to current: Int64, span: Int64) -> Int64 {
  let difference = Int128(current) - Int128(previous)
  guard span > 0 else { return Int64(clamping: difference) }
  let forward = Int64(modulo(difference, Int128(span)))
  return forward <= span / 2 ? forward : forward - span
}

/// Whether a tamper counter changed since the last read. Modules count modulo something, so that a
/// smaller number is a change, too.
///
/// - Parameter previous: nil when nothing was read before: no change.
public func tamperFinding(previous: UInt64?, current: UInt64) -> VEEFlag? {
  previous.map { $0 == current } ?? true ? nil : .tamper
}
