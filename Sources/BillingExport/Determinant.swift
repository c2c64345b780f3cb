import Metering
import VEE

/// Why a billing line needs a second look, or is not the plain difference of two reads. A line has
/// one of them: of several the first in this order, but a last bill always its own.
public enum ExceptionReason: String, CaseIterable, Sendable {
  /// An account began with a meter that stayed, and nobody noted what it showed: held until the
  /// registry says it.
  case missingStartRead = "missing_start_read"
  /// The supply, or the account, has ended: the last bill, billed or not.
  case finalBill = "final_bill"
  /// What an earlier revision billed is not due; it is to be taken back.
  case withdrawn = "withdrawn"
  /// No read in the window that can be billed.
  case noReadInWindow = "no_read_in_window"
  /// A register ran backwards by more than a rollover explains.
  case negativeConsumption = "negative_consumption"
  /// The count does not fit the dials that the registry states.
  case beyondDials = "beyond_dials"
  /// A meter was removed, nobody noted what it showed, and no earlier use tells: held until it is
  /// known.
  case missingOutRead = "missing_out_read"
  /// The meter was exchanged within the period.
  case meterExchange = "meter_exchange"
  /// Estimated, and so was the bill before.
  case estimatedTwice = "estimated_twice"
  /// An estimate was billed that turns out too high: consumption is below 0.
  case estimateCredit = "estimate_credit"
  /// Fewer than 26 days since the last billed read.
  case shortPeriod = "short_period"
  /// More than 35 days since the last billed read.
  case longPeriod = "long_period"
  /// Daily use is high against that of the bill before, by the rules' percentage.
  case highBill = "high_bill"
}

/// Who read the dials.
public enum ReadMethod: String, Sendable {
  /// A collector.
  case radio
  /// The customer, a fitter or somebody who went there.
  case person
}

/// What one meter is billed on for one period.
public struct Determinant: Hashable, Sendable {
  /// Of the use: that of the read, `estimated` also where only the count of a removed meter was, or
  /// `rejected`.
  public let quality: Quality
  public private(set) var reason: ExceptionReason?
  /// The read that starts the period.
  public let previous: RegisterRead
  /// Of the bill that ended with it; `actual` where the registry states it.
  public private(set) var previousQuality = Quality.actual
  /// Of the estimate that it was billed by.
  public private(set) var previousMethod: EstimateMethod?
  /// The read that ends it; nil when missing.
  public let read: RegisterRead?
  /// Of that read; nil where it is missing or estimated.
  public let readMethod: ReadMethod?
  /// Of what is estimated.
  public let estimateMethod: EstimateMethod?
  /// Counts since the last billed read; nil unless the read is billed, and where meters of
  /// different multipliers share the period.
  public let counts: Int64?
  /// In the commodity's unit: counts times the register's multiplier; nil unless billed.
  public let consumption: Int64?
  /// Whether a register passed its highest count within the period.
  public let rolledOver: Bool
  /// Local dates between the two reads; nil when missing.
  public let days: Int?

  /// Decides one billing line of a meter that was there for the whole period.
  ///
  /// - Parameters:
  ///   - quality: of the read: `verified`, `actual`, `customer` or `estimated`.
  ///   - method: of an estimate.
  ///   - lastBill: the bill that ended with `previous`; nil where it is not known, and then a
  ///     rollover may use half the span.
  public init(
    register: RegisterFormat, previous: RegisterRead, read: RegisterRead?,
    quality: Quality = .actual, method: EstimateMethod? = nil, clock: LocalClock,
    rules: VEERules = VEERules(), lastBill: BilledRead? = nil
  ) {
    guard let read else {
      self.init(missing: .noReadInWindow, previous: previous)
      return
    }
    let days = clock.day(of: read.at) - clock.day(of: previous.at)
    let span = register.span
    guard read.count >= 0, read.count < span else {
      self.init(rejected: .beyondDials, previous: previous, read: read, quality, days: days)
      return
    }
    var plausible = Int64.max
    if read.count < previous.count, let adu = lastBill?.dailyUse(rules) {
      plausible = rules.plausibleCounts(adu, over: read.at - previous.at, register: register)
    }
    let advance = RegisterAdvance.between(
      previous.count, read.count, span: register.span(over: previous.count, read.count),
      plausibleCounts: plausible)
    if case .use(let counts, let rolledOver) = advance {
      self.init(
        Use(
          counts: counts, units: counts * Int64(register.multiplier), rolledOver: rolledOver,
          quality: quality),
        previous: previous, read: read, quality, method, days: days,
        reason: Self.reason(quality, days: days, rules, lastBill))
    } else if quality != .estimated,
      let credit = lastBill?.credit(upTo: read, register, plausible: plausible)
    {
      self.init(
        Use(
          counts: credit, units: credit * Int64(register.multiplier), rolledOver: false,
          quality: quality),
        previous: previous, read: read, quality, method, days: days, reason: .estimateCredit)
    } else {
      self.init(rejected: .negativeConsumption, previous: previous, read: read, quality, days: days)
    }
  }

