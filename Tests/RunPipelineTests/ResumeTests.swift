import AMRSimulation
import DurableFiles
import Glibc
import HeadEnd
import Metering
import Reporting
import Synchronization
import TestSupport
import Testing

@testable import RunPipeline

/// Runs that are interrupted and go on, beside the same runs without interruption.
@Suite("Resumed runs")
struct ResumeTests {
  struct Stop: Error {}

  /// Counts how often it is asked, and gives up when it is asked for a certain time.
  final class Impatient: RunObserver {
    private let asked = Atomic<Int>(0)
    private let patience: Int

    init(patience: Int = .max) { self.patience = patience }

    var count: Int { asked.load(ordering: .relaxed) }

    func expect(_ cost: RunCost) {}
    func begin(_ part: String, unit: String, total: Int) {}
    func advance() throws { try check() }
    func check() throws {
      if asked.add(1, ordering: .relaxed).newValue >= patience { throw Stop() }
    }
    func finish() {}
  }

  /// Every system call from a certain one on fails, as when the machine is gone.
  final class Outage: Sendable {
    private let calls = Atomic<Int>(0)
    private let places = Mutex<[Int]>([])

    /// The calls that were about a checkpoint.
    var aboutCheckpoints: [Int] { places.withLock { $0 } }

    func fileSystem(from first: Int = .max) -> FileSystem {
      FileSystem { [self] _, path in
        let number = calls.add(1, ordering: .relaxed).newValue
        if path.contains("/checkpoint.json") || path.contains("/waiting-") {
          places.withLock { $0.append(number) }
        }
        return number >= first ? .fail(EIO) : nil
      }
    }
  }

  /// 33 days over two month ends, with every fault frequent; with short periods a part of the next
  /// day is simulated when a month ends.
  static func scenario(periodH: Int) -> Scenario {
    var scenario = RunTests.scenario()
    scenario.startDate = CivilDay(year: 1998, month: 5, day: 30)
    scenario.days = 33
    scenario.territory.modules = 60
    scenario.territory.tractsCSV = "tracts.csv"
    scenario.backhaul.uploadPeriodH = periodH
    scenario.collectors.clockErrorMs = 3_000_000
    scenario.meters.exchangedShare = 0.1
    scenario.meters.stuckShare = 0.1
    scenario.meters.unreportedExchangeShare = 0.1
    scenario.meters.rolloverShare = 0.1
    return scenario
  }

  /// Carries out a run in a directory, or goes on with the one that is there.
  static func carryOut(
    _ scenario: Scenario, in place: TemporaryDirectory, threads: Int = 1,
    order: EvaluationOrder = .onDemand, observer: Impatient = Impatient(),
    fileSystem: FileSystem = .system
  ) async throws -> RunSummary {
    let checkpoint = try CheckpointFiles(in: place.path).read()
    let results = place.file("results")
    if checkpoint == nil {
      try FileSystem.system.removeTree(results)
      try FileSystem.system.createDirectories(results)
    }
    var options = RunOptions()
    options.threads = threads
    options.order = order
    options.keepsUploads = scenario.backhaul.uploadPeriodH == 8
    options.checkpoints = place.path
    try checkpoint?.check(scenario, options, directory: place.path)
    var run = Run(
      scenario, layout: try await RunTests.layout(scenario), directory: results, options: options,
      observer: observer, in: fileSystem)
    return try await run.execute(from: checkpoint)
  }

  /// All but what no two runs have in common.
  static func text(_ summary: RunSummary) -> String {
    var summary = summary
    summary.seconds = RunSummary.Seconds()
    summary.threads = 0
    summary.peakRSSBytes = 0
    return summary.json
  }

