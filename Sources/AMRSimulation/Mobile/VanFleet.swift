import CollectorUpload
import ERTProtocol
import Metering
import Parallel
import RadioModel
import RandomStreams

/// What vans did on a day.
public struct VanDay: Sendable {
  /// Shifts that were driven.
  public internal(set) var shifts = 0
  public internal(set) var kilometres = 0.0
  public internal(set) var hours = 0.0
  /// Rounds that ended on the day, by cycle.
  public internal(set) var rounds: [RoundResult] = []
}

/// What vans bring home from a day.
struct VanWork: Sendable {
  var day = VanDay()
  var uploads: [(upload: Upload, delivery: Delivery)] = []
  /// All that was heard, as indices of the territory.
  var heard: [UInt32] = []
}

/// Vans that read the modules which the fixed network does not serve, packet by packet.
///
/// On the scheduled day of a billing cycle vans drive the streets of its modules, and on some working
/// days after it again those of modules that were missed. Their receivers hear as collectors do, at the
/// middle of the segment of street in which they are; shadowing belongs to the segment and the module,
/// so that it is the same each time. A segment is so short that no module sends twice in it: what is
/// decoded in it first is what is decoded last, and both orders of evaluation serve; each frame with which
/// a module answers the van's tone (`WakeUp`) is a link of its own. On the way from and to the depot and
/// between streets the receiver is off. A van reports the first frame that it decoded of each module on
/// its run, of every module, and uploads in the depot.
struct VanFleet: Sendable {
  /// Of the numbers that segments have as receivers, above those of collectors.
  private static let firstSegmentID: UInt32 = 0x8000_0000
  /// From the end of a shift to the arrival of its upload.
  private static let uploadMs: Int64 = 600_000

  let map: StreetMap
  private let planner: ShiftPlanner
  /// The scenario as a van's receiver meets it.
  private let scenario: Scenario
  private let budget: LinkBudget
  private let noiseDbm: Double
  /// Nil where no module waits for a tone.
  private let wakeUp: WakeUp?
  private let firstID: UInt32
  private let cycles: [BillingCycle]
  private var rounds: [MeterRound] = []
  /// Those of before the latest day.
  private var roundsBefore: [MeterRound] = []
  /// The next day to be driven, counted from the run's first.
  private(set) var nextDay = 0

  /// - Parameters:
  ///   - firstID: the collector number of van 0.
  ///   - routes: nil for a grid of streets.
  init(
    _ scenario: Scenario, territory: Territory, areas: Areas, routes: RouteTable?,
    transmitters: Transmitters, silent: [Bool], firstID: UInt32, threads: Int
  ) async throws {
    var heard = scenario
    heard.collectors.antennaGainDbi = scenario.vans.antennaGainDbi
    heard.collectors.antennaHeightM = scenario.vans.antennaHeightM
    heard.collectors.noiseFigureDb = scenario.vans.noiseFigureDb
    heard.collectors.filterKHz = scenario.vans.filterKHz
    heard.collectors.receiver = .channelised
    self.scenario = heard
    self.firstID = firstID
    noiseDbm =
      Receiver(
        noiseFigureDb: scenario.vans.noiseFigureDb, filterKHz: scenario.vans.filterKHz
      ).noiseDbm
    wakeUp = WakeUp(scenario, noiseDbm: noiseDbm)
    let segmentM = scenario.vanSegmentM
    map =
      routes.map { StreetMap(routes: $0, territory: territory, segmentM: segmentM) }
      ?? StreetMap(grid: scenario, territory: territory, areas: areas, segmentM: segmentM)
    planner = ShiftPlanner(scenario.vans, map: map, depot: territory.middle)
    budget = try await LinkBudget(
      heard, territory: territory, silent: silent, kinds: transmitters.kinds, threads: threads)
    cycles = (0..<territory.count).map { RegistryRows.cycle(index: $0, count: territory.count) }
  }

  /// The collectors' numbers of all vans.
  var collectors: [CollectorID] {
    (0..<scenario.vans.count).map { CollectorID(rawValue: firstID + UInt32($0)) }
  }

  // MARK: - A day

  /// What a van heard of a module.
  private struct Heard: Sendable {
    let module: UInt32
    let start: Int64
    let channel: UInt8
    let rssiDbm: Int8
  }

  /// What was heard along one street.
  private struct Drive: Sendable {
    /// In order of modules segment by segment; a module once in each.
    private(set) var heard: [Heard] = []
    /// What came near of modules that are wanted.
    var misses: [(module: UInt32, reason: MissReason)] = []

