import Metering
import VEE

@testable import HeadEnd

/// Validation of one meter that is never exchanged, written once more: slow, plain, with
/// dictionaries by day, from what the rules say. The oracle of the fast one.
struct PlainValidation {
  struct Read {
    var register: Int64
    /// Whole seconds.
    var at: Int64
    var ertType = 7
    var tamper = 0
  }

  enum Entry {
    case customer(Int64)
    case verified(Int64)
    case rejected
  }

  private static let day: Int64 = 86_400_000

  // Of the meter.
  var span: Int64
  var dialSpan: Int64
  var multiplier: Int64
  var isActive: Bool
  var clock: LocalClock
  var rules = VEERules()
  var reads: [Int: Read]
  var entries: [Int: Entry]
  /// Days on which the registry has the meter as one that is read once a month.
  var monthlyDays: Set<Int> = []
  /// The scheduled ones of its billing cycle.
  var scheduledDays: Set<Int> = []

  // What is carried from day to day and from month to month.
  private var good: (count: Int64, at: Int64)
  private var goodDay: Int?
  private var hasGoodRead = false
  /// Hundredths of a count a day as of the month before.
  private var useBefore: Int64 = 0
  private var runStart: Int64?
  private var runCounts: Int64 = 0
  private var unchangedSince: Int?
  private var movingUse: Int64 = 0
  private var departed: [(day: Int, count: Int64, at: Int64)] = []
  private var lastTamper: Int?
  private var kindUse: Int64 = 0
  private var lastValue: Int64?
  /// Good reads of all days so far: `actual`, or `entered`.
  private var goodReads: [Int: String] = [:]

  // What comes out.
  private(set) var values: [Int: String] = [:]
  private(set) var rejections: [Int: String] = [:]
  private(set) var findings: Set<String> = []
  private(set) var startValue: Int64?
  /// As what each day counts: `actual`, `entered`, `estimated`; nothing where no read was due.
  private(set) var counted: [Int: String] = [:]

  init(
    span: Int64, dialSpan: Int64, multiplier: Int64, isActive: Bool, clock: LocalClock,
    opening: Int64, openingAt: Int64, reads: [Int: Read], entries: [Int: Entry]
  ) {
    self.span = span
    self.dialSpan = dialSpan
    self.multiplier = multiplier
    self.isActive = isActive
    self.clock = clock
    self.reads = reads
    self.entries = entries
    good = (opening, openingAt)
  }

  // MARK: - Arithmetic

  private func halfUp(_ above: Int64, _ below: Int64) -> Int64 {
    Int64((2 * Int128(above) + Int128(below)) / (2 * Int128(below)))
  }

  private func adu(_ counts: Int64, _ time: Int64) -> Int64 {
    halfUp(counts * 100 * Self.day, time)
  }

  private func wrapped(_ count: Int64) -> Int64 { ((count % span) + span) % span }

  private func end(_ day: Int) -> Int64 {
    clock.startOfDay(CivilDay(number: day + 1)) - 1000
  }

  private func dayOf(_ instant: Int64) -> Int { clock.day(of: instant).number }

  private func plausible(_ use: Int64, _ time: Int64) -> Int64 {
    use <= 0 ? 0 : Int64(10 * Int128(use) * Int128(time) / (100 * Int128(Self.day)))
  }

  private func units(_ use: Int64, _ time: Int64) -> Int64 {
    halfUp(use * (time / 1000), Self.day / 1000) / 100 * multiplier
  }

  // MARK: - Judgement

  /// Its own daily use, in hundredths of a count: this month's if a week is known, or if there is
  /// nothing else a day; otherwise that of the month before.
  private var ownUse: Int64? {
    if let runStart {
      let time = good.at - runStart
      if time >= 7 * Self.day || (useBefore == 0 && time >= Self.day) {
        return adu(runCounts, time)
      }
    }
    return useBefore > 0 ? useBefore : nil
  }

  private var expectedUse: Int64 { ownUse ?? kindUse }

  private enum Verdict {
    case use(Int64, isRollover: Bool)
    case negative
    case implausible
  }

  private func judge(_ count: Int64, _ at: Int64) -> Verdict {
    let limit = plausible(max(expectedUse, kindUse), max(at - good.at, Self.day))
    let counts = count - good.count
    if counts < 0 {
      let around = wrapped(counts)
      return around <= limit && around <= span / 2
        ? .use(around, isRollover: true) : .negative
    }
    return ownUse != nil && counts > limit ? .implausible : .use(counts, isRollover: false)
  }

  private func isGood(_ day: Int) -> (count: Int64, at: Int64)? {
    var read = reads[day].map { (count: $0.register, at: $0.at) }
    if let found = reads[day], objection(found) != nil { read = nil }
    switch entries[day] {
    case .verified(let register): return (register, noon(day))
    case .rejected: return nil
    default: break
    }
    guard let read, case .use = judge(read.count, read.at) else { return nil }
    return read
  }