  /// Compares all that two runs left, byte for byte.
  ///
  /// - Parameter allBytes: whether the interruption was before validation; one in it repeats the last
  ///   month, whose tables are then other files with the same rows.
  static func expectEqual(
    _ one: (RunSummary, TemporaryDirectory), _ other: (RunSummary, TemporaryDirectory),
    allBytes: Bool, _ note: String
  ) throws {
    #expect(text(one.0) == text(other.0), "\(note)")
    #expect(
      try StoreContent(of: one.1.file("results/store")).differences(
        from: StoreContent(of: other.1.file("results/store"))) == [], "\(note)")
    let names = [one.1, other.1].map { place in
      place.allFiles().filter {
        $0.hasPrefix("results/") && (allBytes || !$0.hasPrefix("results/store/"))
      }
    }
    #expect(names[0] == names[1], "\(note)")
    for name in names[0] where !name.hasSuffix("summary.json") {
      let same =
        try FileSystem.system.readFile(one.1.file(name))
        == FileSystem.system.readFile(other.1.file(name))
      #expect(same, "\(note): \(name)")
    }
  }

  @Test(
    "a run that was interrupted anywhere gives the same bytes, in either order",
    arguments: [(3, EvaluationOrder.onDemand), (12, .census)])
  func anywhere(periodH: Int, order: EvaluationOrder) async throws {
    let scenario = Self.scenario(periodH: periodH)
    let observer = Impatient()
    let whole = try TemporaryDirectory(inMemory: true)
    let expected = try await Self.carryOut(scenario, in: whole, order: order, observer: observer)
    #expect(expected.repeatedUploads > 0 && expected.lateReads > 0 && expected.reads > 1000)
    #expect(expected.packets.isExact == (order == .census))
    let seed = testSeed(15)
    var random = SplitMix64(seed: seed)
    for round in 0..<(longTests ? 60 : 1) {
      let place = try TemporaryDirectory(inMemory: true)
      var patience: [Int] = []
      var summary: RunSummary?
      while summary == nil {
        // The later ones of a series go on more often than not.
        patience.append(Int.random(in: 1...observer.count, using: &random))
        do {
          summary = try await Self.carryOut(
            scenario, in: place, threads: Int.random(in: 1...3, using: &random), order: order,
            observer: Impatient(patience: patience.last!))
        } catch is Stop {}
      }
      try Self.expectEqual(
        (try #require(summary), place), (expected, whole), allBytes: false,
        "seed \(seed), round \(round), patience \(patience)")
    }
  }

  @Test("a power cut at any step of keeping a checkpoint, or soon after, changes nothing")
  func powerCut() async throws {
    let scenario = Self.scenario(periodH: 8)
    let outage = Outage()
    let whole = try TemporaryDirectory(inMemory: true)
    let expected = try await Self.carryOut(
      scenario, in: whole, fileSystem: outage.fileSystem())
    let calls = outage.aboutCheckpoints
    #expect(calls.count > 20)
    let step = longTests ? 1 : calls.count / 3
    for number in stride(from: 0, to: calls.count, by: step) {
      // Half of them after the checkpoint, in the midst of the commits that follow.
      for first in [calls[number], calls[number] + 97] {
        let place = try TemporaryDirectory(inMemory: true)
        await #expect(throws: (any Error).self) {
          _ = try await Self.carryOut(
            scenario, in: place, fileSystem: Outage().fileSystem(from: first))
        }
        let summary = try await Self.carryOut(scenario, in: place)
        try Self.expectEqual(
          (summary, place), (expected, whole), allBytes: number < calls.count / 2,
          "call \(first)")
      }
    }
  }

  @Test("what is torn, or of another run, is refused in one line that says how to mend it")
  func refusals() async throws {
    let scenario = Self.scenario(periodH: 8)
    let place = try TemporaryDirectory(inMemory: true)
    // Long enough for two month ends.
    let observer = Impatient()
    let whole = try TemporaryDirectory(inMemory: true)
    _ = try await Self.carryOut(scenario, in: whole, observer: observer)
    await #expect(throws: Stop.self) {
      _ = try await Self.carryOut(
        scenario, in: place, observer: Impatient(patience: observer.count / 2))
    }
    func refusal(_ scenario: Scenario, order: EvaluationOrder = .onDemand) async -> String {
      do {
        _ = try await Self.carryOut(scenario, in: place, order: order)
        return "none"
      } catch {
        return error is CheckpointError ? "\(error)" : "another error: \(error)"
      }
    }
    let mending = ": give the same command, or --force to begin anew"
    var other = scenario
    other.radio.channels = 49
    #expect(
      await refusal(other)
        == "\(place.path) holds a run with radio.channels 50, not 49\(mending)")
    #expect(
      await refusal(scenario, order: .census)
        == "\(place.path) holds a run with evaluation on-demand, not census\(mending)")
    let name = "checkpoint.json"
    let path = place.file(name)
    let bytes = try FileSystem.system.readFile(path)
    var random = SplitMix64(seed: 4)
    for _ in 0..<20 {
      var torn = Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)))
      if Bool.random(using: &random) {
        torn = bytes
        torn[Int.random(in: 0..<bytes.count, using: &random)] ^= 1
      }
      try FileSystem.system.writeAtomically(torn, to: path)
      #expect(
        await refusal(scenario)
          == "\(path): not a whole checkpoint of this program (amr-checkpoint/1); remove "
          + "\(place.path) to begin anew")
    }
    try FileSystem.system.writeAtomically(bytes, to: path)
    let waiting = try #require(place.allFiles().first { $0.hasPrefix("waiting-") })
    let uploads = try FileSystem.system.readFile(place.file(waiting))
    try FileSystem.system.writeAtomically(uploads + [0], to: place.file(waiting))
    #expect(
      await refusal(scenario)
        == "\(path): \(waiting), the uploads that wait for their delivery, is not whole; remove "
        + "\(place.path) to begin anew")
    try FileSystem.system.writeAtomically(uploads, to: place.file(waiting))
    #expect(try await Self.carryOut(scenario, in: place).reads > 1000)
  }

  @Test("what a run will cost grows with its work, and shrinks with what is done")
  func cost() {
    var scenario = Scenario()
    scenario.days = 5479
    func cost(_ order: EvaluationOrder = .onDemand, threads: Int = 2, done: Int = 0) -> RunCost {
      RunCost(
        scenario, modules: 615_000, links: 2_290_000, order: order, threads: threads,
        daysDone: done)
    }
    #expect(cost().endpointDays == 3_369_585_000)
    #expect((3600.0...86_400).contains(cost().seconds))
    #expect((20_000_000_000...120_000_000_000).contains(cost().bytes))
    #expect(cost(.census).seconds > 2 * cost().seconds)
    #expect(cost(threads: 4).seconds < cost().seconds)
    #expect(cost(done: 5478).endpointDays == 615_000)
    #expect(cost(done: 5478).bytes == cost().bytes)
    scenario.days = 30
    #expect((20.0...600).contains(cost().seconds))
  }
}
