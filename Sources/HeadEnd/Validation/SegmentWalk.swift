import Metering
import VEE

/// The walk along the days of a month in which an endpoint reads one meter: judges what was
/// received, fills what is missing, and notes what is strange.
struct SegmentWalk {
  let segment: ServiceSegment
  /// Of the grid, those behind the validated ones included.
  let days: Range<Int>
  let context: ValidationContext
  let grid: ReadGrid
  let row: Int
  private let multiplier: Int64
  private let classUse: AverageDailyUse
  /// Where the register starts; nil where the registry states a count of later than the first read,
  /// as it does once that was billed.
  private let opening: RegisterPoint?
  /// ERT types that fit the meter, a bit each.
  private let fittingTypes: UInt16
  /// Whether the meter is read here for the first time.
  private let isNew: Bool
  private let hasEntries: Bool
  /// Whether the value before the first day is still to be found.
  private var needsStart: Bool
  private(set) var track: MeterTrack
  /// When the last good read and the last good reception before the grid were.
  let carried: (readAt: UTCMilliseconds?, receivedAt: UTCMilliseconds?)
  /// The first day that has no value yet.
  private var gapStart: Int
  /// The tamper counters of the last good frame.
  private(set) var tamper: UInt8?
  /// The last of the validated days' values.
  private var endValue: Int64?

  init(
    _ segment: ServiceSegment, days: Range<Int>, state: EndpointState?, tamper: UInt8?,
    context: ValidationContext, grid: ReadGrid, row: Int
  ) {
    self.segment = segment
    self.days = days
    self.context = context
    self.grid = grid
    self.row = row
    multiplier = Int64(segment.point.register.multiplier)
    classUse = context.classes[segment.point]
    fittingTypes = segment.point.commodity.fittingERTTypes
    isNew = state == nil
    hasEntries = context.entries.areMade(for: row)
    gapStart = days.lowerBound
    // A meter that comes in the middle of the month starts where it was installed.
    needsStart = state?.endValue == nil && segment.from < grid.start(ofDay: 0)
    self.tamper = state == nil ? nil : tamper
    carried = (state.flatMap { $0.wasRead ? $0.readAt : nil }, state?.receivedAt)
    let stated = segment.opening
    if let state, state.wasRead {
      opening = stated
      track = MeterTrack(
        state, goodDay: context.clock.day(of: state.readAt), span: segment.span,
        classUse: classUse, context: context)
    } else {
      let first = days.lazy.compactMap { grid.received($0, row) }.first { $0.at >= segment.from }
      opening = first.map { $0.at < stated.at } ?? false ? nil : stated
      track = MeterTrack(
        opening: opening, departure: state?.departure, span: segment.span, classUse: classUse,
        context: context)
    }
  }

  /// What the next month goes on from; nil where nothing at all is known.
  var state: EndpointState? {
    guard let good = track.good else { return nil }
    return EndpointState(
      register: UInt32(truncatingIfNeeded: good.count), readAt: good.at,
      dailyUse: track.dailyUse?.hundredths ?? 0, unchangedSince: track.unchangedSince,
      movingUse: track.movingUse, endValue: endValue.map { UInt32(truncatingIfNeeded: $0) },
      tamper: tamper, departure: track.departure,
      receivedAt: segment.hasMonthlyService ? lastReceivedAt : nil)
  }

  var validated: Range<Int> {
    days.lowerBound..<max(days.lowerBound, min(days.upperBound, context.dayCount))
  }

  mutating func callAsFunction(_ month: inout EndpointMonth) {
    let countsBefore = month.counts
    month.counts.inService += Int32(validated.count)
    month.counts.expected += Int32(validated.count)
    var day = validated.lowerBound
    while day < validated.upperBound {
      let next = takeOrdinary(from: day, &month)
      if next == day { take(day, &month) }
      day = max(next, day + 1)
    }
    fillEnd(&month)
    if segment.hasMonthlyService { countDaysByService(&month, before: countsBefore) }
    endValue = validated.last.flatMap { grid.register($0, row) }
    noteExchange(&month)
    noteEnd(&month)
  }

  // MARK: - Days

  /// Takes days on which everything is as it is for nearly all meters on nearly all days: received
  /// without objection, a little further on than the day before, nothing entered, no gap to fill.
  /// For each of them it does what `take` would do, without looking for anything else.
  ///
  /// - Returns: the first day that is to be looked at closely.
  private mutating func takeOrdinary(from first: Int, _ month: inout EndpointMonth) -> Int {
    guard !hasEntries, gapStart == first, !needsStart else { return first }
    let cells = grid.cells(of: row)
    let end = validated.upperBound
    var day = first
    while day < end, let read = cells.received(day), read.tamper == tamper,
      objection(to: read) == nil,
      track.acceptOrdinary((Int64(read.register), read.at), day: grid.firstDay + day)
    {
      cells.accept(day)
      day += 1
    }
    month.counts.actual += Int32(day - first)
    gapStart = day
    return day
  }

