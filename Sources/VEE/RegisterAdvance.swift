/// How a register got from one read to the next.
public enum RegisterAdvance: Equatable, Sendable {
  /// Counts used, over the register's highest count or not.
  case use(counts: Int64, rolledOver: Bool)
  /// The count fell by more than a rollover explains.
  case negative

  /// Judges two successive reads of one register.
  ///
  /// Forward use is always use. A decrease is a rollover if (current − previous) mod span is
  /// plausible, and at most half the span: a register that ran back a little would otherwise have
  /// used nearly a whole span.
  ///
  /// - Parameters:
  ///   - previous: the earlier count, 0 ..< span; others are judged by the same arithmetic,
  ///     saturating at 64 bits.
  ///   - current: the later count, likewise.
  ///   - span: number of different counts, min(10^dials, 2^24) on the air of SCM. Of a span below 1
  ///     no decrease is a rollover.
  ///   - plausibleCounts: the greatest plausible use in counts for a rollover. `VEERules` have it in
  ///     units: divide by the multiplier.
  public static func between(
    _ previous: Int64, _ current: Int64, span: Int64, plausibleCounts: Int64
  ) -> RegisterAdvance {
    let difference = Int128(current) - Int128(previous)
    if difference >= 0 { return .use(counts: Int64(clamping: difference), rolledOver: false) }
    guard span > 0 else { return .negative }
    let counts = Int64(modulo(difference, Int128(span)))
    return counts <= min(plausibleCounts, span / 2)
      ? .use(counts: counts, rolledOver: true) : .negative
  }
}
