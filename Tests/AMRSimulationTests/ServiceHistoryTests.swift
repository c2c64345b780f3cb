import CollectorUpload
import Metering
import RadioModel
import Testing

@testable import AMRSimulation

/// A network that grows while it is simulated: crews, construction, failures, exchanges, moves, vans.
enum GrowingNetwork {
  static func scenario(seed: UInt64, modules: Int = 400, days: Int = 40) -> Scenario {
    var scenario = EvaluationOrderTests.scenario(seed: seed, modules: modules)
    scenario.startDate = CivilDay(year: 1998, month: 1, day: 5)
    scenario.days = days
    scenario.utcOffsetMinutes = -300
    scenario.endpoints.intervalS = 60
    scenario.backhaul.uploadPeriodH = 12
    scenario.territory.areaKm = 0.5
    scenario.rollout.crews = 2
    scenario.rollout.installFrom = CivilDay(year: 1997, month: 12, day: 22)
    scenario.rollout.installsPerCrewDay = Double(modules) / 60
    scenario.rollout.noAccessShare = 0.1
    scenario.rollout.returnDays = 5
    scenario.rollout.collectorsPerDay = 0.5
    scenario.rollout.buildFrom = CivilDay(year: 1997, month: 12, day: 29)
    scenario.rollout.commissioningDays = 2
    scenario.rollout.productivitySpread = 0.3
    scenario.faults.failuresPerYear = 2
    scenario.faults.repairDays = 4
    scenario.faults.collectorOutagesPerYear = 50
    scenario.meters.exchangedShare = 0.1
    scenario.meters.stuckShare = 0.05
    scenario.meters.movesPerYear = 0.5
    scenario.vans.count = 2
    scenario.vans.passSpacingM = 300
    scenario.vans.blockedShare = 0.2
    scenario.vans.antennaGainDbi = -12
    return scenario
  }
}

@Suite("Rollout")
struct ServiceHistoryTests {
  @Test(
    "a module is in one state on each day, and only goes on from one to the next",
    arguments: 1...6 as ClosedRange<UInt64>)
  func states(seed: UInt64) async throws {
    let network = try await EvaluationOrderTests.network(GrowingNetwork.scenario(seed: seed))
    let history = network.history
    var seen: Set<ServiceState> = []
    for day in 0..<network.scenario.days {
      let states = history.states(on: day)
      #expect(states.values.reduce(0, +) == network.territory.count)
      seen.formUnion(states.keys)
      for module in 0..<network.territory.count {
        let state = history.state(module, on: day)
        #expect((state == .notInstalled) == !history.isInstalled(module, on: day))
        if state == .fixed { #expect(history.isFixed(module, on: day)) }
        if state == .mobile { #expect(!history.isFixed(module, on: day)) }
        // Neither installation nor conversion is ever undone.
        if history.isFixed(module, on: day) {
          #expect(history.isInstalled(module, on: day))
          #expect(history.isFixed(module, on: day + 1))
        }
        if history.isInstalled(module, on: day) {
          #expect(history.isInstalled(module, on: day + 1))
        }
      }
      #expect(
        history.fixedCount(on: day)
          == (0..<network.territory.count).count { history.isFixed($0, on: day) })
    }
    #expect(seen == Set(ServiceState.allCases), "seed \(seed)")
  }

  @Test("an area is served once its last collector has stood for some days, and its modules are in")
  func conversion() async throws {
    let scenario = GrowingNetwork.scenario(seed: 3)
    let network = try await EvaluationOrderTests.network(scenario)
    let (history, areas) = (network.history, network.areas)
    var served = 0
    for module in 0..<network.territory.count {
      let area = Int(areas.ofModule[module])
      let built = network.sites.indices.filter {
        areas.place(x: network.sites[$0].x, y: network.sites[$0].y) == area
      }.map { history.builtDay($0) }
      let converted = Int(history.convertedDay(module))
      guard converted < scenario.days else { continue }
      served += 1
      let last = try #require(built.max(), "an area without a collector is not served")
      #expect(
        converted
          == max(last + scenario.rollout.commissioningDays, Int(history.installedDay(module)))
          // What was built before the run.
          || last == 0)
    }
    #expect(served > 50)
  }

  @Test("without rollout and failures all are served all the time")
  func uneventful() async throws {
    let network = try await EvaluationOrderTests.network(
      EvaluationOrderTests.scenario(seed: 1, modules: 50))
    #expect(network.history.isUneventful)
    #expect(network.history.states(on: 0) == [.fixed: 50])
    #expect(network.openRoundCount == 0)
    #expect(network.receivers == network.sites.map(\.id))
  }