  private mutating func take(_ day: Int, _ month: inout EndpointMonth) {
    let read = grid.received(day, row)
    let entry = context.entries.entry(day: day, row: row)
    if let entry, entry.quality == .verified {
      accept(day, (Int64(entry.register), entry.stamp), .verified, &month)
      return
    }
    if let read {
      let isRefused = entry?.quality == .rejected
      if let reason = isRefused ? .rejectedByPerson : objection(to: read) {
        month.reject(day, read, reason)
        noteObjection(day, read, reason, &month)
      } else if accept(day, (Int64(read.register), read.at), .actual, &month) {
        noteTamper(day, read, &month)
        return
      } else {
        let good = track.good?.count ?? 0
        month.reject(day, read, Int64(read.register) < good ? .negative : .implausibleUse)
      }
    }
    if let entry, entry.quality == .customer,
      accept(day, (Int64(entry.register), entry.stamp), .customer, &month)
    {
      return
    }
    grid.clear(day, row, as: .missing)
  }

  /// What is wrong with a reception by itself.
  @inline(__always)
  private func objection(to read: ReadGrid.Received) -> ReadReason? {
    if read.at < segment.from { return .beforeInstallation }
    if let to = segment.to, read.at >= to { return .afterRemoval }
    if fittingTypes >> UInt16(read.ertType) & 1 == 0 { return .wrongType }
    // The counter of a frame may have more digits than the dials; what dials cannot show is wrong.
    return Int64(read.register) >= segment.point.register.span ? .beyondDials : nil
  }

  /// Takes a read as the value of its day if it is good.
  @discardableResult
  private mutating func accept(
    _ day: Int, _ read: RegisterPoint, _ value: DayValue, _ month: inout EndpointMonth
  ) -> Bool {
    let date = grid.firstDay + day
    switch track.judge(read) {
    case .good(let counts, let rolledOver):
      if rolledOver {
        month.add(.rollover, date...date, before: track.good?.count, after: read.count)
      }
      if track.departure != nil { noteReturn(&month) }
      if gapStart < day || needsStart { fill(gapStart..<day, until: read, &month) }
      track.accept(read, counts: counts, day: date)
    case .negative, .implausible:
      guard value == .verified else {
        if value == .actual { track.depart(read) }
        return false
      }
      fillByHistory(gapStart..<day, &month)
      track.restart(at: read, day: date)
    }
    month.set(day, value, register: read.count)
    if value == .actual { month.counts.actual += 1 } else { month.counts.entered += 1 }
    gapStart = day + 1
    return true
  }

  // MARK: - Estimates

  /// Fills days without a value in a line between the last good read and the next one.
  private mutating func fill(
    _ gap: Range<Int>, until next: RegisterPoint, _ month: inout EndpointMonth
  ) {
    guard let good = track.good else {
      for day in gap where day < context.dayCount { grid.clear(day, row, as: .missing) }
      needsStart = false
      return
    }
    let span = segment.span
    func value(_ day: Int) -> Int64 {
      RegisterEstimate.between(good, next, at: grid.end(ofDay: day), span: span)
    }
    if needsStart { month.start(at: value(-1)) }
    needsStart = false
    for day in gap where day < context.dayCount {
      month.set(day, .betweenReads, register: value(day))
      month.counts.estimated += 1
    }
  }

  /// Fills days behind the last good read by the use that is known.
  private mutating func fillByHistory(_ gap: Range<Int>, _ month: inout EndpointMonth) {
    guard let good = track.good else {
      for day in gap where day < context.dayCount { grid.clear(day, row, as: .missing) }
      needsStart = false
      return
    }
    let own = track.dailyUse
    let use = AverageDailyUse(hundredths: (own ?? classUse).hundredths * multiplier)
    let (register, span) = (segment.point.register, segment.span)
    let lastDay = context.clock.day(of: good.at)
    func value(_ day: Int) -> Int64 {
      RegisterEstimate.byHistory(
        last: good.count, adu: use, days: max(0, grid.firstDay + day - lastDay),
        register: register, span: span)
    }
    if needsStart { month.start(at: value(-1)) }
    needsStart = false
    for day in gap where day < context.dayCount {
      month.set(day, own == nil ? .byClassAverage : .byHistory, register: value(day))
      month.counts.estimated += 1
    }
  }