  private func noon(_ day: Int) -> Int64 {
    clock.startOfDay(CivilDay(number: day)) + Self.day / 2
  }

  private func objection(_ read: Read) -> String? {
    if ![4, 5, 7, 8, 12].contains(read.ertType) { return "wrong_type" }
    return read.register >= dialSpan ? "beyond_dials" : nil
  }

  // MARK: - A month

  /// - Parameters:
  ///   - last: the last day to validate; reads up to `sight` are looked at.
  ///   - lastYear: hundredths of a count a day, 0 where it is not known.
  mutating func month(_ first: Int, through last: Int, sight: Int, lastYear: Int64) {
    kindUse = kind(first...last)
    (values, rejections, findings) = ([:], [:], [])
    if hasGoodRead {
      runStart = good.at
      runCounts = 0
    }
    startValue = lastValue
    var gap: [Int] = []
    for day in first...last {
      if !take(day, &gap, first) { gap.append(day) }
    }
    let nextRead = (last + 1..<max(sight + 1, last + 1)).compactMap { isGood($0) }.first
    if !gap.isEmpty || startValue == nil {
      if let nextRead { line(gap, to: nextRead, first) } else { history(gap, first) }
    }
    lastValue = values[last].map { Int64($0.split(separator: " ")[0])! }
    count(first...last, sight: sight)
    endOfMonth(first, last, lastYear)
    useBefore = hasGoodRead ? ownUse ?? 0 : 0
  }

  /// Of days on which it is read once a month only the scheduled one counts, and as the best read from
  /// three days before it to one day after it.
  private mutating func count(_ days: ClosedRange<Int>, sight: Int) {
    counted = [:]
    for day in days {
      guard let value = values[day] else { continue }
      if value.hasSuffix("actual") { goodReads[day] = "actual" }
      if value.hasSuffix("verified") || value.hasSuffix("customer") { goodReads[day] = "entered" }
    }
    for day in days {
      let own = values[day].map { $0.contains("estimated") ? "estimated" : goodReads[day] ?? "" }
      if !monthlyDays.contains(day) { counted[day] = own }
      guard monthlyDays.contains(day), scheduledDays.contains(day) else { continue }
      let window = (day - 3...day + 1).compactMap {
        $0 <= days.upperBound ? goodReads[$0] : $0 <= sight ? ahead($0) : nil
      }
      counted[day] =
        window.contains("actual") ? "actual" : window.contains("entered") ? "entered" : own
    }
  }

  /// What a day behind the month will have.
  private func ahead(_ day: Int) -> String? {
    if isGood(day) != nil {
      if case .verified? = entries[day] { return "entered" }
      return "actual"
    }
    if case .customer(let register)? = entries[day], case .use = judge(register, noon(day)) {
      return "entered"
    }
    return nil
  }

  private func kind(_ days: ClosedRange<Int>) -> Int64 {
    // Of the only meter of its kind: as the month before left it, else by its first and last read.
    if hasMonthBefore { return hasGoodRead ? max(useBefore, 0) : 0 }
    let heard = days.filter { reads[$0] != nil }
    guard let one = heard.first.flatMap({ reads[$0] }), let two = heard.last.flatMap({ reads[$0] }),
      two.at - one.at >= Self.day, two.register >= one.register,
      two.register - one.register <= dialSpan / 2
    else { return 0 }
    return adu(two.register - one.register, two.at - one.at)
  }

  var hasMonthBefore = false

  /// Whether the day has a good read.
  private mutating func take(_ day: Int, _ gap: inout [Int], _ first: Int) -> Bool {
    if case .verified(let register)? = entries[day] {
      switch judge(register, noon(day)) {
      case .use(let counts, let isRollover):
        accept(day, (register, noon(day)), counts, isRollover, &gap, first)
      default:
        history(gap, first)
        gap = []
        hasGoodRead = true
        good = (register, noon(day))
        (runStart, runCounts, goodDay, unchangedSince) = (good.at, 0, day, day)
        departed = []
      }
      values[day] = "\(register) verified"
      return true
    }
    if let read = reads[day] {
      if case .rejected? = entries[day] {
        rejections[day] = "\(read.register) rejected_by_person"
      } else if let objection = objection(read) {
        rejections[day] = "\(read.register) \(objection)"
        findings.insert("\(objection) \(day)...\(day) units \(units(expectedUse, Self.day))")
      } else if case .use(let counts, let isRollover) = judge(read.register, read.at) {
        accept(day, (read.register, read.at), counts, isRollover, &gap, first)
        values[day] = "\(read.register) actual"
        if let lastTamper, lastTamper != read.tamper {
          findings.insert("tamper \(day)...\(day) units \(units(expectedUse, 30 * Self.day))")
        }
        lastTamper = read.tamper
        return true
      } else {
        depart(day, read)
        rejections[day] =
          "\(read.register) \(read.register < good.count ? "negative" : "implausible_use")"
      }
    }
    if case .customer(let register)? = entries[day],
      case .use(let counts, let isRollover) = judge(register, noon(day))
    {
      accept(day, (register, noon(day)), counts, isRollover, &gap, first)
      values[day] = "\(register) customer"
      return true
    }
    return false
  }

