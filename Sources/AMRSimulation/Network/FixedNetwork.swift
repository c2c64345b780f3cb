import CollectorUpload
import ERTProtocol
import Metering
import Parallel
import RadioModel

/// What one reporting period of all collectors produced.
public struct PeriodResult: Sendable {
  /// 0 for the first period of the run.
  public let number: Int
  /// One upload for each collector, and for each shift of vans with a day's first period.
  public let uploads: [Upload]
  /// The arrivals of each of these uploads.
  public let deliveries: [[Delivery]]
  /// Over all uploads.
  public let receptions: Int
  /// The fate of every arrival at every collector; nil in the on-demand order.
  public let packets: PacketCounts?
  /// Fading draws that were computed.
  public let drawsEvaluated: Int
  /// Frames that were compared with everything on the air at their time.
  public let overlapLookups: Int
  /// What vans do on the day, when the period is its first.
  public internal(set) var vans: VanDay?
}

/// A territory of modules under fixed collectors, and vans where there are any: made once, then
/// simulated period by period.
public struct FixedNetwork: Sendable {
  public let scenario: Scenario
  public let territory: Territory
  /// The collectors, in the order of every array of theirs.
  public let sites: [CollectorSite]
  /// Links of all collectors.
  public let linkCount: Int
  /// Those to which the formula of the path loss was extrapolated, being too short or too long.
  public let linksBeyondValidity: Int
  let links: [LinkSet]
  let transmitters: Transmitters
  let clocks: [CollectorClock]
  private let downTimes: [DownTime]
  private let schedule: DeliverySchedule
  private let noiseDbm: Double
  public let areas: Areas
  public let history: ServiceHistory
  private let registryChanges: [RegistryChange]
  var fleet: VanFleet?
  var book: RegisterBook
  var nextPeriod = 0
  var received: ReceivedModules
  /// Vector instructions to use, of those that the processor has.
  public var vectorLevel = VectorLevel.best
  /// Of the periods so far; nil when not every arrival was decided.
  var counted: PacketCounts? = PacketCounts()

  /// Called with the number of collectors that have been begun, from any thread; may throw to give
  /// up.
  public typealias Progress = @Sendable (Int) throws -> Void

  /// Sets up transmitters, links and registers; the result does not depend on `threads`.
  ///
  /// - Parameters:
  ///   - sites: some of the layout's collectors; nil for all.
  ///   - needsRegistry: false where nobody will ask for the registry, whose counts take long in a run
  ///     of years.
  public init(
    _ scenario: Scenario, layout: Layout, sites: [CollectorSite]? = nil,
    needsRegistry: Bool = true, threads: Int, progress: @escaping Progress
  ) async throws {
    try await self.init(
      scenario, territory: layout.territory, sites: sites ?? layout.sites, routes: layout.routes,
      needsRegistry: needsRegistry, threads: threads, progress: progress)
  }