  /// Fills the days behind the last good one: to the fitter's read at the removal, to the next good
  /// read where one is in sight, or else by history.
  private mutating func fillEnd(_ month: inout EndpointMonth) {
    let gap = gapStart..<max(gapStart, validated.upperBound)
    if let closing = segment.closing, segment.to! <= grid.end(ofDay: context.dayCount - 1) + 1000,
      case .good = track.judge(closing)
    {
      fill(gap, until: closing, &month)
      return
    }
    if gap.isEmpty && !needsStart { return }
    let firstInSight = max(validated.upperBound, days.lowerBound)
    let endOfSight = min(days.upperBound, context.dayCount + ValidationContext.daysInSight)
    for day in firstInSight..<max(firstInSight, endOfSight) {
      guard let read = nextGood(day) else { continue }
      fill(gap, until: read, &month)
      return
    }
    fillByHistory(gap, &month)
  }

  /// A good read on a day behind the validated ones.
  func nextGood(_ day: Int) -> RegisterPoint? {
    if let entry = context.entries.entry(day: day, row: row) {
      switch entry.quality {
      case .verified: return (Int64(entry.register), entry.stamp)
      case .rejected: return nil
      default: break
      }
    }
    guard let read = grid.received(day, row), objection(to: read) == nil else { return nil }
    let point = (count: Int64(read.register), at: read.at)
    if case .good = track.judge(point) { return point }
    return nil
  }

  // MARK: - Findings

  private func units(_ use: AverageDailyUse, over milliseconds: Int64) -> Int64 {
    AverageDailyUse(hundredths: use.hundredths).use(over: milliseconds) / 100 * multiplier
  }

  private mutating func noteObjection(
    _ day: Int, _ read: ReadGrid.Received, _ reason: ReadReason, _ month: inout EndpointMonth
  ) {
    let flag: VEEFlag? =
      switch reason {
      case .wrongType: .wrongType
      case .beyondDials: .beyondDials
      case .beforeInstallation: .beforeInstallation
      case .afterRemoval: .afterRemoval
      default: nil
      }
    guard let flag else { return }
    let date = grid.firstDay + day
    month.add(
      flag, date...date, before: track.good?.count, after: Int64(read.register),
      units: units(track.dailyUse ?? classUse, over: millisecondsPerDay))
  }

  private mutating func noteTamper(
    _ day: Int, _ read: ReadGrid.Received, _ month: inout EndpointMonth
  ) {
    if let tamper, let flag = tamperFinding(previous: UInt64(tamper), current: UInt64(read.tamper))
    {
      let date = grid.firstDay + day
      month.add(
        flag, date...date, before: Int64(tamper), after: Int64(read.tamper),
        units: units(track.dailyUse ?? classUse, over: 30 * millisecondsPerDay))
    }
    tamper = read.tamper
  }

  /// A register that had left its level is back.
  private mutating func noteReturn(_ month: inout EndpointMonth) {
    guard let departure = track.departure, let good = track.good else { return }
    let first = Int64(departure.firstRegister)
    month.add(
      first < good.count ? .negative : .spike,
      context.clock.day(of: departure.firstAt)...context.clock.day(of: departure.lastAt),
      reads: Int(departure.reads), before: good.count, after: first)
  }

  private mutating func noteEnd(_ month: inout EndpointMonth) {
    guard let last = validated.last else { return }
    let lastDay = grid.firstDay + last
    let end = grid.end(ofDay: last)
    noteDeparture(&month, until: end)
    noteLevelOfUse(&month, lastDay: lastDay)
    guard let good = track.good else { return }
    let goodDay = context.clock.day(of: good.at)
    if track.departure == nil, lacksRead(since: goodDay, on: last) {
      month.add(
        .noRead, goodDay + 1...lastDay, reads: 0, before: good.count,
        units: units(track.dailyUse ?? classUse, over: end - good.at))
    }
    guard let since = track.unchangedSince, !isUnread else { return }
    let unchanged = goodDay - since
    let reads = segment.hasMonthlyService && isReadMonthly(on: last) ? 0 : unchanged
    let movingUse = AverageDailyUse(hundredths: track.movingUse * multiplier)
    let expected = movingUse.use(days: unchanged) / 100
    if let flag = context.rules.stuckFinding(
      unchangedDays: unchanged, adu: movingUse, register: segment.point.register)
    {
      month.add(
        flag, since...goodDay, reads: reads, before: good.count, after: good.count,
        units: expected)
    }
    if unchanged >= context.rules.zeroDays {
      month.add(
        .zero, since...goodDay, reads: reads, before: good.count, after: good.count,
        units: expected)
    }
  }