    /// Takes the next frame; of an answer's the first one counts.
    mutating func hear(_ frame: Heard) {
      if heard.last?.module != frame.module { heard.append(frame) }
    }

    /// Takes why the next frame was not heard; of an answer's the nearest one counts.
    mutating func miss(_ module: UInt32, _ reason: MissReason) {
      guard let last = misses.last, last.module == module else {
        misses.append((module, reason))
        return
      }
      if reason.rawValue > last.reason.rawValue { misses[misses.count - 1].reason = reason }
    }
  }

  /// Drives the next day, whose registers the network's book must have at hand.
  mutating func driveNextDay(
    in network: FixedNetwork, onAir: OnAir, order: EvaluationOrder, threads: Int
  ) async throws -> VanWork {
    let number = nextDay
    nextDay += 1
    roundsBefore = rounds
    let day = scenario.startDate + number
    var work = VanWork()
    if !day.isWeekend {
      openRounds(on: day, number: number, network)
      let (shifts, wanted) = plan(day, number)
      let legs = shifts.flatMap(\.legs)
      let fleet = self
      let drives = try await parallelMap(count: legs.count, threads: threads) { index in
        fleet.drive(legs[index], wanted: wanted, in: network, onAir: onAir, order: order)
      }
      var next = 0
      for shift in shifts {
        let heard = Self.first(of: drives[next..<next + shift.legs.count])
        next += shift.legs.count
        let modules = heard.map(\.module)
        for index in rounds.indices { rounds[index].take(received: modules) }
        work.heard += modules
        work.uploads.append(upload(heard, of: shift, dayNumber: number, network))
        work.day.kilometres += shift.kilometres
        work.day.hours += shift.hours
      }
      work.day.shifts = shifts.count
      noteMisses(drives, legs)
    }
    for round in rounds where round.lastDay <= day {
      work.day.rounds.append(RoundResult(round) { network.silence(of: $0, on: number) })
    }
    rounds.removeAll { $0.lastDay <= day }
    return work
  }

  /// Rounds that have not ended.
  var openRoundCount: Int { rounds.count }

  private mutating func openRounds(on day: CivilDay, number: Int, _ network: FixedNetwork) {
    for cycle in BillingCycle.allCases
    where cycle.scheduledRead(year: day.year, month: day.month) == day {
      let round = round(of: cycle, opened: day, network.history)
      if !round.modules.isEmpty { rounds.append(round) }
    }
  }

  /// A round as it begins.
  private func round(of cycle: BillingCycle, opened day: CivilDay, _ history: ServiceHistory)
    -> MeterRound
  {
    let number = day - scenario.startDate
    let due = cycles.indices.filter {
      cycles[$0] == cycle && history.isInstalled($0, on: number) && !history.isFixed($0, on: number)
    }
    return MeterRound(
      cycle: cycle, opened: day, redriveDays: scenario.vans.redriveDays,
      modules: due.map { UInt32($0) })
  }

  /// The shifts of a day, and the modules for which they are driven, a bit for each.
  private func plan(_ day: CivilDay, _ number: Int) -> (shifts: [Shift], wanted: [UInt64]) {
    var wanted = [UInt64](repeating: 0, count: (cycles.count + 63) / 64)
    var streets: [Int] = []
    var isPlanned = Set<Int>()
    for round in rounds {
      var ofRound: Set<Int> = []
      for module in round.unread {
        wanted[Int(module >> 6)] |= 1 << UInt64(module & 63)
        let street = Int(map.ofModule[Int(module)])
        if street >= 0 { ofRound.insert(street) }
      }
      // Rounds that end sooner come first.
      streets += ofRound.subtracting(isPlanned).sorted()
      isPlanned.formUnion(ofRound)
    }
    streets.removeAll { isBlocked($0, on: number) }
    return (planner.shifts(streets, dayStart: Int64(number) * Ticks.perDay).shifts, wanted)
  }

  private func isBlocked(_ street: Int, on day: Int) -> Bool {
    let draws = RandomStream(seed: scenario.seed, .streetAccess, entity: UInt32(street))
    return unit(draws.word(UInt32(day))) < scenario.vans.blockedShare
  }

  private mutating func noteMisses(_ drives: [Drive], _ legs: [Shift.Leg]) {
    let passed = Set(legs.map { Int32($0.street) })
    let misses = drives.flatMap(\.misses).sorted { $0.module < $1.module }
    for index in rounds.indices {
      rounds[index].take(misses: misses)
      rounds[index].take { passed.contains(map.ofModule[Int($0)]) }
    }
  }

  // MARK: - Interruptions

