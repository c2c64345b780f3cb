import Metering
import VEE

extension Determinant {
  /// Decides one billing line over several rows of the registry, or a final one.
  ///
  /// - Parameters:
  ///   - register: of the present meter.
  ///   - found: the read of the window.
  init(
    _ path: ServicePath, register: RegisterFormat, found: BillableRead?, clock: LocalClock,
    rules: VEERules
  ) {
    guard path.isStartKnown else {
      self.init(
        missing: path.final == nil ? .missingStartRead : .finalBill, previous: path.previous)
      return
    }
    var end = found
    if let final = path.final {
      let noted = final.count.map { RegisterRead(count: $0, at: final.at) }
      guard let read = noted ?? path.estimate(at: final.at, register, rules) else {
        self.init(missing: .finalBill, previous: path.previous)
        return
      }
      end = BillableRead(
        read: read, quality: noted == nil ? .estimated : .actual,
        method: noted == nil ? .byHistory : nil)
    }
    var line: Determinant
    if let end, !path.exchanges.isEmpty, register.canShow(end.read.count) {
      line = Determinant(exchanged: path, register: register, end: end, clock: clock, rules: rules)
    } else {
      line = Determinant(
        register: register, previous: path.previous, read: end?.read,
        quality: end?.quality ?? .actual, method: end?.method, clock: clock, rules: rules,
        lastBill: path.lastBill)
    }
    if path.final != nil { line = line.asFinal }
    self = line
  }

  /// The line of a period in which meters were exchanged.
  private init(
    exchanged path: ServicePath, register: RegisterFormat, end: BillableRead, clock: LocalClock,
    rules: VEERules
  ) {
    let days = clock.day(of: end.read.at) - clock.day(of: path.previous.at)
    switch path.exchangedUse(until: end, register, rules) {
    case .use(let use):
      self.init(
        use, previous: path.previous, read: end.read, end.quality, end.method, days: days,
        reason: .meterExchange)
    case .negative:
      self.init(
        rejected: .negativeConsumption, previous: path.previous, read: end.read, end.quality,
        days: days)
    case .missingOutRead: self.init(missing: .missingOutRead, previous: path.previous)
    }
  }

  /// The same as the last line of a supply or account, whose end a person reads.
  private var asFinal: Determinant {
    Determinant(
      quality: quality, reason: .finalBill, previous: previous, read: read,
      readMethod: readMethod == nil ? nil : .person, estimateMethod: estimateMethod,
      counts: counts, consumption: consumption, rolledOver: rolledOver, days: days)
  }
}

extension ServicePath {
  enum Outcome {
    case use(Determinant.Use)
    case negative
    case missingOutRead
  }

  /// The use of all meters of the period: each exchange's, the next beginning where it ended.
  func exchangedUse(
    until end: BillableRead, _ register: RegisterFormat, _ rules: VEERules
  ) -> Outcome {
    let adu = dailyUse(until: end.read, register, rules)
    var isEstimated = end.quality == .estimated
    var rolledOver = false
    var (units, counts) = (Int128(0), Int128(0))
    var from = previous.point
    for (place, exchange) in exchanges.enumerated() {
      var to = end.read.point
      if place + 1 < exchanges.count {
        let next = exchanges[place + 1]
        let out =
          next.outRead
          ?? adu.map {
            RegisterEstimate.byHistory(
              last: exchange.inRead, adu: $0, over: next.at - exchange.at,
              register: exchange.newRegister, span: exchange.newSpan)
          }
        guard let out else { return .missingOutRead }
        isEstimated = isEstimated || next.outRead == nil
        to = (out, next.at)
      }
      switch exchange.use(from: from, to: to, adu: adu, rules: rules) {
      case .use(let use):
        units += Int128(use.units)
        counts += Int128(use.oldCounts) + Int128(use.newCounts)
        isEstimated = isEstimated || use.quality == .estimated
        rolledOver = rolledOver || use.rolledOver
      case .negative: return .negative
      case .missingOutRead: return .missingOutRead
      }
      from = to
    }
    let hasOneMultiplier = exchanges.allSatisfy {
      $0.oldRegister.multiplier == register.multiplier
    }
    return .use(
      Determinant.Use(
        counts: hasOneMultiplier ? Int64(clamping: counts) : nil, units: Int64(clamping: units),
        rolledOver: rolledOver, quality: isEstimated ? .estimated : end.quality))
  }

  /// Average daily use in units: of the bill before, or else of the present meter so far.
  private func dailyUse(
    until read: RegisterRead, _ register: RegisterFormat, _ rules: VEERules
  ) -> AverageDailyUse? {
    if let known = lastBill?.dailyUse(rules) { return known }
    guard let last = exchanges.last, read.count >= last.inRead else { return nil }
    let time = read.at - last.at
    guard time >= Int64(rules.referenceDaysMin) * millisecondsPerDay else { return nil }
    return AverageDailyUse(
      use: (read.count - last.inRead) * Int64(register.multiplier), over: time)
  }

  /// What the present meter may have shown at an instant; nil where no bill tells of its use.
  fileprivate func estimate(
    at instant: UTCMilliseconds, _ register: RegisterFormat, _ rules: VEERules
  ) -> RegisterRead? {
    guard let adu = lastBill?.dailyUse(rules) else { return nil }
    let start = exchanges.last.map { RegisterRead(count: $0.inRead, at: $0.at) } ?? previous
    let count = RegisterEstimate.byHistory(
      last: start.count, adu: adu, over: instant - start.at, register: register,
      span: register.span)
    return RegisterRead(count: count, at: instant)
  }
}
