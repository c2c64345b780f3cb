import Metering
import VEE

/// A read's verdict against the reads before it.
enum ReadVerdict: Equatable {
  /// Counts used since the last good read.
  case good(counts: Int64, rolledOver: Bool)
  /// The register ran backwards.
  case negative
  /// It ran ahead by more than is plausible.
  case implausible
}

/// The way of one meter's register through its good reads: what the next read is judged by.
struct MeterTrack {
  /// Reads are at least this far apart when use is judged: a minute's use may be a whole count.
  private static let leastTime = millisecondsPerDay

  let span: Int64
  /// Not its rules alone, which are many, and a track is often copied.
  private let context: ValidationContext
  /// Mean daily use of meters of its kind, in hundredths of a count.
  private let classUse: AverageDailyUse
  /// What every read may have used since the one before, at least.
  private let certainlyPlausible: Int64

  private(set) var good: RegisterPoint?
  /// Counts used since the start of the month's first read, and when that was.
  private var runCounts: Int64 = 0
  private var runStart: UTCMilliseconds?
  /// Mean daily use before that, in hundredths of a count; 0 where it is not known.
  private var carriedUse: Int64
  /// The day of the last good read.
  private var goodDay: CivilDay?
  private(set) var unchangedSince: CivilDay?
  private(set) var movingUse: Int64
  private(set) var departure: EndpointState.Departure?
  /// Whether the meter has had no good read but the one that the registry states.
  private var isOpening: Bool

  /// A meter that was not read before: only the registry says where it starts.
  ///
  /// - Parameter departure: reads that were rejected because they do not go on from there.
  init(
    opening: RegisterPoint?, departure: EndpointState.Departure? = nil, span: Int64,
    classUse: AverageDailyUse, context: ValidationContext
  ) {
    self.span = span
    self.context = context
    self.classUse = classUse
    certainlyPlausible = context.rules.plausibleUse(classUse, over: Self.leastTime)
    good = opening
    self.departure = departure
    carriedUse = 0
    movingUse = 0
    isOpening = true
  }

  /// A meter that was read in an earlier month.
  ///
  /// - Parameter goodDay: the day of the last good read.
  init(
    _ state: EndpointState, goodDay: CivilDay, span: Int64, classUse: AverageDailyUse,
    context: ValidationContext
  ) {
    self.init(
      opening: (Int64(state.register), state.readAt), span: span, classUse: classUse,
      context: context)
    carriedUse = state.dailyUse
    movingUse = state.movingUse
    unchangedSince = state.unchangedSince
    departure = state.departure
    self.goodDay = goodDay
    runStart = state.readAt
    isOpening = false
  }

  /// Its own mean daily use as of the last good read, in counts; nil where it is not known.
  ///
  /// This month's where that is long enough, otherwise that of the month before.
  var dailyUse: AverageDailyUse? {
    if let runStart, let good {
      let time = good.at - runStart
      let isLong = time >= Int64(context.rules.referenceDaysMin) * millisecondsPerDay
      if isLong || (carriedUse == 0 && time >= millisecondsPerDay) {
        return AverageDailyUse(use: runCounts, over: time)
      }
    }
    return carriedUse > 0 ? AverageDailyUse(hundredths: carriedUse) : nil
  }

  /// This month's use so far, and its time.
  var run: (counts: Int64, time: Int64)? {
    guard let runStart, let good, good.at > runStart else { return nil }
    return (runCounts, good.at - runStart)
  }

  /// The mean daily use that this month's is compared with; nil where there is none.
  var reference: AverageDailyUse? {
    carriedUse > 0 ? AverageDailyUse(hundredths: carriedUse) : nil
  }

  /// Judges a read against the last good one.
  ///
  /// Without a use of its own to contradict it, forward use is taken as it is: a large customer's
  /// first month is not like that of its class.
  func judge(_ read: RegisterPoint) -> ReadVerdict {
    guard let good else { return .good(counts: 0, rolledOver: false) }
    let forward = read.count - good.count
    if forward >= 0 && forward <= certainlyPlausible {
      return .good(counts: forward, rolledOver: false)
    }
    let own = dailyUse
    let limit = plausibleCounts(since: good.at, until: read.at, own: own)
    switch RegisterAdvance.between(good.count, read.count, span: span, plausibleCounts: limit) {
    case .negative: return .negative
    case .use(let counts, true): return .good(counts: counts, rolledOver: true)
    case .use(let counts, false):
      return own == nil || counts <= limit ? .good(counts: counts, rolledOver: false) : .implausible
    }
  }

  private func plausibleCounts(
    since: UTCMilliseconds, until: UTCMilliseconds, own: AverageDailyUse?
  ) -> Int64 {
    let use = max(own ?? classUse, classUse)
    return context.rules.plausibleUse(use, over: max(until - since, Self.leastTime))
  }

  /// Goes on to a read that any meter may show after the last good one; false, without a change, for
  /// others, which may be good all the same.
  @inline(__always)
  mutating func acceptOrdinary(_ read: RegisterPoint, day: CivilDay) -> Bool {
    guard let good, departure == nil else { return false }
    let counts = read.count &- good.count
    guard counts >= 0, counts <= certainlyPlausible else { return false }
    accept(read, counts: counts, day: day)
    return true
  }

  /// Goes on to a good read.
  @inline(__always)
  mutating func accept(_ read: RegisterPoint, counts: Int64, day: CivilDay) {
    // As of the last read at which the register still moved.
    if counts == 0, unchangedSince == goodDay { movingUse = dailyUse?.hundredths ?? 0 }
    if isOpening {
      // Use since the registry's read is all that is known of the time before.
      if let good, read.at - good.at >= millisecondsPerDay {
        carriedUse = AverageDailyUse(use: counts, over: read.at - good.at)?.hundredths ?? 0
      }
      isOpening = false
      runStart = read.at
      unchangedSince = day
    } else {
      runCounts += counts
      if counts > 0 { unchangedSince = day }
    }
    departure = nil
    good = read
    goodDay = day
  }

  /// Notes a read that was rejected for its level.
  mutating func depart(_ read: RegisterPoint) {
    let register = UInt32(truncatingIfNeeded: read.count)
    guard var departure, continues(departure, read) else {
      departure = EndpointState.Departure(
        firstRegister: register, firstAt: read.at, lastRegister: register, lastAt: read.at, reads: 1
      )
      return
    }
    departure.lastRegister = register
    departure.lastAt = read.at
    departure.reads &+= 1
    self.departure = departure
  }

  /// Whether a read goes on where the rejected ones before it were.
  private func continues(_ departure: EndpointState.Departure, _ read: RegisterPoint) -> Bool {
    let limit = plausibleCounts(since: departure.lastAt, until: read.at, own: dailyUse)
    switch RegisterAdvance.between(
      Int64(departure.lastRegister), read.count, span: span, plausibleCounts: limit)
    {
    case .negative: return false
    case .use(let counts, _): return counts <= limit
    }
  }

  /// Takes a read for good whatever its level: a person verified it.
  mutating func restart(at read: RegisterPoint, day: CivilDay) {
    good = read
    runStart = read.at
    runCounts = 0
    goodDay = day
    unchangedSince = day
    departure = nil
    isOpening = false
  }
}
