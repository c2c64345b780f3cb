import AMRSimulation
import CollectorUpload
import DurableFiles
import HeadEnd
import Metering
import Reporting
import TestSupport
import Testing

@testable import RunPipeline

private struct Silent: RunObserver {
  func expect(_ cost: RunCost) {}
  func begin(_ part: String, unit: String, total: Int) {}
  func advance() throws {}
  func check() throws {}
  func finish() {}
}

@Suite("Run")
struct RunTests {
  /// 300 modules under a handful of collectors for five days, with every fault frequent.
  static func scenario() -> Scenario {
    var scenario = Scenario()
    scenario.name = "test"
    scenario.days = 5
    scenario.utcOffsetMinutes = -300
    scenario.territory.modules = 300
    scenario.collectors.latticeSpacingM = 600
    scenario.collectors.minModulesPerSite = 1
    scenario.collectors.clockErrorMs = 60_000
    scenario.backhaul.uploadPeriodH = 8
    scenario.backhaul.collectorsPerConcentrator = 2
    scenario.backhaul.lossProbability = 0.3
    scenario.backhaul.ackLossProbability = 0.3
    scenario.faults.silentModuleShare = 0.02
    scenario.faults.collectorOutagesPerYear = 100
    scenario.faults.concentratorOutagesPerYear = 200
    scenario.faults.concentratorOutageH = 40
    scenario.headEnd.closeAfterDays = 1
    return scenario
  }

  static let tracts = """
    name,latitude_deg,longitude_deg,land_area_km2,housing_units
    one,40.44,-80,0.8,500
    two,40.45,-79.99,0.5,300

    """

  static func layout(_ scenario: Scenario) async throws -> Layout {
    var placed = scenario
    placed.territory.tractsCSV = "tracts.csv"
    placed.territory.servedAreaKm2 = 1.2
    return try await Layout(placed, threads: 1) { _ in Array(tracts.utf8) }
  }

  static func run(_ scenario: Scenario, threads: Int, order: EvaluationOrder = .onDemand)
    async throws -> (RunSummary, TemporaryDirectory)
  {
    let directory = try TemporaryDirectory()
    var options = RunOptions()
    options.threads = threads
    options.order = order
    options.keepsUploads = true
    var run = Run(
      scenario, layout: try await layout(scenario), directory: directory.path, options: options,
      observer: Silent())
    return (try await run.execute(), directory)
  }

  @Test(
    "every expected read is there or has exactly one reason, refused ones included",
    arguments: [500, 60_000, 3_600_000])
  func missedReads(clockErrorMs: Int) async throws {
    var scenario = Self.scenario()
    scenario.days = 33
    scenario.collectors.clockErrorMs = clockErrorMs
    scenario.meters.swappedShare = 0.05
    scenario.meters.unreportedExchangeShare = 0.05
    let (summary, _) = try await Self.run(scenario, threads: 2)
    #expect(summary.reads + summary.missed.total == summary.expected.expected)
    #expect(summary.missed.reasons.allSatisfy { $0.count >= 0 })
    let counts = Dictionary(
      uniqueKeysWithValues: summary.missed.reasons.map { ($0.name, $0.count) })
    #expect(counts["failed_module"]! > 0 && counts["refused"]! > 0)
    #expect(counts["failed_module"]! % scenario.days == 0)
    let (census, _) = try await Self.run(scenario, threads: 1, order: .census)
    #expect(census.missed == summary.missed)
  }

