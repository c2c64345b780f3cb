import CollectorUpload
import Metering
import PortableMath
import RadioModel
import TestSupport
import Testing

@testable import AMRSimulation

@Suite("Modules that wait for a tone")
struct WakeUpTests {
  /// Some modules wait, others send by themselves, and both are heard where the air is full.
  static func scenario(seed: UInt64, days: Int = 40) -> Scenario {
    var scenario = GrowingNetwork.scenario(seed: seed, days: days)
    scenario.vans.wakeUpShare = 0.5
    scenario.vans.tonePowerDbm = 36
    scenario.vans.redriveDays = 1
    return scenario
  }

  // MARK: - Orders of evaluation

  @Test(
    "census and on-demand give the same uploads and rounds of mixed modules, on any threads",
    arguments: [1, 2, 3] as [UInt64])
  func orders(seed: UInt64) async throws {
    var scenario = Self.scenario(seed: seed, days: 12)
    scenario.endpoints.hopping = seed == 2 ? .sequence : .random
    scenario.endpoints.driftPpbPerK2 = seed == 2 ? 50 : 0
    scenario.radio.decoding = seed == 3 ? .bitErrors : .threshold
    var first: [[UInt8]] = []
    var firstRounds: [RoundResult] = []
    for (order, threads) in [(EvaluationOrder.onDemand, 1), (.onDemand, 3), (.census, 2)] {
      var network = try await EvaluationOrderTests.network(scenario, threads: threads)
      var uploads: [[UInt8]] = []
      var rounds: [RoundResult] = []
      for _ in 0..<network.periodCount {
        let result = try await network.simulateNextPeriod(
          order: order, threads: threads, progress: { _ in })
        uploads += result.uploads.map(\.bytes)
        rounds += result.vans?.rounds ?? []
      }
      if first.isEmpty { (first, firstRounds) = (uploads, rounds) }
      #expect(uploads == first, "seed \(seed), \(order), \(threads) threads")
      #expect(rounds == firstRounds, "seed \(seed), \(order), \(threads) threads")
    }
    #expect(firstRounds.reduce(0) { $0 + $1.read } > 15, "seed \(seed)")
  }

  /// The air of a collector in the place of a van, with answers to a tone.
  private static func answeredAir(seed: UInt64) async throws -> (
    air: CollectorAir, answers: WakeUp.Answers, stretch: Range<Int64>
  ) {
    var scenario = EvaluationOrderTests.scenario(seed: seed, modules: 800)
    scenario.radio.channels = 1 + Int(seed % 2)
    scenario.endpoints.hopping = seed % 4 == 0 ? .sequence : .random
    scenario.endpoints.driftPpbPerK2 = seed % 2 == 0 ? 50 : 0
    let network = try await EvaluationOrderTests.network(scenario)
    scenario.vans.wakeUpShare = 0.6
    scenario.vans.tonePowerDbm = 28
    let transmitters = Transmitters(scenario, endpointIDs: network.territory.endpointIDs)
    let wakeUp = try #require(WakeUp(scenario, noiseDbm: -113))
    let from = Int64(seed * seed) * 10_000_019
    let stretch = from..<from + (8 + Int64(seed % 3)) * Ticks.perSecond
    var air = network.air(collector: 0)
    let answers = wakeUp.answers(
      air.links, segment: air.collector, stretch: stretch, transmitters: transmitters,
      onAir: .always)
    air = CollectorAir(
      links: answers.links, collector: network.sites[0], transmitters: transmitters,
      scenario: scenario, downTime: DownTime())
    air.send(answers.frames)
    return (air, answers, stretch)
  }

  @Test(
    "both orders agree with a comparison of all pairs on answers",
    arguments: 1...12 as ClosedRange<UInt64>)
  func oracle(seed: UInt64) async throws {
    let (air, answers, stretch) = try await Self.answeredAir(seed: seed)
    #expect(answers.frames.contains { $0 == nil } && !answers.notWoken.isEmpty)
    let packets = expectAgreement(
      air, from: stretch.lowerBound, to: stretch.upperBound, "seed \(seed)")
    #expect(packets.decoded > 20 && packets.lostToInterference > 0, "seed \(seed): \(packets)")
  }

