import CollectorUpload
import Metering
import PortableMath
import RadioModel
import TestSupport
import Testing

@testable import AMRSimulation

@Suite("Vans")
struct VanTests {
  // MARK: - A straight drive-by

  @Test("without fading a van hears who sends in range: 2 √(R² − d²) / v of each interval")
  func range() async throws {
    var driveBy = DriveBy(seed: 21)
    driveBy.scenario.radio.fading = .none
    driveBy.offsetM = 30
    driveBy.scenario.endpoints.txPowerDbm = -22
    // The distance at which the mean is the threshold.
    var (low, high) = (0.0, 20_000.0)
    let thresholdDb = driveBy.thresholdDb
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if driveBy.meanDb(middle) >= thresholdDb { low = middle } else { high = middle }
    }
    let seconds = 2 * low / driveBy.speed
    let expected = seconds / 60
    #expect((0.2...0.9).contains(expected), "\(expected)")
    let (share, runs, _) = try await driveBy.readShare()
    // A van hears one frame or none of each: binomial. Segments of 8 m move the edges by half of it.
    let trials = Double(runs * driveBy.modules)
    let tolerance = 4 * (expected * (1 - expected) / trials).squareRoot() + 8 / driveBy.speed / 60
    print("van without fading: \(share) of \(runs * driveBy.modules) read, expected \(expected)")
    #expect((share - expected).magnitude < tolerance, "\(share), expected \(expected)")
  }

  @Test(
    "with Rayleigh fading as many are read as the integral over phases says", arguments: [-18, -28])
  func fading(txPowerDbm: Int) async throws {
    var driveBy = DriveBy(seed: 22)
    driveBy.scenario.endpoints.txPowerDbm = Double(txPowerDbm)
    driveBy.scenario.endpoints.intervalS = 20
    driveBy.offsetM = 40
    // Success of a packet sent at a place: e^(−γ₀ N / S̄). P(read) is the mean over the phase of
    // 1 − Π (1 − success) of the packets that are 20 s apart; their expected number is
    // ∫ success dx / (v T), packets in range times success.
    let thresholdDb = driveBy.thresholdDb
    let steps = 400
    var (read, packets) = (0.0, 0.0)
    for step in 0..<steps {
      let phase = (Double(step) + 0.5) / Double(steps) * 20
      var none = 1.0
      for k in -10...10 {
        let along = (phase + Double(k) * 20) * driveBy.speed
        // Beyond that nothing comes through, and the function ends.
        let exponent = min(700, ratio(decibels: thresholdDb - driveBy.meanDb(along)))
        let success = exponential(-exponent)
        none *= 1 - success
        packets += success / Double(steps)
      }
      read += (1 - none) / Double(steps)
    }
    #expect((0.2...0.99).contains(read), "\(read) with \(packets) packets")
    let (share, runs, _) = try await driveBy.readShare()
    // Interference costs a little: 210 modules send 5.86 ms each 20 s on 50 channels.
    let tolerance = 4 * (read * (1 - read) / Double(runs * driveBy.modules)).squareRoot() + 0.005
    print(
      "van with fading: \(share) of \(runs * driveBy.modules) read, expected \(read), "
        + "\(packets) packets each")
    #expect((share - read).magnitude < tolerance, "\(share), expected \(read)")
  }

  // MARK: - Rounds

  @Test(
    "every module of a round is read or has one reason, and what was blocked is driven again",
    arguments: [1, 2] as [UInt64])
  func rounds(seed: UInt64) async throws {
    var scenario = GrowingNetwork.scenario(seed: seed, days: 40)
    scenario.vans.blockedShare = 0.5
    scenario.vans.redriveDays = 2
    var network = try await EvaluationOrderTests.network(scenario)
    var rounds: [RoundResult] = []
    for _ in 0..<network.periodCount {
      let result = try await network.simulateNextPeriod(
        order: .onDemand, threads: 2, progress: { _ in })
      rounds += result.vans?.rounds ?? []
    }
    #expect(rounds.count > 10)
    var reasons: Set<MissReason> = []
    for round in rounds {
      #expect(round.read + round.missed.count == round.modules.count)
      #expect(round.counts.values.reduce(0, +) == round.missed.count)
      #expect(round.drivenDays <= 3)
      let number = round.scheduled - scenario.startDate
      for module in round.modules {
        #expect(network.history.isInstalled(Int(module), on: number))
        #expect(!network.history.isFixed(Int(module), on: number))
      }
      reasons.formUnion(round.counts.keys)
    }
    #expect(rounds.contains { $0.drivenDays > 1 })
    #expect(reasons.contains(.notDriven) && reasons.contains(.tooWeak), "seed \(seed): \(reasons)")
    // A round ends with its last working day: those of the run's last days are open.
    let open = network.roundsSoFar
    #expect(network.openRoundCount == open.count)
    #expect(open.allSatisfy { scenario.startDate + (scenario.days - 1) - $0.opened < 7 })
  }

  @Test("a van reports each module once in a run, in the time of its shift, and with its register")
  func reports() async throws {
    var scenario = GrowingNetwork.scenario(seed: 9)
    scenario.vans.antennaGainDbi = 2
    var network = try await EvaluationOrderTests.network(scenario)
    let vans = Set(network.receivers.suffix(2))
    let places = Dictionary(
      uniqueKeysWithValues: network.territory.endpointIDs.enumerated().map { ($1, $0) })
    let epoch = scenario.clock.startOfDay(scenario.startDate)
    var records = 0
    for _ in 0..<network.periodCount {
      let result = try await network.simulateNextPeriod(
        order: .onDemand, threads: 1, progress: { _ in })
      for upload in result.uploads where vans.contains(upload.header.collector) {
        let ids = upload.records.map(\.frame.endpointID)
        #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
        for record in upload.records {
          records += 1
          #expect(record.stamp >= upload.header.periodStart)
          #expect(record.stamp <= upload.header.periodEnd)
          // Registers hold for five minutes, so that a millisecond more or less seldom matters.
          let module = try #require(places[record.frame.endpointID])
          let tick = (record.stamp - epoch + 1) * Ticks.perSecond / 1000
          let frame = network.frame(of: module, tick: tick)
          let earlier = network.frame(of: module, tick: tick - Ticks.perSecond)
          #expect(record.frame == frame || record.frame == earlier)
        }
      }
    }
    #expect(records > 100)
  }

  // MARK: - Shifts

  @Test(
    "shifts drive every street once, in order, and end in time",
    arguments: 1...8 as ClosedRange<UInt64>)
  func shifts(seed: UInt64) async throws {
    var random = SplitMix64(seed: seed)
    var scenario = GrowingNetwork.scenario(seed: seed)
    scenario.vans.passSpacingM = 60
    scenario.vans.shiftH = 0.15 + Double(random.next() % 10) / 20
    scenario.vans.count = 1000
    let network = try await EvaluationOrderTests.network(scenario)
    let map = StreetMap(
      grid: scenario, territory: network.territory, areas: network.areas, segmentM: 25)
    let planner = ShiftPlanner(scenario.vans, map: map, depot: network.territory.middle)
    let streets = map.streets.indices.filter { _ in random.next() % 3 > 0 }
    let (shifts, driven) = planner.shifts(streets, dayStart: 5 * Ticks.perDay)
    #expect(driven == streets.count)
    #expect(shifts.flatMap(\.legs).map(\.street) == streets)
    #expect(shifts.map(\.van) == Array(shifts.indices))
    for shift in shifts {
      #expect(shift.ticks.lowerBound == 5 * Ticks.perDay + 8 * 3600 * Ticks.perSecond)
      #expect(shift.hours <= scenario.vans.shiftH + 1e-6 || shift.legs.count == 1)
      #expect(
        zip(shift.legs, shift.legs.dropFirst()).allSatisfy { $0.end <= $1.start })
      #expect(shift.legs.allSatisfy { $0.start < $0.end && $0.end <= shift.ticks.upperBound })
      let streetKm = shift.legs.reduce(0) { $0 + map.streets[$1.street].length / 1000 }
      #expect(shift.kilometres >= streetKm)
      #expect(shift.kilometres / shift.hours <= scenario.vans.transitKmh + 1e-6)
    }
    // With two vans the rest waits.
    scenario.vans.count = 2
    let few = ShiftPlanner(scenario.vans, map: map, depot: network.territory.middle)
      .shifts(streets, dayStart: 0)
    #expect(few.shifts.count == min(2, shifts.count))
    #expect(few.driven == few.shifts.reduce(0) { $0 + $1.legs.count })
  }

  @Test("the grid's streets pass every module within half their distance")
  func grid() async throws {
    let scenario = GrowingNetwork.scenario(seed: 2)
    let network = try await EvaluationOrderTests.network(scenario)
    let map = StreetMap(
      grid: scenario, territory: network.territory, areas: network.areas, segmentM: 50)
    for module in 0..<network.territory.count {
      let street = map.streets[Int(map.ofModule[module])]
      #expect((network.territory.y[module] - street.fromY).magnitude <= 1500)
      let x = network.territory.x[module]
      #expect(x >= min(street.fromX, street.toX) && x <= max(street.fromX, street.toX))
    }
    #expect(
      zip(map.firstSegment, map.segments).map { $0 + $1 }.dropLast() == map.firstSegment.dropFirst()
    )
    #expect(map.segments.allSatisfy { $0 == 6 })
  }

  // MARK: - Route files

  private static func routes(_ text: String) throws -> RouteTable {
    try RouteTable(Array(text.utf8), source: "routes.csv") {
      latitude, longitude throws(TerritoryError) in
      (Int32(longitude), Int32(latitude))
    }
  }

  @Test("a route file's corners, by cycle and in order")
  func routeFile() throws {
    let table = try Self.routes(
      "cycle,latitude_deg,longitude_deg\n3,1,2\n1,5,5\n3,3,4\n1,6,6\n3,7,8\n")
    let third = try #require(BillingCycle(rawValue: 3))
    #expect(table.points.count == 2)
    #expect(table.points[third]?.map(\.x) == [2, 4, 8])
    #expect(table.points[third]?.map(\.y) == [1, 3, 7])
  }

  @Test(
    "bad route files are refused with their line",
    arguments: [
      (
        "cycle,latitude_deg,longitude_deg\n",
        "routes.csv: no corner; expected two at least for a cycle"
      ),
      (
        "cycle,latitude_deg,longitude_deg\n4,1,1\n",
        "routes.csv: the route of cycle 4 has one corner; expected two at least"
      ),
      (
        "cycle,latitude_deg,longitude_deg\n22,1,1\n",
        "routes.csv:2: cycle: found '22'; expected a whole number from 1 to 21"
      ),
    ])
  func badRoutes(text: String, message: String) {
    do {
      _ = try Self.routes(text)
      Issue.record("accepted")
    } catch {
      #expect("\(error)" == message)
    }
  }
}