  /// The same for places that a program made.
  ///
  /// - Parameter routes: of the vans; nil for a grid of streets.
  init(
    _ scenario: Scenario, territory: Territory, sites: [CollectorSite], routes: RouteTable? = nil,
    needsRegistry: Bool = true, threads: Int, progress: @escaping Progress
  ) async throws {
    self.scenario = scenario
    self.territory = territory
    self.sites = sites
    transmitters = try await Transmitters(
      scenario, endpointIDs: territory.endpointIDs, threads: threads)
    noiseDbm =
      Receiver(
        noiseFigureDb: scenario.collectors.noiseFigureDb, filterKHz: scenario.collectors.filterKHz
      ).noiseDbm
    let areas = try Areas(
      territory, areaKm: scenario.territory.areaKm, source: scenario.name)
    self.areas = areas
    let history = try await ServiceHistory(
      scenario, territory: territory, areas: areas, sites: sites, waiting: transmitters.waiting,
      threads: threads)
    self.history = history
    let transmitters = transmitters
    // What is never installed is never on the air.
    let silent = transmitters.silent.enumerated().map {
      $1 || !history.isInstalled($0, on: scenario.days - 1)
    }
    (links, linkCount, linksBeyondValidity) = try await Self.links(
      scenario, territory: territory,
      silent: silent.enumerated().map { $1 || transmitters.waitsForTone($0) },
      transmitters: transmitters, sites: sites,
      threads: threads, progress: progress)
    fleet =
      scenario.vans.count == 0
      ? nil
      : try await VanFleet(
        scenario, territory: territory, areas: areas, routes: routes, transmitters: transmitters,
        silent: silent, firstID: (sites.map(\.id.rawValue).max() ?? 0) + 1, threads: threads)
    clocks = sites.map { CollectorClock(scenario, site: $0) }
    let outages = OutageModel(
      seed: scenario.seed, stream: .receiverOutage,
      perYear: scenario.faults.collectorOutagesPerYear,
      meanHours: scenario.faults.collectorOutageH)
    downTimes = sites.map {
      outages.downTime(entity: $0.id.rawValue, days: scenario.days + 1)
    }
    schedule = DeliverySchedule(scenario, collectorCount: sites.count)
    let count = territory.count
    received = ReceivedModules(count: count)
    let lastBills = RegistryRows.lastBills(before: scenario.startDate)
    book = try await RegisterBook(
      scenario, territory: territory, history: history, threads: threads
    ) {
      lastBills[RegistryRows.cycle(index: $0, count: count).rawValue - 1]
    }
    guard needsRegistry else {
      registryChanges = []
      return
    }
    let planned = RegistryChange.planned(scenario, territory: territory, history: history)
    let counted = try await book.counts(at: planned, threads: threads)
    // Of equal instants an exchange comes last: its new meter is what stays.
    registryChanges = (counted + book.exchanges).enumerated().sorted {
      ($0.element.index, $0.element.tick, $0.offset) < (
        $1.element.index, $1.element.tick, $1.offset
      )
    }.map(\.element)
  }

  /// The links of all collectors, and how many of them the path loss was extrapolated to.
  private static func links(
    _ scenario: Scenario, territory: Territory, silent: [Bool], transmitters: Transmitters,
    sites: [CollectorSite], threads: Int, progress: @escaping Progress
  ) async throws -> (sets: [LinkSet], count: Int, beyondValidity: Int) {
    let budget = try await LinkBudget(
      scenario, territory: territory, silent: silent, kinds: transmitters.kinds,
      threads: threads)
    let counter = ProgressCounter(progress)
    let found = try await parallelMap(count: sites.count, threads: threads) { index in
      try counter.advance()
      return budget.links(of: sites[index])
    }
    let count = found.reduce(0) { $0 + $1.links.count }
    var excess = DistanceExcess()
    for (_, other) in found { excess.add(other) }
    if scenario.radio.beyondValidity == .refuse, excess.count > 0 {
      throw TerritoryError(
        source: scenario.name,
        message: "radio.propagation: \(scenario.radio.propagation.rawValue) holds from 1 to 20 km; "
          + excess.description(links: count)
          + "; choose log-distance or set radio.beyond_validity to 'extrapolate'")
    }
    return (found.map(\.links), count, excess.count)
  }

  /// The number of reporting periods of the run.
  public var periodCount: Int { scenario.days * 24 / scenario.backhaul.uploadPeriodH }

  /// Frames that the modules send during the run, evaluated or not.
  public var transmissions: Int {
    transmitters.transmissions(
      before: Int64(scenario.days) * Ticks.perDay, onAir: history.onAir)
  }

  /// The registry of the whole run, exchanges included, by ascending endpoint and then by instant.
  public var registry: RegistryRows {
    let history = history
    return RegistryRows(
      scenario, territory: territory, openingCounts: book.openingCounts,
      changes: registryChanges, isPresent: { history.isInstalled($0, on: scenario.days - 1) },
      isMobile: { history.convertedDay($0) > max(0, history.installedDay($0)) })
  }

