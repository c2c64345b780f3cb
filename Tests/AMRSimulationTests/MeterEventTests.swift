import CollectorUpload
import ERTProtocol
import Metering
import RadioModel
import Testing

@testable import AMRSimulation

@Suite("Meter events and the registry")
struct MeterEventTests {
  /// One day in which each of the troubles happens to a tenth of the modules.
  private static func scenario(seed: UInt64, modules: Int) -> Scenario {
    var scenario = EvaluationOrderTests.scenario(seed: seed, modules: modules)
    scenario.moduleClasses[0].dials = 4
    scenario.moduleClasses[0].medianKWhPerDay = 3000
    scenario.backhaul.uploadPeriodH = 4
    scenario.backhaul.pollWindowMin = 60
    scenario.meters.exchangedShare = 0.1
    scenario.meters.unreportedExchangeShare = 0.1
    scenario.meters.stuckShare = 0.1
    scenario.meters.swappedShare = 0.1
    scenario.meters.rolloverShare = 0.1
    return scenario
  }

  private struct Outcome: Equatable {
    var uploads: [[UInt8]] = []
    var events: [MeterEvent] = []
    var registry: [ServicePoint] = []
  }

  private static func run(_ scenario: Scenario, order: EvaluationOrder, threads: Int) async throws
    -> Outcome
  {
    var network = try await EvaluationOrderTests.network(scenario, threads: threads)
    var outcome = Outcome()
    outcome.registry = Array(network.registry)
    for _ in 0..<network.periodCount {
      let result = try await network.simulateNextPeriod(
        order: order, threads: threads, progress: { _ in })
      outcome.uploads += result.uploads.map(\.bytes)
    }
    outcome.events = network.meterEvents
    #expect(Array(network.registry) == outcome.registry, "the run does not change the registry")
    return outcome
  }

  @Test(
    "census and on-demand agree with troubles on, on any number of threads",
    arguments: [1, 2] as [UInt64])
  func orders(seed: UInt64) async throws {
    let scenario = Self.scenario(seed: seed, modules: 150)
    let census = try await Self.run(scenario, order: .census, threads: 1)
    for threads in [1, 2, 3] {
      for order in [EvaluationOrder.census, .onDemand] {
        let again = try await Self.run(scenario, order: order, threads: threads)
        #expect(again == census, "seed \(seed), \(order), \(threads) threads")
      }
    }
    #expect(Set(census.events.map(\.kind)) == Set(MeterEvent.Kind.allCases))
    var untroubled = scenario
    untroubled.meters = MeterTroubleSpec()
    let other = try await Self.run(untroubled, order: .onDemand, threads: 1)
    #expect(other.uploads != census.uploads && other.registry.count == 150)
    #expect(other.events.allSatisfy { $0.kind == .rollover })
  }

  /// The digests of runs made before meters could be in trouble.
  @Test(
    "a scenario without troubles gives the bytes that it always gave",
    arguments: [
      (1, "4d445a34e3464e87fb534ea0a793e372"), (2, "da8773fcae00f0a35ff1853072920745"),
    ] as [(UInt64, String)])
  func defaults(seed: UInt64, expected: String) async throws {
    var network = try await EvaluationOrderTests.network(
      EvaluationOrderTests.scenario(seed: seed, modules: 200))
    var digest = RunDigest()
    for _ in 0..<network.periodCount {
      let result = try await network.simulateNextPeriod(
        order: .onDemand, threads: 2, progress: { _ in })
      for upload in result.uploads { digest.add(upload) }
    }
    #expect(digest.description == expected)
  }

  @Test("registry rows follow one another without overlap, and tell of exchanges alone")
  func registry() async throws {
    let scenario = Self.scenario(seed: 3, modules: 400)
    let network = try await EvaluationOrderTests.network(scenario)
    let rows = network.registry
    let exchanges = network.meterEvents.filter { $0.kind == .exchange }
    #expect(exchanges.count > 20)
    #expect(rows.count == 400 + exchanges.count && Array(rows).count == rows.count)
    for (row, next) in zip(rows, rows.dropFirst()) {
      let keys = [row, next].map { ($0.endpoint.rawValue, $0.installedAt) }
      #expect(keys[0] < keys[1])
      guard row.endpoint == next.endpoint else { continue }
      #expect(row.removedAt == next.installedAt && next.removedAt == nil)
      let at = next.installedAt
      #expect(row.isInService(at: at - 1) && !next.isInService(at: at - 1))
      #expect(!row.isInService(at: at) && next.isInService(at: at))
    }
    let byEndpoint = Dictionary(grouping: rows, by: \.endpoint)
    for (endpoint, own) in byEndpoint {
      let exchange = exchanges.first { $0.endpoint == endpoint }
      #expect(own.count == (exchange == nil ? 1 : 2))
      let name = "M\(endpoint.rawValue)"
      #expect(own.map(\.meterID) == [name, "\(name)-2"].prefix(own.count).map { $0 })
      #expect(own[0].removedAt == exchange?.at && (own[0].removedRead == nil) == (exchange == nil))
      #expect(own[0].accountID == "A\(endpoint.rawValue)")
      guard exchange != nil else { continue }
      #expect(own[0].lastBilledAt <= own[1].installedAt)
      #expect(own[1].lastBilledAt == own[1].installedAt)
      #expect((0...100).contains(own[1].lastBilledRead), "a hundredth of the span")
      for key in [\ServicePoint.accountID, \.servicePointID] {
        #expect(own[0][keyPath: key] == own[1][keyPath: key])
      }
      #expect(own[0].cycle == own[1].cycle && own[0].register == own[1].register)
    }
  }