  @Test(
    "an answer's frames are an interval apart, end with the segment, and bear numbers of their own",
    arguments: 1...12 as ClosedRange<UInt64>)
  func answers(seed: UInt64) async throws {
    let (air, answers, stretch) = try await Self.answeredAir(seed: seed)
    var frames: [UInt32: [WakeUp.Frame]] = [:]
    for (link, frame) in answers.frames.enumerated() {
      guard let frame else { continue }
      frames[air.links.endpoints[link], default: []].append(frame)
      let start =
        air.nominalStart(link: link, k: Int64(frame.k))
        + Int64(air.hop(link: link, k: frame.k).jitter)
      #expect(stretch.contains(start))
      #expect(
        air.candidates(link: link, from: stretch.lowerBound, to: stretch.upperBound)
          == Int64(frame.k)...Int64(frame.k))
    }
    #expect(frames.count > 5)
    let span = Int64(air.jitterSpan)
    for mine in frames.values {
      // Eight intervals of a second and the jitter fit into more than eight seconds only.
      #expect(mine.count == (stretch.count == 8 * 32_768 ? 7 : 8))
      for (one, next) in zip(mine, mine.dropFirst()) {
        #expect(next.start - one.start == 32_768 && next.k == one.k + 1)
      }
      #expect(mine[0].start - stretch.lowerBound < 32_768)
      #expect(Int64(mine[mine.count - 1].k) < (stretch.upperBound - span) / 32_768)
    }
    #expect(frames.keys.allSatisfy { !answers.notWoken.contains($0) })
  }

  // MARK: - A straight drive-by

  /// A van that calls few modules far apart, each with three frames in four seconds.
  private static func driveBy(seed: UInt64) -> DriveBy {
    var driveBy = DriveBy(seed: seed, days: 365)
    driveBy.modules = 21
    driveBy.spacingM = 40
    driveBy.offsetM = 40
    driveBy.scenario.vans.segmentM = 40
    driveBy.scenario.vans.wakeUpShare = 1
    driveBy.scenario.vans.wakeUpFrames = 3
    return driveBy
  }

  @Test(
    "with Rayleigh fading of tone and frames as many are read as the product over segments says",
    arguments: [31, 32, 33] as [UInt64], [(-24.0, -4.0), (-28.0, -8.0), (-32.0, 0.0)])
  func product(seed: UInt64, powersDbm: (frames: Double, tone: Double)) async throws {
    var driveBy = Self.driveBy(seed: seed)
    driveBy.scenario.endpoints.txPowerDbm = powersDbm.frames
    driveBy.scenario.vans.tonePowerDbm = powersDbm.tone
    let vans = driveBy.scenario.vans
    let receiver = Receiver(noiseFigureDb: vans.noiseFigureDb, filterKHz: vans.filterKHz)
    // Of power over noise of a frame, for the tone: other power, and no noise.
    let toneDb = powersDbm.tone - powersDbm.frames + receiver.noiseDbm - vans.toneSensitivityDbm
    func survival(_ marginDb: Double) -> Double {
      exponential(-min(700, ratio(decibels: -marginDb)))
    }
    let chances = (0..<driveBy.modules).map { module in
      1
        - driveBy.segmentMiddles.reduce(1) { none, middle in
          let meanDb = driveBy.meanDb(middle - driveBy.place(of: module))
          let lost = 1 - survival(meanDb - driveBy.thresholdDb)
          return none * (1 - survival(meanDb + toneDb) * (1 - lost * lost * lost))
        }
    }
    let expected = chances.reduce(0, +) / Double(driveBy.modules)
    #expect((0.1...0.9).contains(expected), "\(expected)")
    let (share, runs, missed) = try await driveBy.readShare()
    let variance = chances.reduce(0) { $0 + $1 * (1 - $1) } * Double(runs)
    let error = variance.squareRoot() / Double(runs * driveBy.modules)
    print(
      "tone and answers, seed \(seed), \(powersDbm): \(share) of \(runs * driveBy.modules) read, "
        + "expected \(expected), standard error \(error)")
    // Interference costs a little: 21 modules send 5.86 ms three times in 4 s on 50 channels.
    #expect((share - expected).magnitude < 4 * error + 0.003, "\(share), expected \(expected)")
    #expect((missed[.notWoken] ?? 0) > 0, "\(missed)")
    #expect(Set(missed.keys).isSubset(of: [.notWoken, .tooWeak, .collision]), "\(missed)")
  }

  @Test("a tone that is too weak wakes nobody, and a strong one everybody in range")
  func reach() async throws {
    var driveBy = Self.driveBy(seed: 34)
    driveBy.scenario.days = 31
    driveBy.scenario.radio.fading = .none
    driveBy.scenario.vans.tonePowerDbm = -60
    let weak = try await driveBy.readShare()
    #expect(weak.share == 0)
    #expect(weak.missed == [.notWoken: driveBy.modules])
    driveBy.scenario.vans.tonePowerDbm = 30
    let strong = try await driveBy.readShare()
    #expect(strong.share > 0.999)
  }

  // MARK: - Beside the fixed network

  /// What a network sends in some days: uploads of collectors and of vans.
  private static func uploads(_ scenario: Scenario) async throws -> (
    network: FixedNetwork, fixed: [Upload], vans: [Upload], rounds: [RoundResult]
  ) {
    var network = try await EvaluationOrderTests.network(scenario)
    let collectors = Set(network.sites.map(\.id))
    var (fixed, vans, rounds): ([Upload], [Upload], [RoundResult]) = ([], [], [])
    for _ in 0..<network.periodCount {
      let result = try await network.simulateNextPeriod(
        order: .onDemand, threads: 2, progress: { _ in })
      for upload in result.uploads {
        if collectors.contains(upload.header.collector) {
          fixed.append(upload)
        } else {
          vans.append(upload)
        }
      }
      rounds += result.vans?.rounds ?? []
    }
    return (network, fixed, vans, rounds)
  }

  @Test("where no module waits, tones change nothing")
  func noShare() async throws {
    var scenario = GrowingNetwork.scenario(seed: 4, days: 20)
    let (network, fixed, vans, rounds) = try await Self.uploads(scenario)
    scenario.vans.wakeUpFrames = 3
    scenario.vans.wakeUpIntervalMs = 700
    scenario.vans.tonePowerDbm = 50
    scenario.vans.toneSensitivityDbm = -100
    let again = try await Self.uploads(scenario)
    #expect(again.fixed.map(\.bytes) == fixed.map(\.bytes))
    #expect(again.vans.map(\.bytes) == vans.map(\.bytes))
    #expect(again.rounds == rounds && rounds.count > 3)
    #expect(again.network.transmissions == network.transmissions)
  }

  @Test(
    "the fixed network neither hears nor serves modules that wait, and misses nothing of the others",
    arguments: [5, 6] as [UInt64])
  func fixedNetwork(seed: UInt64) async throws {
    let scenario = Self.scenario(seed: seed)
    let (network, fixed, vans, rounds) = try await Self.uploads(scenario)
    let places = Dictionary(
      uniqueKeysWithValues: network.territory.endpointIDs.enumerated().map { ($1, $0) })
    func waits(_ record: UploadRecord) throws -> Bool {
      network.transmitters.waitsForTone(try #require(places[record.frame.endpointID]))
    }
    let share = Double(network.transmitters.waiting.count { $0 }) / 400
    #expect((share - 0.5).magnitude < 0.1)
    #expect(try fixed.allSatisfy { try $0.records.allSatisfy { try !waits($0) } })
    #expect(fixed.reduce(0) { $0 + $1.header.recordCount } > 1000)
    let heard = try vans.reduce(0) { try $0 + $1.records.count(where: waits) }
    #expect(heard > 50, "seed \(seed)")
    for module in 0..<network.territory.count where network.transmitters.waitsForTone(module) {
      #expect(!network.history.isFixed(module, on: scenario.days - 1))
    }
    for links in network.links {
      #expect(links.endpoints.allSatisfy { !network.transmitters.waitsForTone(Int($0)) })
    }
    let reasons = rounds.reduce(into: [:]) { $0.merge($1.counts, uniquingKeysWith: +) }
    print("modules that wait, seed \(seed): \(heard) heard, missed \(reasons)")
    #expect((reasons[.notWoken] ?? 0) > 0 && (reasons[.tooWeak] ?? 0) > 0)

    // Where no tone is heard collectors receive the same.
    var mute = scenario
    mute.vans.tonePowerDbm = -60
    let others = try await Self.uploads(mute)
    #expect(others.fixed.map(\.bytes) == fixed.map(\.bytes))
  }
}
