import Metering

/// What an actual read means for the bills that were estimated since the last one.
///
/// No bill has negative use: what was billed too much is credited on the next bill.
public struct TrueUp: Equatable, Sendable {
  /// Counts used since the last actual read.
  public let counts: Int64
  /// Counts billed since then by estimates.
  public let billedCounts: Int64
  /// Average daily use between the two actual reads, in units.
  public let adu: AverageDailyUse

  private let lastCount: Int64
  private let lastAt: UTCMilliseconds
  private let count: Int64
  private let at: UTCMilliseconds
  private let span: Int64

  /// - Parameters:
  ///   - lastActual: the read before the estimates.
  ///   - billedEstimate: the count of the last bill, which was estimated.
  ///   - actual: the read after them.
  ///   - register: its multiplier, below 1 taken as 1.
  ///   - span: number of different counts.
  ///   - plausibleCounts: the greatest plausible use between the two reads for a rollover; half the
  ///     span if that is less.
  ///
  /// Nil when the actual read is not later than the last one, or the register ran backwards between
  /// them: the read is rejected.
  public init?(
    lastActual: RegisterPoint, billedEstimate: Int64, actual: RegisterPoint,
    register: RegisterFormat, span: Int64, plausibleCounts: Int64 = .max
  ) {
    let advance = RegisterAdvance.between(
      lastActual.count, actual.count, span: span, plausibleCounts: plausibleCounts)
    guard case .use(let counts, _) = advance,
      let adu = AverageDailyUse(
        use: Int64(clamping: Int128(counts) * Int128(register.unitsPerCount)),
        over: milliseconds(from: lastActual.at, to: actual.at))
    else { return nil }
    let billed = Int128(billedEstimate) - Int128(lastActual.count)
    self.counts = counts
    // Estimates only ever add, so that a count below the last read's has rolled over.
    billedCounts = Int64(clamping: span > 0 ? modulo(billed, Int128(span)) : billed)
    self.adu = adu
    (lastCount, lastAt) = (lastActual.count, lastActual.at)
    (count, at) = (actual.count, actual.at)
    self.span = span
  }

  /// Counts that remain to be billed; below 0 to be credited. Saturates at 64 bits.
  public var correction: Int64 { Int64(clamping: Int128(counts) - Int128(billedCounts)) }

  /// Counts to use on the next bill, 0 or more.
  public var nextBillUse: Int64 { max(correction, 0) }

  /// Counts to credit on the next bill, 0 or more.
  public var credit: Int64 { Int64(clamping: -Int128(min(correction, 0))) }

  /// The estimate of a time between the two actual reads, spread anew: the next version of the read
  /// that was estimated for it.
  public func respread(at target: UTCMilliseconds) -> Int64 {
    RegisterEstimate.between((lastCount, lastAt), (count, at), at: target, span: span)
  }
}