  /// Whether nothing is known of the meter but what the registry says.
  private var isUnread: Bool { track.unchangedSince == nil }

  /// A register that is still away from its level when the days end.
  private mutating func noteDeparture(_ month: inout EndpointMonth, until end: UTCMilliseconds) {
    guard let departure = track.departure, let good = track.good else { return }
    let first = Int64(departure.firstRegister)
    let isLasting = departure.reads >= Int32(context.rules.confirmingReads)
    let use = track.dailyUse ?? classUse
    month.add(
      isLasting ? .unreportedExchange : first < good.count ? .negative : .implausibleUse,
      context.clock.day(of: departure.firstAt)...context.clock.day(of: departure.lastAt),
      reads: Int(departure.reads), before: good.count, after: first,
      units: units(use, over: end - good.at))
    if isLasting {
      month.addLevelChange(
        span: segment.span, before: good, after: (first, departure.firstAt),
        plausibleCounts: context.rules.plausibleUse(
          max(use, classUse), over: max(departure.firstAt - good.at, millisecondsPerDay)))
    }
  }

  private mutating func noteLevelOfUse(_ month: inout EndpointMonth, lastDay: CivilDay) {
    guard let run = track.run else { return }
    let first = grid.firstDay + validated.lowerBound
    if segment.point.accountID.isEmpty, run.counts > 0 {
      month.add(
        .inactiveUse, first...lastDay, reads: 0, units: run.counts * multiplier)
    }
    let lastYear = context.lastYearUse.isEmpty ? 0 : context.lastYearUse[row]
    guard let reference = lastYear > 0 ? AverageDailyUse(hundredths: lastYear) : track.reference,
      run.time >= Int64(context.rules.referenceDaysMin) * millisecondsPerDay,
      let use = AverageDailyUse(use: run.counts, over: run.time),
      reference.use(over: run.time) / 100 >= context.rules.stuckCounts
    else { return }
    let difference = run.counts - reference.use(over: run.time) / 100
    if let flag = context.rules.levelFinding(use, reference: reference) {
      month.add(
        flag, first...lastDay, reads: 0,
        units: (flag == .low ? -difference : difference) * multiplier)
    }
  }

  // MARK: - Exchanges

  /// Notes what the days of an installation and of a removal used: there the use is not the
  /// difference of two days' values.
  private mutating func noteExchange(_ month: inout EndpointMonth) {
    let startsHere = isNew && segment.from >= grid.start(ofDay: 0)
    if startsHere, let first = validated.first, let value = grid.register(first, row) {
      month.addExchange(first, units: opening.map { use(from: $0.count, to: value) } ?? 0)
    }
    guard let to = segment.to, to <= grid.end(ofDay: context.dayCount - 1) + 1000 else { return }
    let day = context.clock.day(of: to - 1) - grid.firstDay
    guard day >= 0, day < context.dayCount else { return }
    let closing = segment.point.removedRead ?? estimatedClosing(at: to)
    let before: Int64?
    if validated.last == day, month.hasExchange(on: day), let value = grid.register(day, row) {
      before = value
    } else if day > validated.lowerBound, !validated.isEmpty {
      before = grid.register(day - 1, row)
    } else {
      before = startsHere ? opening?.count : month.startValue
    }
    // The fitter's read is later than the value of its day.
    month.addExchange(day, units: before.map { use(from: $0, to: closing) } ?? 0)
    let date = grid.firstDay + day
    month.add(.exchange, date...date, reads: 0, before: closing)
  }

  /// Missing out read: the last good one and the use since then.
  private func estimatedClosing(at instant: UTCMilliseconds) -> Int64 {
    guard let good = track.good else { return opening?.count ?? 0 }
    let use = AverageDailyUse(
      hundredths: (track.dailyUse ?? classUse).hundredths * multiplier)
    return RegisterEstimate.byHistory(
      last: good.count, adu: use, over: max(0, instant - good.at), register: segment.point.register,
      span: segment.span)
  }

  private func use(from: Int64, to: Int64) -> Int64 {
    netUse(from: from, to: to, span: segment.span) * multiplier
  }
}

extension Commodity {
  /// The ERT types that fit, a bit each.
  fileprivate var fittingERTTypes: UInt16 { Self.fittingERTTypes[self]! }

  private static let fittingERTTypes: [Commodity: UInt16] = Dictionary(
    uniqueKeysWithValues: allCases.map { commodity in
      let types = (UInt8(0)..<16).filter { commodity.fits(ertType: $0) }
      return (commodity, types.reduce(UInt16(0)) { $0 | 1 << UInt16($1) })
    })
}
