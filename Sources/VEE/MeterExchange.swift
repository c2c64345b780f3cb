import Metering

/// A work order by which one meter replaced another.
///
/// Without one, a new module's reads are held and not billed.
public struct MeterExchange: Sendable, Equatable {
  /// When it was done. See `ServicePoint.serviceFinding` for reads on the wrong side of it.
  public var at: UTCMilliseconds
  public var oldRegister: RegisterFormat
  /// The old meter's count at its removal; nil when nobody noted it.
  public var outRead: Int64?
  public var newRegister: RegisterFormat
  /// The new meter's count at its installation.
  public var inRead: Int64
  /// Different counts of the old register, 10^dials unless its frames wrap earlier.
  public var oldSpan: Int64
  /// The same of the new register.
  public var newSpan: Int64

  public init(
    at: UTCMilliseconds, oldRegister: RegisterFormat, outRead: Int64?,
    newRegister: RegisterFormat, inRead: Int64, oldSpan: Int64? = nil, newSpan: Int64? = nil
  ) {
    self.at = at
    self.oldRegister = oldRegister
    self.outRead = outRead
    self.newRegister = newRegister
    self.inRead = inRead
    self.oldSpan = oldSpan ?? oldRegister.span
    self.newSpan = newSpan ?? newRegister.span
  }

  /// The use of a period that contains the exchange:
  /// (out − previous) mod old span × old multiplier + (current − in) mod new span × new multiplier.
  ///
  /// Either part is judged like any other advance, so that a mistaken out or in read is not billed
  /// as nearly a whole span. A missing out read is estimated by average daily use.
  ///
  /// - Parameters:
  ///   - previous: the last read of the old meter.
  ///   - current: a read of the new meter.
  ///   - adu: average daily use in units; nil when unknown.
  public func use(
    from previous: RegisterPoint, to current: RegisterPoint, adu: AverageDailyUse?,
    rules: VEERules
  ) -> ExchangeOutcome {
    let oldTime = milliseconds(from: previous.at, to: at)
    let newTime = milliseconds(from: at, to: current.at)
    let estimate = adu.map {
      RegisterEstimate.byHistory(
        last: previous.count, adu: $0, over: oldTime, register: oldRegister, span: oldSpan)
    }
    guard let out = outRead ?? estimate else { return .missingOutRead }
    let old = RegisterAdvance.between(
      previous.count, out, span: oldSpan,
      plausibleCounts: rules.plausibleCounts(adu, over: oldTime, register: oldRegister))
    let new = RegisterAdvance.between(
      inRead, current.count, span: newSpan,
      plausibleCounts: rules.plausibleCounts(adu, over: newTime, register: newRegister))
    guard case .use(let oldCounts, let oldRolledOver) = old,
      case .use(let newCounts, let newRolledOver) = new
    else { return .negative }
    return .use(
      ExchangeUse(
        oldCounts: oldCounts, newCounts: newCounts,
        units: Int64(
          clamping: Int128(oldCounts) * Int128(oldRegister.unitsPerCount)
            + Int128(newCounts) * Int128(newRegister.unitsPerCount)),
        outRead: out, quality: outRead == nil ? .estimated : .actual,
        rolledOver: oldRolledOver || newRolledOver))
  }
}

/// What a meter exchange makes of the two reads around it.
public enum ExchangeOutcome: Equatable, Sendable {
  case use(ExchangeUse)
  /// One of the two meters ran backwards by more than a rollover explains.
  case negative
  /// Nobody noted the out read, and no history tells what it may have been: hold.
  case missingOutRead
}

/// The use of a period that contains a meter exchange.
public struct ExchangeUse: Equatable, Sendable {
  /// Counts of the old register.
  public let oldCounts: Int64
  /// Counts of the new register.
  public let newCounts: Int64
  /// Both, each times its multiplier; saturates at 64 bits.
  public let units: Int64
  /// The old meter's last count, noted or estimated.
  public let outRead: Int64
  /// Of the out read, and so of the use: `actual` or `estimated`.
  public let quality: Quality
  /// Whether either register passed its highest count.
  public let rolledOver: Bool
}