  @Test("every day of the run is reported, days without a read too")
  func perDay() async throws {
    var scenario = Self.scenario()
    scenario.collectors.clockErrorMs = 3_600_000
    let (summary, _) = try await Self.run(scenario, threads: 2)
    #expect(summary.perDay.map(\.day) == (1...5).map { "1998-06-0\($0)" })
    #expect(summary.perDay.reduce(0) { $0 + $1.reads } == summary.reads)
    #expect(summary.perDay.reduce(0) { $0 + $1.registerSum } == summary.registerSum)

    scenario.faults.silentModuleShare = 1
    let (silent, _) = try await Self.run(scenario, threads: 2)
    #expect(silent.perDay.map(\.day) == summary.perDay.map(\.day))
    #expect(
      silent.perDay.allSatisfy { $0.reads == 0 && $0.expected.rate == 0 && $0.registerSum == 0 })
  }

  @Test("the whole way gives the same store and bills in either order on any number of threads")
  func determinism() async throws {
    let scenario = Self.scenario()
    let (first, firstPlace) = try await Self.run(scenario, threads: 1)
    #expect(first.reads > 1000)
    #expect(first.repeatedUploads > 0)
    #expect(first.lateReads > 0)
    #expect(first.chronicNonReaders > 0)
    #expect(first.billingFiles.count == 5)
    for (threads, order) in [(2, .onDemand), (3, .census)] as [(Int, EvaluationOrder)] {
      let (other, place) = try await Self.run(scenario, threads: threads, order: order)
      #expect(other.digest == first.digest)
      #expect(other.packets.isExact == (order == .census))
      if order == .onDemand { #expect(other.packets.arrivals == first.packets.arrivals) }
      #expect(other.storeDigest == first.storeDigest)
      #expect(other.billingFiles.map(\.sha256) == first.billingFiles.map(\.sha256))
      #expect(place.allFiles() == firstPlace.allFiles())
      for name in place.allFiles() where !name.hasSuffix("summary.json") {
        let one = try FileSystem.system.readFile(firstPlace.file(name))
        let two = try FileSystem.system.readFile(place.file(name))
        #expect(one == two, "\(name)")
      }
    }
  }

  @Test("the figures of the summary agree with each other and with the store")
  func figures() async throws {
    let scenario = Self.scenario()
    let (summary, place) = try await Self.run(scenario, threads: 2)
    #expect(summary.expected.expected == 1500)
    #expect(summary.reads == summary.perDay.reduce(0) { $0 + $1.reads })
    #expect(summary.registerSum == summary.perDay.reduce(0) { $0 + $1.registerSum })
    #expect(summary.duplicatesRemoved == summary.receptionsUploaded - summary.reads)
    #expect(summary.quarantined == 0)
    #expect(summary.uploads == summary.collectors * 15)
    #expect(summary.packets.collectorHours == summary.collectors * 120)
    #expect(summary.packets.evaluatedHours == 200 && !summary.packets.isExact)
    let shares = summary.packets.fates.compactMap(\.share)
    #expect(shares.count == 4 && shares.allSatisfy { $0.low <= $0.value && $0.value <= $0.high })
    #expect(abs(shares.reduce(-1) { $0 + $1.value }) < 1e-12)
    #expect(summary.modules - summary.chronicNonReaders >= summary.perDay.map(\.reads).max()!)
    let rate = try #require(summary.readWithin3DaysRate)
    #expect(rate == (try await Self.readWithinThreeDays(scenario)))
    let store = try ReadStore.open(at: place.file("store"), engine: "test", for: .reading)
    let check = try await ReadStore.check(at: store.directory, engine: "test", threads: 1)
    #expect(check.faults == [])
    #expect(store.closedThrough == scenario.startDate + 4)
    // The uploads that were kept, in a store of their own, give the same reads and estimates.
    let again = try TemporaryDirectory()
    var intake = try Intake(
      try ReadStore.create(
        at: again.file("store"), settings: store.settings, registry: store.registry,
        engine: "test", timestamp: 0))
    for name in place.allFiles() where name.hasPrefix("uploads/") {
      var reader = UploadReader()
      reader.feed(try FileSystem.system.readFile(place.file(name)))
      let upload = try #require(try reader.next())
      try intake.take(upload, source: name)
    }
    try await intake.close(through: scenario.startDate + 4, timestamp: 0, threads: 1)
    var validated = intake.finish()
    _ = try await validated.validate(timestamp: 0, threads: 1)
    let content = try await validated.summary(threads: 1)
    #expect(content.digestText == summary.storeDigest)
  }

  /// The service level from the deliveries themselves, without queue, head-end or store.
  static func readWithinThreeDays(_ scenario: Scenario) async throws -> Double {
    let layout = try await layout(scenario)
    var network = try await FixedNetwork(
      scenario, layout: layout, threads: 1, progress: { _ in })
    let clock = LocalClock(utcOffsetMinutes: scenario.utcOffsetMinutes)
    // For each endpoint and slot the earliest arrival of any upload that has a read of it.
    var earliest: [UInt32: [CivilDay: UTCMilliseconds]] = [:]
    for _ in 0..<network.periodCount {
      let result = try await network.simulateNextPeriod(
        order: .onDemand, threads: 1, progress: { _ in })
      for (upload, deliveries) in zip(result.uploads, result.deliveries) {
        let at = deliveries.map(\.at).min()!
        for record in upload.records {
          let day = clock.day(of: record.stamp)
          let known = earliest[record.frame.endpointID]?[day] ?? .max
          earliest[record.frame.endpointID, default: [:]][day] = min(known, at)
        }
      }
    }
    var met = 0
    for number in 2..<scenario.days {
      let day = scenario.startDate + number
      let morning = clock.startOfDay(day + 1) + 6 * 3_600_000
      for id in layout.territory.endpointIDs {
        let slots = earliest[id] ?? [:]
        if (0...2).contains(where: { slots[day - $0].map { $0 < morning } ?? false }) { met += 1 }
      }
    }
    return Double(met) / Double(layout.territory.count * (scenario.days - 2))
  }

  @Test("a failure of the observer ends the run, wherever it is asked", arguments: [true, false])
  func interruption(whileCounting: Bool) async throws {
    struct Stop: Error {}
    struct Impatient: RunObserver {
      let whileCounting: Bool
      func expect(_ cost: RunCost) {}
      func begin(_ part: String, unit: String, total: Int) {}
      func advance() throws { if whileCounting { throw Stop() } }
      func check() throws { if !whileCounting { throw Stop() } }
      func finish() {}
    }
    let directory = try TemporaryDirectory()
    let scenario = Self.scenario()
    var run = Run(
      scenario, layout: try await Self.layout(scenario), directory: directory.path,
      options: RunOptions(), observer: Impatient(whileCounting: whileCounting))
    await #expect(throws: Stop.self) { _ = try await run.execute() }
    #expect(!directory.allFiles().contains("summary.json"))
  }
}