  /// Everyone who sends uploads: collectors, built or not, and vans.
  public var receivers: [CollectorID] { sites.map(\.id) + (fleet?.collectors ?? []) }

  /// Rounds of vans that have not ended.
  public var openRoundCount: Int { fleet?.openRoundCount ?? 0 }

  /// What truly happens to meters, by endpoint and then by instant: all troubles of the run, and
  /// every rollover from the installation of its module to the end of the day of the latest period.
  public var meterEvents: [MeterEvent] {
    let epoch = scenario.clock.startOfDay(scenario.startDate)
    func event(_ kind: MeterEvent.Kind, _ index: Int, _ tick: Int64, partner: Int?) -> MeterEvent {
      let at = epoch + tick * 1000 / Ticks.perSecond
      return MeterEvent(
        endpoint: EndpointID(rawValue: territory.endpointIDs[index]), kind: kind, at: at,
        day: scenario.clock.day(of: at),
        partner: partner.map { EndpointID(rawValue: territory.endpointIDs[$0]) })
    }
    // A rollover at the very instant of a trouble is the old meter's last.
    let rollovers = book.rollovers
      .filter { history.isInstalled($0.index, on: Int($0.tick / Ticks.perDay)) }
      .map { event(.rollover, $0.index, $0.tick, partner: nil) }
    let troubles = book.changes.values.map(\.trouble).map {
      event($0.kind, $0.index, $0.tick, partner: $0.partner)
    }
    return (rollovers + troubles).sorted {
      ($0.endpoint.rawValue, $0.at, $0.kind == .rollover ? 0 : 1)
        < ($1.endpoint.rawValue, $1.at, $1.kind == .rollover ? 0 : 1)
    }
  }

  /// Days of which all periods have been simulated.
  var completeDays: Int { nextPeriod * scenario.backhaul.uploadPeriodH / 24 }

  /// The day of the latest period, if that was its last one.
  public var lastCompleteDay: CivilDay? {
    let hours = nextPeriod * scenario.backhaul.uploadPeriodH
    return hours > 0 && hours % 24 == 0 ? scenario.startDate + (hours / 24 - 1) : nil
  }

  /// Whether all periods have been simulated.
  var isOver: Bool { nextPeriod == periodCount }

  /// The fate of every arrival of the run; nil before its end and after a period on demand.
  var countedPackets: PacketCounts? { isOver ? counted : nil }

  /// Simulates the next reporting period; call it `periodCount` times.
  ///
  /// - Throws: `EvaluationError.needsCensus` when the scenario cannot be evaluated on demand, and
  ///   what `progress` throws.
  public mutating func simulateNextPeriod(
    order: EvaluationOrder, threads: Int, progress: @escaping Progress
  ) async throws -> PeriodResult {
    if order == .onDemand && scenario.needsCensus { throw EvaluationError.needsCensus }
    let period = ReportingPeriod(number: nextPeriod, hours: scenario.backhaul.uploadPeriodH)
    nextPeriod += 1
    while book.day - scenario.startDate < period.dayNumber {
      try await book.advance(threads: threads)
    }
    let onAir = OnAir(history, modules: territory.count, day: period.dayNumber)
    let (network, history) = (self, history)
    let counter = ProgressCounter(progress)
    let working = sites.indices.filter { history.isBuilt($0, on: period.dayNumber) }
    let outcomes = try await parallelMap(count: working.count, threads: threads) { index in
      try counter.advance()
      return network.simulate(
        collector: working[index], period: period, onAir: onAir, order: order)
    }
    // With the first period of a day, so that their uploads wait when the first deliveries are due.
    let vans =
      fleet?.nextDay == period.dayNumber
      ? try await driveVans(onAir, order: order, threads: threads) : nil
    received.add(outcomes.lazy.flatMap(\.modules), day: period.dayNumber)
    received.add(heardByVans: vans?.heard ?? [], day: period.dayNumber)
    let packets = PacketCounts.sum(outcomes.map(\.packets))
    counted = PacketCounts.sum([counted, packets])
    return PeriodResult(
      number: period.number,
      uploads: outcomes.map(\.upload) + (vans?.uploads.map(\.upload) ?? []),
      deliveries: outcomes.map(\.deliveries) + (vans?.uploads.map { [$0.delivery] } ?? []),
      receptions: outcomes.reduce(0) { $0 + $1.modules.count }
        + (vans?.heard.count ?? 0),
      packets: packets,
      drawsEvaluated: outcomes.reduce(0) { $0 + $1.drawsEvaluated },
      overlapLookups: outcomes.reduce(0) { $0 + $1.overlapLookups }, vans: vans?.day)
  }

