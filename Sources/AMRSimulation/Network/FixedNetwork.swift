import CollectorUpload
import ERTProtocol
import Metering
import Parallel
import RadioModel

/// What one reporting period of all collectors produced.
public struct PeriodResult: Sendable {
  /// 0 for the first period of the run.
  public let number: Int
  /// One upload for each collector.
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
}

/// A territory of modules under fixed collectors: made once, then simulated period by period.
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
  public init(
    _ scenario: Scenario, territory: Territory, sites: [CollectorSite], threads: Int,
    progress: @escaping Progress
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
    (links, linkCount, linksBeyondValidity) = try await Self.links(
      scenario, territory: territory, transmitters: transmitters, sites: sites,
      threads: threads, progress: progress)
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
    book = try await RegisterBook(scenario, territory: territory, threads: threads) {
      lastBills[RegistryRows.cycle(index: $0, count: count).rawValue - 1]
    }
  }

  /// The links of all collectors, and how many of them the path loss was extrapolated to.
  private static func links(
    _ scenario: Scenario, territory: Territory, transmitters: Transmitters, sites: [CollectorSite],
    threads: Int, progress: @escaping Progress
  ) async throws -> (sets: [LinkSet], count: Int, beyondValidity: Int) {
    let budget = try await LinkBudget(
      scenario, territory: territory, silent: transmitters.silent, kinds: transmitters.kinds,
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
    transmitters.transmissions(before: Int64(scenario.days) * Ticks.perDay)
  }

  /// The registry of the whole run, exchanges included, by ascending endpoint and then by instant.
  public var registry: RegistryRows {
    RegistryRows(
      scenario, territory: territory, openingCounts: book.openingCounts, exchanges: book.exchanges)
  }

  /// What truly happens to meters, by endpoint and then by instant: all troubles of the run, and
  /// every rollover that is transmitted up to the end of the day of the latest period.
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
    let rollovers = book.rollovers.map { event(.rollover, $0.index, $0.tick, partner: nil) }
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
    let network = self
    let counter = ProgressCounter(progress)
    let outcomes = try await parallelMap(count: sites.count, threads: threads) { index in
      try counter.advance()
      return network.simulate(collector: index, period: period, order: order)
    }
    received.add(outcomes.lazy.flatMap(\.modules), day: period.dayNumber)
    let packets = PacketCounts.sum(outcomes.map(\.packets))
    counted = PacketCounts.sum([counted, packets])
    return PeriodResult(
      number: period.number, uploads: outcomes.map(\.upload),
      deliveries: outcomes.map(\.deliveries),
      receptions: outcomes.reduce(0) { $0 + $1.modules.count },
      packets: packets,
      drawsEvaluated: outcomes.reduce(0) { $0 + $1.drawsEvaluated },
      overlapLookups: outcomes.reduce(0) { $0 + $1.overlapLookups })
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

  private func simulate(collector: Int, period: ReportingPeriod, order: EvaluationOrder)
    -> Outcome
  {
    let air = air(collector: collector)
    let from = clocks[collector].tick(showingSeconds: period.start)
    let to = clocks[collector].tick(showingSeconds: period.end)
    let evaluation = order.evaluate(air, from: from, to: to, level: vectorLevel)
    return Outcome(
      upload: upload(of: evaluation.receptions, collector: collector, period: period),
      deliveries: schedule.deliveries(
        collector: sites[collector], index: collector, downTime: downTimes[collector],
        period: period, end: to),
      modules: evaluation.receptions.map { links[collector].endpoints[$0.link] },
      packets: evaluation.packets,
      drawsEvaluated: evaluation.drawsEvaluated, overlapLookups: evaluation.overlapLookups)
  }

  func air(collector: Int) -> CollectorAir {
    CollectorAir(
      links: links[collector], collector: sites[collector], transmitters: transmitters,
      scenario: scenario, downTime: downTimes[collector])
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
      let index = Int(links[collector].endpoints[reception.link])
      let moduleClass = scenario.moduleClasses[Int(territory.classIndices[index])]
      let message = StandardConsumptionMessage(
        endpointID: territory.endpointIDs[index], ertType: UInt8(moduleClass.ertType),
        consumption: book.shown(endpoint: index, tick: reception.start))
      builder.append(
        UploadRecord(
          stamp: clock.stamp(reception.start),
          rssiDbm: PowerScale.dbm(reception.signal, noiseDbm: noiseDbm),
          channel: reception.channel, frame: SCMFrame(message)))
    }
    return builder.finish()
  }
}
