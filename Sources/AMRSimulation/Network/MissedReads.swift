import Parallel
import RadioModel

/// Why no collector received a module on a day: what came nearest to a reception, in this order.
public enum MissReason: UInt8, CaseIterable, Sendable {
  /// The module never sends anything, or is out of order all day.
  case failedModule
  /// Its battery had ended before the day.
  case batteryEnded
  /// No van has driven the module's street.
  case notDriven
  /// No collector is near enough to matter.
  case noCoverage
  /// The module waits for the tone of a van, and none was strong enough.
  case notWoken
  /// All frames arrived too weak to be decoded, even alone: fading, distance, noise of others.
  case tooWeak
  /// A frame that was strong enough came while the collector was down.
  case outage
  /// A frame that was strong enough came on a channel that the collector does not listen to.
  case notHeard
  /// A frame that was strong enough was lost to others on its channel, or at a limited receiver to
  /// others that kept its demodulators busy.
  case collision
}

/// What kept modules that the fixed network serves from being received on one day of a run.
public struct MissedDay: Sendable, Equatable {
  /// 0 for the first day of the run.
  public let number: Int
  /// Modules of those that any collector or van received.
  public let received: Int
  /// The others, as ascending indices of the territory.
  public let modules: [Int]
  /// Why, for each of `modules`.
  public let reasons: [MissReason]

  /// How many modules were missed for each reason.
  public var counts: [MissReason: Int] {
    reasons.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }
}

/// The modules that were received on each day by anybody, a bit for each.
struct ReceivedModules: Sendable {
  private let count: Int
  private var days: [Int: [UInt64]] = [:]
  /// The latest days, kept when `days` forgets them, without what vans heard.
  private var latest: [Int: [UInt64]] = [:]
  private static let latestMax = FixedNetwork.criterionDays

  init(count: Int) { self.count = count }

  /// Whether a day is among the latest.
  func hasRecent(_ day: Int) -> Bool { latest[day] != nil }

  /// Tells of a module whether it was received on any of some days, which are among the latest.
  func recent(_ numbers: ClosedRange<Int>) -> (Int) -> Bool {
    let known = numbers.compactMap { latest[$0] }
    return { module in known.contains { $0[module >> 6] >> UInt64(module & 63) & 1 != 0 } }
  }

  /// The days that anything is known of, ascending.
  var numbers: [Int] { days.keys.sorted() }

  /// - Parameter isOwed: whether it is to be told who was missed on the day.
  mutating func add(_ modules: some Sequence<UInt32>, day: Int, isOwed: Bool = true) {
    var bits = [UInt64](repeating: 0, count: (count + 63) / 64)
    for module in modules { bits[Int(module >> 6)] |= 1 << UInt64(module & 63) }
    if isOwed { days[day] = Self.joined(days.removeValue(forKey: day), bits) }
    latest[day] = Self.joined(latest.removeValue(forKey: day), bits)
    if latest.count > Self.latestMax, let oldest = latest.keys.min() { latest[oldest] = nil }
  }

  private static func joined(_ one: [UInt64]?, _ other: [UInt64]) -> [UInt64] {
    one.map { zip($0, other).map { $0 | $1 } } ?? other
  }

  /// What vans hear spares a module from being missed, and is no service of the fixed network.
  mutating func add(heardByVans modules: [UInt32], day: Int) {
    for module in modules { days[day]?[Int(module >> 6)] |= 1 << UInt64(module & 63) }
  }

  /// Forgets a day and gives the modules that were not received, ascending.
  mutating func takeMissed(day: Int) -> [Int] {
    let bits = days.removeValue(forKey: day) ?? []
    return (0..<count).filter { bits.isEmpty || bits[$0 >> 6] >> UInt64($0 & 63) & 1 == 0 }
  }
}

extension FixedNetwork {
  /// Days of which it is told together why reads are missing: so many share the work of setting up
  /// collectors, and memory does not grow with a run.
  private static let daysPerTelling = 31

  /// Whether `takeMissedDays` is due: a month waits to be told, or the run is over.
  public var owesMissedDays: Bool {
    let waiting = received.numbers.count { $0 < completeDays }
    return waiting >= Self.daysPerTelling || (waiting > 0 && isOver)
  }