  /// What modules send about an exchange must continue what the registry's rows say.
  @Test("out reads and first reads are those that the frames show")
  func exchangeReads() async throws {
    var scenario = Self.scenario(seed: 4, modules: 300)
    scenario.moduleClasses[0].medianKWhPerDay = 300
    scenario.collectors.clockErrorMs = 0
    var network = try await EvaluationOrderTests.network(scenario)
    let rows = Dictionary(grouping: network.registry, by: \.endpoint).filter { $0.value.count == 2 }
    var before = 0
    var after = 0
    let span: Int64 = 10_000
    while true {
      let result = try await network.simulateNextPeriod(
        order: .onDemand, threads: 2, progress: { _ in })
      for record in result.uploads.flatMap(\.records) {
        let message = record.frame.fields
        guard let pair = rows[EndpointID(rawValue: message.endpointID)] else { continue }
        let count = Int64(message.consumption)
        // No meter counts half its span in the day of the run.
        if pair[0].isInService(at: record.stamp), let out = pair[0].removedRead {
          #expect((out - count + span) % span < span / 2)
          before += 1
        } else {
          #expect(count >= pair[1].lastBilledRead && count - pair[1].lastBilledRead < span / 2)
          after += 1
        }
      }
      if result.number == network.periodCount - 1 { break }
    }
    #expect(before > 50 && after > 50)
  }

  @Test("events are sorted, on 5-minute boundaries of the run, and name both of a swap")
  func events() async throws {
    let scenario = Self.scenario(seed: 5, modules: 300)
    let outcome = try await Self.run(scenario, order: .onDemand, threads: 1)
    let start = scenario.clock.startOfDay(scenario.startDate)
    for (event, next) in zip(outcome.events, outcome.events.dropFirst()) {
      #expect((event.endpoint.rawValue, event.at) <= (next.endpoint.rawValue, next.at))
    }
    for event in outcome.events {
      #expect((event.at - start) % 300_000 == 0 && event.at >= start)
      #expect(event.day == scenario.startDate && event.day == scenario.clock.day(of: event.at))
      #expect((event.partner != nil) == (event.kind == .swapped))
      if let partner = event.partner {
        var other = event
        other.endpoint = partner
        other.partner = event.endpoint
        #expect(outcome.events.contains(other))
      }
    }
    let troubled = outcome.events.filter { $0.kind != .rollover }.map(\.endpoint)
    #expect(Set(troubled).count == troubled.count)
  }

  @Test("the file of events")
  func file() {
    let day = CivilDay(year: 1998, month: 6, day: 3)
    let at = LocalClock(utcOffsetMinutes: -300).startOfDay(day) + 300_000
    let events = [
      MeterEvent(endpoint: EndpointID(rawValue: 7), kind: .unreportedExchange, at: at, day: day),
      MeterEvent(
        endpoint: EndpointID(rawValue: 20_000_000), kind: .swapped, at: at, day: day,
        partner: EndpointID(rawValue: 8)),
    ]
    let header = "endpoint_id,kind,at,day,partner_endpoint_id\r\n"
    #expect(String(decoding: MeterEventFile.encode([]), as: UTF8.self) == header)
    #expect(
      String(decoding: MeterEventFile.encode(events), as: UTF8.self) == header
        + "7,unreported_exchange,1998-06-03T05:05:00Z,1998-06-03,\r\n"
        + "20000000,swapped,1998-06-03T05:05:00Z,1998-06-03,8\r\n")
    #expect(
      MeterEvent.Kind.allCases.map(\.rawValue)
        == ["exchange", "unreported_exchange", "stuck", "swapped", "rollover"])
  }
}