  @Test(
    "census and on-demand give the same uploads of a growing network, vans' included, on any threads",
    arguments: [1, 2] as [UInt64])
  func orders(seed: UInt64) async throws {
    let scenario = GrowingNetwork.scenario(seed: seed, days: 10)
    var first: [[UInt8]] = []
    var firstDays: [VanDay] = []
    for (order, threads) in [(EvaluationOrder.onDemand, 1), (.onDemand, 3), (.census, 2)] {
      var network = try await EvaluationOrderTests.network(scenario, threads: threads)
      var uploads: [[UInt8]] = []
      var vans: [VanDay] = []
      for _ in 0..<network.periodCount {
        let result = try await network.simulateNextPeriod(
          order: order, threads: threads, progress: { _ in })
        uploads += result.uploads.map(\.bytes)
        if let day = result.vans { vans.append(day) }
      }
      #expect(vans.count == scenario.days)
      if first.isEmpty { (first, firstDays) = (uploads, vans) }
      #expect(uploads == first, "seed \(seed), \(order), \(threads) threads")
      #expect(vans.map(\.rounds) == firstDays.map(\.rounds), "seed \(seed), \(order)")
    }
    #expect(firstDays.reduce(0) { $0 + $1.shifts } > 2)
  }

  @Test(
    "nobody hears a module that is not installed or out of order, nor a collector that is not built"
  )
  func silence() async throws {
    let scenario = GrowingNetwork.scenario(seed: 5)
    var network = try await EvaluationOrderTests.network(scenario)
    let places = Dictionary(
      uniqueKeysWithValues: network.territory.endpointIDs.enumerated().map { ($1, $0) })
    let collectors = Dictionary(
      uniqueKeysWithValues: network.sites.enumerated().map { ($1.id, $0) })
    let epoch = scenario.clock.startOfDay(scenario.startDate)
    var heard = 0
    for period in 0..<network.periodCount {
      let day = period / 2
      let result = try await network.simulateNextPeriod(
        order: .onDemand, threads: 2, progress: { _ in })
      for upload in result.uploads {
        if let collector = collectors[upload.header.collector] {
          #expect(network.history.isBuilt(collector, on: day))
        }
        for record in upload.records {
          let module = try #require(places[record.frame.endpointID])
          heard += 1
          #expect(network.history.isInstalled(module, on: day))
          let tick = (record.stamp - epoch) * Ticks.perSecond / 1000
          // Collectors' clocks are wrong by half a second, jitter is below one.
          let margin = 2 * Ticks.perSecond
          #expect(
            !network.history.failures[module].contains {
              $0.ticks.lowerBound + margin < tick && tick < $0.ticks.upperBound - margin
            })
        }
      }
    }
    #expect(heard > 1000)
  }

  @Test("rows of the registry follow one another, with what the dials show at each change")
  func registry() async throws {
    let scenario = GrowingNetwork.scenario(seed: 7, modules: 600)
    let network = try await EvaluationOrderTests.network(scenario)
    let rows = Array(network.registry)
    #expect(rows.count == network.registry.count)
    let clock = scenario.clock
    var changes = 0
    var places: [UInt32: Int] = [:]
    for (place, id) in network.territory.endpointIDs.enumerated() { places[id] = place }
    for (before, row) in zip(rows, rows.dropFirst()) where before.endpoint == row.endpoint {
      changes += 1
      #expect(before.removedAt == row.installedAt)
      #expect(row.lastBilledAt == row.installedAt)
      if before.meterID == row.meterID { #expect(before.removedRead == row.lastBilledRead) }
      #expect(before.servicePointID == row.servicePointID)
    }
    #expect(changes > 40)
    let byEndpoint = Dictionary(grouping: rows, by: \.endpoint.rawValue)
    for (id, place) in places {
      let installed = Int(network.history.installedDay(place))
      guard installed < scenario.days else {
        #expect(byEndpoint[id] == nil)
        continue
      }
      let mine = try #require(byEndpoint[id])
      if installed > 0 {
        #expect(clock.day(of: mine[0].installedAt) == scenario.startDate + installed)
      } else {
        #expect(mine[0].installedAt < clock.startOfDay(scenario.startDate))
      }
      #expect(mine.last?.removedAt == nil)
      // Registers never run backwards from row to row of a meter, but for a rollover.
      let converted = Int(network.history.convertedDay(place))
      if converted > max(0, installed), converted < scenario.days {
        let at = clock.startOfDay(scenario.startDate + converted)
        #expect(mine.contains { $0.installedAt == at })
      }
    }
  }
}