  private mutating func accept(
    _ day: Int, _ read: (count: Int64, at: Int64), _ counts: Int64, _ isRollover: Bool,
    _ gap: inout [Int], _ first: Int
  ) {
    if isRollover { findings.insert("rollover \(day)...\(day) units 0") }
    if let away = departed.first {
      findings.insert(
        "\(away.count < good.count ? "negative" : "spike") \(away.day)...\(departed.last!.day) units 0"
      )
    }
    departed = []
    line(gap, to: read, first)
    gap = []
    if counts == 0, unchangedSince == goodDay { movingUse = ownUse ?? 0 }
    if hasGoodRead {
      runCounts += counts
      if counts > 0 { unchangedSince = day }
    } else {
      if read.at - good.at >= Self.day { useBefore = adu(counts, read.at - good.at) }
      runStart = read.at
      unchangedSince = day
    }
    hasGoodRead = true
    good = read
    goodDay = day
  }

  /// A read that left its level goes on where those before it did, or begins anew.
  private mutating func depart(_ day: Int, _ read: Read) {
    if let last = departed.last {
      let limit = plausible(
        max(expectedUse, kindUse), max(read.at - last.at, Self.day))
      let counts = read.register - last.count
      let isNext =
        counts >= 0
        ? counts <= limit : wrapped(counts) <= min(limit, span / 2)
      if !isNext { departed = [] }
    }
    departed.append((day, read.register, read.at))
  }

  // MARK: - Estimates

  private mutating func line(_ gap: [Int], to next: (count: Int64, at: Int64), _ first: Int) {
    func value(_ day: Int) -> Int64 {
      let target = end(day)
      if target <= good.at { return good.count }
      if target >= next.at { return next.count }
      let rise = wrapped(next.count - good.count)
      let part = Int64(
        Int128(rise) * Int128(target - good.at) / Int128(next.at - good.at))
      return next.count >= good.count ? good.count + part : wrapped(good.count + part)
    }
    if startValue == nil { startValue = value(first - 1) }
    for day in gap { values[day] = "\(value(day)) estimated between_reads" }
  }

  private mutating func history(_ gap: [Int], _ first: Int) {
    func value(_ day: Int) -> Int64 {
      wrapped(good.count + expectedUse * Int64(max(0, day - dayOf(good.at))) / 100)
    }
    if startValue == nil { startValue = value(first - 1) }
    let reason = ownUse == nil ? "by_class_average" : "by_history"
    for day in gap { values[day] = "\(value(day)) estimated \(reason)" }
  }

  // MARK: - At the month's end

  private mutating func endOfMonth(_ first: Int, _ last: Int, _ lastYear: Int64) {
    let end = end(last)
    if let away = departed.first {
      let rule =
        departed.count >= 3
        ? "unreported_exchange" : away.count < good.count ? "negative" : "implausible_use"
      findings.insert(
        "\(rule) \(away.day)...\(departed.last!.day) units \(units(expectedUse, end - good.at))")
    }
    if let runStart, good.at > runStart {
      if !isActive, runCounts > 0 {
        findings.insert("inactive_use \(first)...\(last) units \(runCounts * multiplier)")
      }
      let time = good.at - runStart
      let reference = lastYear > 0 ? lastYear : useBefore
      let expected = halfUp(reference * (time / 1000), Self.day / 1000) / 100
      if reference > 0, time >= 7 * Self.day, expected >= 10 {
        let use = adu(runCounts, time)
        if use * 2 < reference {
          findings.insert("low \(first)...\(last) units \((expected - runCounts) * multiplier)")
        } else if use > reference * 2 {
          findings.insert("high \(first)...\(last) units \((runCounts - expected) * multiplier)")
        }
      }
    }
    // What is read every day again has missed nothing before.
    let change = monthlyDays.contains(last) ? nil : monthlyDays.filter { $0 < last }.max()
    let unread = last - max(dayOf(good.at), change ?? .min)
    if departed.isEmpty, unread >= (monthlyDays.contains(last) ? 45 : 7) {
      findings.insert(
        "no_read \(dayOf(good.at) + 1)...\(last) units \(units(expectedUse, end - good.at))")
    }
    if let unchangedSince, let goodDay {
      let days = goodDay - unchangedSince
      let expected = movingUse * multiplier * Int64(days) / 100
      if days >= 7, movingUse * Int64(days) >= 1000 {
        findings.insert("stuck \(unchangedSince)...\(goodDay) units \(expected)")
      }
      if days >= 26 { findings.insert("zero \(unchangedSince)...\(goodDay) units \(expected)") }
    }
  }
}