  /// What was used in a period.
  struct Use {
    var counts: Int64?
    var units: Int64
    var rolledOver: Bool
    var quality: Quality
  }

  init(
    _ use: Use, previous: RegisterRead, read: RegisterRead, _ readQuality: Quality,
    _ method: EstimateMethod?, days: Int, reason: ExceptionReason?
  ) {
    self.init(
      quality: use.quality, reason: reason, previous: previous, read: read,
      readMethod: ReadMethod(readQuality),
      // What is not the read is the count of a removed meter.
      estimateMethod: use.quality == .estimated ? method ?? .byHistory : nil, counts: use.counts,
      consumption: use.units, rolledOver: use.rolledOver, days: days)
  }

  init(
    rejected reason: ExceptionReason, previous: RegisterRead, read: RegisterRead,
    _ readQuality: Quality, days: Int
  ) {
    self.init(
      quality: .rejected, reason: reason, previous: previous, read: read,
      readMethod: ReadMethod(readQuality), estimateMethod: nil, counts: nil, consumption: nil,
      rolledOver: false, days: days)
  }

  init(missing reason: ExceptionReason, previous: RegisterRead) {
    self.init(
      quality: .missing, reason: reason, previous: previous, read: nil, readMethod: nil,
      estimateMethod: nil, counts: nil, consumption: nil, rolledOver: false, days: nil)
  }

  init(
    quality: Quality, reason: ExceptionReason?, previous: RegisterRead, read: RegisterRead?,
    readMethod: ReadMethod?, estimateMethod: EstimateMethod?, counts: Int64?, consumption: Int64?,
    rolledOver: Bool, days: Int?
  ) {
    self.quality = quality
    self.reason = reason
    self.previous = previous
    self.read = read
    self.readMethod = readMethod
    self.estimateMethod = estimateMethod
    self.counts = counts
    self.consumption = consumption
    self.rolledOver = rolledOver
    self.days = days
  }

  /// The same line with what the bill before says about it.
  func following(_ lastBill: BilledRead?, _ rules: VEERules) -> Determinant {
    guard let lastBill else { return self }
    var line = self
    line.previousQuality = lastBill.quality
    line.previousMethod = lastBill.method
    if reason == nil, let consumption, let days, let reference = lastBill.dailyUse(rules),
      let use = AverageDailyUse(use: consumption, days: days),
      rules.levelFinding(use, reference: reference) == .high
    {
      line.reason = .highBill
    }
    return line
  }

  static func reason(
    _ quality: Quality, days: Int, _ rules: VEERules, _ lastBill: BilledRead?
  ) -> ExceptionReason? {
    if quality == .estimated, let lastBill,
      !rules.estimateExceptions([BilledMonth(lastBill.quality), BilledMonth(.estimated)]).isEmpty
    {
      return .estimatedTwice
    }
    switch rules.billingPeriodFinding(days: days) {
    case .short: return .shortPeriod
    case .long: return .longPeriod
    case nil: return nil
    }
  }
}

extension ReadMethod {
  init?(_ quality: Quality) {
    switch quality {
    case .actual: self = .radio
    case .customer, .verified: self = .person
    case .estimated, .missing, .rejected: return nil
    }
  }
}

extension RegisterFormat {
  /// The number of different values between two counts: that of the dials, or of what a frame
  /// carries where both counts fit that.
  func span(over one: Int64, _ other: Int64) -> Int64 {
    max(one, other) < spanInSCM ? spanInSCM : span
  }
}

extension BilledRead {
  /// Counts, below 0, by which what was billed by estimates exceeds what was used up to a read.
  fileprivate func credit(
    upTo read: RegisterRead, _ register: RegisterFormat, plausible: Int64
  ) -> Int64? {
    guard quality == .estimated, let good else { return nil }
    let trueUp = TrueUp(
      lastActual: good.point, billedEstimate: self.read.count, actual: read.point,
      register: register, span: register.span(over: good.count, read.count),
      plausibleCounts: plausible)
    return trueUp.flatMap { $0.correction < 0 ? $0.correction : nil }
  }
}