  /// What vans do on the day of the book; nil where there are none.
  private mutating func driveVans(_ onAir: OnAir, order: EvaluationOrder, threads: Int)
    async throws -> VanWork?
  {
    guard var vans = fleet else { return nil }
    let result = try await vans.driveNextDay(
      in: self, onAir: onAir, order: order, threads: threads)
    fleet = vans
    return result
  }

  private struct Outcome: Sendable {
    let upload: Upload
    let deliveries: [Delivery]
    /// Those that were received, as indices of the territory.
    let modules: [UInt32]
    let packets: PacketCounts?
    let drawsEvaluated: Int
    let overlapLookups: Int
  }

  private func simulate(
    collector: Int, period: ReportingPeriod, onAir: OnAir, order: EvaluationOrder
  ) -> Outcome {
    let evaluation = receptions(
      collector: collector, period: period, onAir: onAir, order: order)
    return Outcome(
      upload: upload(of: evaluation.receptions, collector: collector, period: period),
      deliveries: schedule.deliveries(
        collector: sites[collector], index: collector, downTime: downTimes[collector],
        period: period, end: clocks[collector].tick(showingSeconds: period.end)),
      modules: evaluation.receptions.map { links[collector].endpoints[$0.link] },
      packets: evaluation.packets,
      drawsEvaluated: evaluation.drawsEvaluated, overlapLookups: evaluation.overlapLookups)
  }

  /// What a collector decodes in a period.
  func receptions(
    collector: Int, period: ReportingPeriod, onAir: OnAir, order: EvaluationOrder
  ) -> Evaluation {
    order.evaluate(
      air(collector: collector, onAir: onAir),
      from: clocks[collector].tick(showingSeconds: period.start),
      to: clocks[collector].tick(showingSeconds: period.end), level: vectorLevel)
  }

  func air(collector: Int, onAir: OnAir = .always) -> CollectorAir {
    CollectorAir(
      links: links[collector], collector: sites[collector], transmitters: transmitters,
      scenario: scenario, downTime: downTimes[collector], onAir: onAir)
  }

  /// What a module sends at a time about the day of the book.
  func frame(of index: Int, tick: Int64) -> SCMFrame {
    let moduleClass = scenario.moduleClasses[Int(territory.classIndices[index])]
    return SCMFrame(
      StandardConsumptionMessage(
        endpointID: territory.endpointIDs[index], ertType: UInt8(moduleClass.ertType),
        consumption: book.shown(endpoint: index, tick: tick)))
  }

  /// The upload that reports these receptions, by ascending endpoint.
  private func upload(of receptions: [Reception], collector: Int, period: ReportingPeriod)
    -> Upload
  {
    let clock = clocks[collector]
    let header = UploadHeader(
      collector: sites[collector].id, sequence: UInt64(period.number + 1),
      createdAt: clock.epoch + period.end * 1000, periodStart: clock.epoch + period.start * 1000,
      periodEnd: clock.epoch + period.end * 1000)
    var builder = UploadBuilder(header: header, capacity: receptions.count)
    for reception in receptions {
      builder.append(
        UploadRecord(
          stamp: clock.stamp(reception.start),
          rssiDbm: PowerScale.dbm(reception.signal, noiseDbm: noiseDbm),
          channel: reception.channel,
          frame: frame(
            of: Int(links[collector].endpoints[reception.link]), tick: reception.start)))
    }
    return builder.finish()
  }
}