  /// Tells why modules were received by nobody, for all days that have ended since the last call,
  /// and forgets who was received on them.
  ///
  /// What is lost to interference is not computed again: a frame that would be decoded alone, by a
  /// collector that was up and listening, and that was not received all the same, has met others.
  public mutating func takeMissedDays(threads: Int, progress: @escaping Progress) async throws
    -> [MissedDay]
  {
    let numbers = received.numbers.filter { $0 < completeDays }
    var missed: [Unreceived] = []
    for day in numbers {
      missed.append(
        Unreceived(
          number: day,
          modules: received.takeMissed(day: day).filter { history.isFixed($0, on: day) },
          onAir: OnAir(history, modules: territory.count, day: day)))
    }
    let counter = ProgressCounter(progress)
    let (network, days) = (self, missed)
    let found = try await parallelMap(count: sites.count, threads: threads) { collector in
      try counter.advance()
      return network.nearMisses(days, collector: collector)
    }
    var reasons = missed.map { day in
      day.modules.map { silence(of: $0, on: day.number) ?? .noCoverage }
    }
    for miss in found.joined() where miss.reason.rawValue > reasons[miss.day][miss.place].rawValue {
      reasons[miss.day][miss.place] = miss.reason
    }
    return missed.indices.map { place in
      MissedDay(
        number: missed[place].number,
        received: history.fixedCount(on: missed[place].number) - missed[place].modules.count,
        modules: missed[place].modules, reasons: reasons[place])
    }
  }

  /// How a missed module fared at one collector.
  private struct NearMiss: Sendable {
    /// Its place among the days.
    let day: Int
    let place: Int
    let reason: MissReason
  }

  /// Why a module sends nothing on a day; nil if it does.
  func silence(of index: Int, on day: Int) -> MissReason? {
    if transmitters.silent[index] { return .failedModule }
    let ticks = Int64(day) * Ticks.perDay..<Int64(day + 1) * Ticks.perDay
    for outage in history.failures[index]
    where outage.ticks.lowerBound <= ticks.lowerBound && outage.ticks.upperBound >= ticks.upperBound
    {
      return outage.cause == .battery ? .batteryEnded : .failedModule
    }
    return transmitters.hasEnded(index, before: ticks.lowerBound) ? .batteryEnded : nil
  }

  /// The modules that nobody received on a day.
  private struct Unreceived: Sendable {
    let number: Int
    let modules: [Int]
    let onAir: OnAir
  }

  private func nearMisses(_ missed: [Unreceived], collector: Int) -> [NearMiss] {
    let endpoints = links[collector].endpoints
    var asked: [(day: Int, place: Int, link: Int)] = []
    for (day, missed) in missed.enumerated()
    where history.isBuilt(collector, on: missed.number) {
      // Both are in ascending order of endpoint.
      var link = 0
      for (place, module) in missed.modules.enumerated() {
        while link < endpoints.count, endpoints[link] < module { link += 1 }
        guard link < endpoints.count else { break }
        if endpoints[link] == module { asked.append((day, place, link)) }
      }
    }
    if asked.isEmpty { return [] }
    // Once, as it takes longer than a look at one link.
    let air = air(collector: collector)
    return asked.compactMap { day, place, link in
      let period = ReportingPeriod(number: missed[day].number, hours: 24)
      let module = Int(endpoints[link])
      return air.nearestToReception(
        link: link, from: clocks[collector].tick(showingSeconds: period.start),
        to: clocks[collector].tick(showingSeconds: period.end),
        sent: transmitters.sent(module, in: missed[day].onAir.ticks(module))
      ).map { NearMiss(day: day, place: place, reason: $0) }
    }
  }
}

extension CollectorAir {
  /// What came nearest to a reception among the frames of a link that start in [from, to), of which
  /// none was received; nil when there are none.
  ///
  /// - Parameter sent: the transmissions that the endpoint makes; nil for those that the air has.
  func nearestToReception(link: Int, from: Int64, to: Int64, sent: Range<UInt32>? = nil)
    -> MissReason?
  {
    guard var range = candidates(link: link, from: from, to: to) else { return nil }
    if let sent {
      let (first, last) = (
        max(range.lowerBound, Int64(sent.lowerBound)),
        min(range.upperBound, Int64(sent.upperBound) - 1)
      )
      guard first <= last else { return nil }
      range = first...last
    }
    var nearest = MissReason.tooWeak
    var draws = 0
    forEachSurvivor(link: link, in: range, draws: &draws) { k, draw in
      let hop = hop(link: link, k: k)
      let start = nominalStart(link: link, k: Int64(k)) + Int64(hop.jitter)
      guard start >= from, start < to else { return true }
      let frame = Reception(
        link: link, k: k, start: start, channel: hop.channel, signal: power(link: link, draw: draw))
      guard decodesAlone(frame) else { return true }
      let reason: MissReason =
        isReceiving(link: link, start: start, channel: hop.channel)
        ? .collision : heardChannels.contains(hop.channel) ? .outage : .notHeard
      if reason.rawValue > nearest.rawValue { nearest = reason }
      return nearest != .collision
    }
    return nearest
  }
}