  /// The rounds that are open, or those that were before the latest day.
  func state(beforeLatestDay: Bool) -> [RoundState] {
    (beforeLatestDay ? roundsBefore : rounds).map {
      RoundState(
        cycle: $0.cycle, opened: $0.opened, drivenDays: $0.drivenDays, letters: $0.letters)
    }
  }

  /// Takes over the open rounds of an equal fleet that is to drive a day next.
  ///
  /// - Returns: false where they are not those of such a fleet.
  mutating func restore(_ states: [RoundState], nextDay: Int, _ history: ServiceHistory) -> Bool {
    self.nextDay = nextDay
    rounds = []
    for state in states {
      var round = round(of: state.cycle, opened: state.opened, history)
      guard round.restore(letters: state.letters, drivenDays: state.drivenDays) else {
        return false
      }
      rounds.append(round)
    }
    return true
  }

  // MARK: - A street

  private func drive(
    _ leg: Shift.Leg, wanted: [UInt64], in network: FixedNetwork, onAir: OnAir,
    order: EvaluationOrder
  ) -> Drive {
    var drive = Drive()
    let street = map.streets[leg.street]
    let count = Int64(map.segments[leg.street])
    for number in 0..<count {
      func along(_ from: Int32, _ to: Int32) -> Int32 {
        from + Int32((Int64(to) - Int64(from)) * (2 * number + 1) / (2 * count))
      }
      let site = CollectorSite(
        id: CollectorID(
          rawValue: Self.firstSegmentID + UInt32(map.firstSegment[leg.street]) + UInt32(number)),
        x: along(street.fromX, street.toX), y: along(street.fromY, street.toY))
      let length = leg.end - leg.start
      let (from, to) = (
        leg.start + length * number / count, leg.start + length * (number + 1) / count
      )
      let links = budget.links(of: site).links
      let answers =
        wakeUp?.answers(
          links, segment: site.id.rawValue, stretch: from..<to, transmitters: network.transmitters,
          onAir: onAir) ?? WakeUp.Answers(links: links)
      var air = CollectorAir(
        links: answers.links, collector: site, transmitters: network.transmitters,
        scenario: scenario, downTime: DownTime(), onAir: onAir)
      air.send(answers.frames)
      let receptions = order.evaluate(air, from: from, to: to, level: network.vectorLevel)
        .receptions
      func isWanted(_ module: UInt32) -> Bool {
        wanted[Int(module >> 6)] >> UInt64(module & 63) & 1 != 0
      }
      var next = 0
      for link in 0..<air.links.count {
        let module = air.links.endpoints[link]
        if next < receptions.count, receptions[next].link == link {
          let reception = receptions[next]
          next += 1
          drive.hear(
            Heard(
              module: module, start: reception.start, channel: reception.channel,
              rssiDbm: PowerScale.dbm(reception.signal, noiseDbm: noiseDbm)))
        } else if isWanted(module),
          let reason = air.nearestToReception(link: link, from: from, to: to)
        {
          drive.miss(module, reason)
        }
      }
      drive.misses += answers.notWoken.filter(isWanted).map { ($0, .notWoken) }
    }
    return drive
  }

  /// The first that was heard of each module, by ascending module.
  private static func first(of drives: ArraySlice<Drive>) -> [Heard] {
    var heard = drives.flatMap(\.heard)
    heard.sort { ($0.module, $0.start) < ($1.module, $1.start) }
    var first: [Heard] = []
    for one in heard where first.last?.module != one.module { first.append(one) }
    return first
  }

  private func upload(
    _ heard: [Heard], of shift: Shift, dayNumber: Int, _ network: FixedNetwork
  ) -> (Upload, Delivery) {
    let epoch = scenario.clock.startOfDay(scenario.startDate)
    func instant(_ tick: Int64) -> UTCMilliseconds { epoch + (tick * 1000) >> 15 }
    let collector = CollectorID(rawValue: firstID + UInt32(shift.van))
    let end = instant(shift.ticks.upperBound)
    // A van has one shift a day.
    let sequence = UInt64(dayNumber + 1)
    var builder = UploadBuilder(
      header: UploadHeader(
        collector: collector, sequence: sequence, createdAt: end,
        periodStart: instant(shift.ticks.lowerBound), periodEnd: end), capacity: heard.count)
    for one in heard {
      builder.append(
        UploadRecord(
          stamp: instant(one.start), rssiDbm: one.rssiDbm, channel: one.channel,
          frame: network.frame(of: Int(one.module), tick: one.start)))
    }
    return (
      builder.finish(),
      Delivery(at: end + Self.uploadMs, collector: collector, sequence: sequence, copy: 0)
    )
  }
}
