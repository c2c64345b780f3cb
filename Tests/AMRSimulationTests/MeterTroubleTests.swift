import Metering
import RadioModel
import RandomStreams
import TestSupport
import Testing

@testable import AMRSimulation

@Suite("Meter troubles")
struct MeterTroubleTests {
  private static let count = 150

  /// Half of the meters are so large that they roll over every few days.
  static func scenario(seed: UInt64, days: Int = 12, share: Double = 0.15) -> Scenario {
    var scenario = Scenario()
    scenario.seed = seed
    scenario.startDate = CivilDay(year: 1998, month: 5, day: 20)
    scenario.days = days
    var large = ModuleClass()
    large.name = "large"
    large.share = 0.5
    large.multiplier = 40
    large.dials = 4
    large.medianKWhPerDay = 60_000
    scenario.moduleClasses[0].share = 0.5
    scenario.moduleClasses.append(large)
    scenario.meters.exchangedShare = share
    scenario.meters.unreportedExchangeShare = share
    scenario.meters.stuckShare = share
    scenario.meters.swappedShare = share
    scenario.meters.rolloverShare = share
    return scenario
  }

  static func territory(_ scenario: Scenario, count: Int = count) async throws -> Territory {
    try await Territory(
      scenario,
      tracts: [TractAllotment(latitude: 40, longitude: -80, areaKm2: 1, modules: count)],
      threads: 1)
  }

  private static func lastBilled(_ scenario: Scenario, _ index: Int) -> CivilDay {
    scenario.startDate - 1 - index % 37
  }

  private static func book(_ scenario: Scenario, _ territory: Territory, threads: Int = 2)
    async throws -> RegisterBook
  {
    try await RegisterBook(scenario, territory: territory, threads: threads) {
      lastBilled(scenario, $0)
    }
  }

  private static func oracle(
    _ scenario: Scenario, _ territory: Territory, _ book: RegisterBook
  ) -> MeterTroubleOracle {
    MeterTroubleOracle(scenario, territory, openings: book.openingCounts) {
      lastBilled(scenario, $0)
    }
  }

  @Test(
    "modules transmit what meters that are carried about show, and every rollover is found",
    arguments: [12, 7, 3], 1...4 as ClosedRange<UInt64>)
  func shown(days: Int, offset: UInt64) async throws {
    try await compare(Self.scenario(seed: testSeed(100) + offset, days: days))
  }

  @Test(
    "and so they do where registers roll over every few hours, and at the instants of troubles",
    arguments: 1...4 as ClosedRange<UInt64>)
  func shortRegisters(offset: UInt64) async throws {
    var scenario = Self.scenario(seed: testSeed(300) + offset, days: 8)
    for index in scenario.moduleClasses.indices {
      scenario.moduleClasses[index].dials = 2
      scenario.moduleClasses[index].multiplier = 1
      scenario.moduleClasses[index].medianKWhPerDay = 1000
    }
    let coincidences = try await compare(scenario)
    #expect(coincidences > 0, "seed \(scenario.seed)")
  }

  /// Compares a book with the oracle, and returns how many rollovers came with a trouble.
  @discardableResult
  private func compare(_ scenario: Scenario) async throws -> Int {
    let (seed, days) = (scenario.seed, scenario.days)
    var random = SplitMix64(seed: seed)
    let territory = try await Self.territory(scenario)
    var book = try await Self.book(scenario, territory)
    let oracle = Self.oracle(scenario, territory, book)
    let end = Int64(days) * Ticks.perDay
    for day in 0..<days {
      // The day itself, and one day on either side of it.
      let first = Int64(max(0, day - 1)) * Ticks.perDay
      let limit = min(end, Int64(day + 2) * Ticks.perDay)
      var ticks: [(index: Int, tick: Int64)] = (0..<territory.count).map {
        ($0, first + Int64(random.next() % UInt64(limit - first)))
      }
      for trouble in oracle.troubles {
        let tick = Int64(trouble.step) * MeterTroubleOracle.ticksPerStep
        for distance in [-MeterTroubleOracle.ticksPerStep, -1, 0, 1, Ticks.perDay / 2] {
          ticks.append((trouble.index, tick + distance))
        }
      }
      for (index, tick) in ticks where tick >= first && tick < limit {
        let step = Int(tick / MeterTroubleOracle.ticksPerStep)
        #expect(
          Int64(book.shown(endpoint: index, tick: tick)) == oracle.shown[index][step],
          "seed \(seed), day \(day), \(index), \(tick)")
      }
      if day < days - 1 { try await book.advance(threads: 2) }
    }
    let found = book.rollovers.map { [$0.index, Int($0.tick / MeterTroubleOracle.ticksPerStep)] }
    let expected = oracle.rollovers.map { [$0.index, $0.step] }
    #expect(
      found.sorted { $0.lexicographicallyPrecedes($1) }
        == expected.sorted { $0.lexicographicallyPrecedes($1) }, "seed \(seed)")
    let rolledOver = Set(oracle.rollovers.map(\.index))
    for kind in MeterEvent.Kind.allCases where days == 12 {
      #expect(
        oracle.troubles.contains { $0.kind == kind && rolledOver.contains($0.index) },
        "seed \(seed): \(kind) beside a rollover")
    }
    return oracle.rollovers.count { rollover in
      oracle.troubles.contains {
        $0.index == rollover.index && $0.step == rollover.step && $0.kind != .rollover
      }
    }
  }

  @Test("troubles follow from their draws", arguments: 1...4 as ClosedRange<UInt64>)
  func draws(offset: UInt64) async throws {
    let seed = testSeed(200) + offset
    for (days, share) in [(12, 0.15), (1, 0.2), (6, 0.01), (30, 0)] {
      let scenario = Self.scenario(seed: seed, days: days, share: share)
      let territory = try await Self.territory(scenario, count: 701)
      let troubles = MeterTrouble.drawn(scenario, territory: territory)
      let expected = MeterTroubleOracle.troubles(scenario, territory)
      #expect(
        troubles.map {
          [$0.index, Int($0.tick / MeterTroubleOracle.ticksPerStep), $0.partner ?? -1]
        }
          == expected.map { [$0.index, $0.step, $0.partner ?? -1] }, "seed \(seed)")
      #expect(troubles.map(\.kind) == expected.map(\.kind), "seed \(seed)")
      #expect(troubles.isEmpty == (share == 0))
      for trouble in troubles {
        #expect(trouble.tick % MeterTroubleOracle.ticksPerStep == 0)
        #expect(trouble.tick >= 0 && trouble.tick < Int64(days) * Ticks.perDay)
      }
    }
  }

  @Test("something happens three whole days from either end of the run, if there is room")
  func window() {
    #expect(MeterTrouble.steps(days: 1) == 0..<288)
    #expect(MeterTrouble.steps(days: 6) == 0..<6 * 288)
    #expect(MeterTrouble.steps(days: 7) == 3 * 288..<4 * 288 + 1)
    #expect(MeterTrouble.steps(days: 10) == 3 * 288..<7 * 288 + 1)
  }

  @Test("shares are those of the scenario, instants are uniform, and partners fit")
  func shares() async throws {
    var scenario = Self.scenario(seed: 5, days: 20, share: 0)
    scenario.meters.exchangedShare = 0.02
    scenario.meters.unreportedExchangeShare = 0.01
    scenario.meters.stuckShare = 0.05
    scenario.meters.swappedShare = 0.04
    scenario.meters.rolloverShare = 0.03
    let count = 40_000
    let territory = try await Self.territory(scenario, count: count)
    let troubles = MeterTrouble.drawn(scenario, territory: territory)
    let indices = troubles.map(\.index)
    #expect(indices == indices.sorted() && Set(indices).count == indices.count, "one for each")
    for (kind, share) in [
      (MeterEvent.Kind.exchange, 0.02), (.unreportedExchange, 0.01), (.stuck, 0.05),
      (.swapped, 0.04), (.rollover, 0.03),
    ] {
      let found = Double(troubles.count { $0.kind == kind })
      let mean = Double(count) * share
      // One of each class may be left without a partner.
      #expect(abs(found - mean) < 4 * (mean * (1 - share)).squareRoot() + 2, "\(kind): \(found)")
    }
    var tenths = [Int](repeating: 0, count: 10)
    for trouble in troubles where trouble.kind != .swapped {
      let days = Double(trouble.tick) / Double(Ticks.perDay)
      #expect(days >= 3 && days <= 17)
      tenths[min(9, Int((days - 3) / 1.4))] += 1
    }
    #expect(isPlausible(chiSquare: chiSquare(tenths), freedom: 9), "\(tenths)")
    let swaps = troubles.filter { $0.kind == .swapped }
    let byIndex = Dictionary(uniqueKeysWithValues: swaps.map { ($0.index, $0) })
    for swap in swaps {
      let partner = try #require(swap.partner.flatMap { byIndex[$0] })
      #expect(partner.partner == swap.index && partner.index != swap.index)
      #expect(partner.tick == swap.tick)
      #expect(territory.classIndices[swap.index] == territory.classIndices[partner.index])
    }
    #expect(troubles.allSatisfy { ($0.partner != nil) == ($0.kind == .swapped) })
  }

  @Test("every module can be in trouble; of an odd number one is left without a partner")
  func allSwapped() async throws {
    var scenario = Self.scenario(seed: 6, share: 0)
    scenario.moduleClasses = [ModuleClass()]
    scenario.meters.swappedShare = 1
    for count in 1...4 {
      let territory = try await Self.territory(scenario, count: count)
      #expect(MeterTrouble.drawn(scenario, territory: territory).count == count / 2 * 2)
    }
  }

  @Test(
    "a register that is set to roll over does so, if its meter counts at all", arguments: [12, 1])
  func setRollovers(days: Int) async throws {
    var scenario = Self.scenario(seed: 7, days: days, share: 0)
    scenario.moduleClasses = [ModuleClass()]
    scenario.meters.rolloverShare = 1
    let territory = try await Self.territory(scenario)
    var book = try await Self.book(scenario, territory)
    let oracle = Self.oracle(scenario, territory, book)
    for _ in 1..<days { try await book.advance(threads: 2) }
    let troubles = MeterTrouble.drawn(scenario, territory: territory)
    #expect(troubles.count == territory.count)
    var early = 0
    for trouble in troubles {
      let shown = oracle.shown[trouble.index].dropLast()
      let rollovers = book.rollovers.filter { $0.index == trouble.index }
      #expect(rollovers.count == (shown.contains { $0 != shown[0] } ? 1 : 0))
      // The instant drawn sees the first count after the rollover, unless nothing was counted yet.
      let step = Int(trouble.tick / MeterTroubleOracle.ticksPerStep)
      let counted = shown[0] != shown[step]
      #expect(shown[step] == (counted ? 0 : 99_999), "\(trouble.index)")
      #expect(counted == rollovers.contains { $0.tick <= trouble.tick })
      if !counted { early += 1 }
    }
    #expect((early > 0) == (days == 1), "\(early) were drawn before the first count")
  }

  @Test("the book does not depend on the number of threads", arguments: [1, 3])
  func threads(threads: Int) async throws {
    let scenario = Self.scenario(seed: 8)
    let territory = try await Self.territory(scenario)
    var book = try await Self.book(scenario, territory)
    var other = try await Self.book(scenario, territory, threads: threads)
    for _ in 1..<scenario.days {
      try await book.advance(threads: 2)
      try await other.advance(threads: threads)
    }
    #expect(book.openingCounts == other.openingCounts)
    #expect(book.rollovers == other.rollovers)
    #expect(book.exchanges == other.exchanges)
  }

  @Test("eight dials roll over on the air with the 24 bits of a frame")
  func eightDials() async throws {
    var scenario = Self.scenario(seed: 9, share: 0)
    for index in scenario.moduleClasses.indices {
      scenario.moduleClasses[index].dials = 8
      scenario.moduleClasses[index].multiplier = 1
      scenario.moduleClasses[index].medianKWhPerDay = 80_000
    }
    scenario.meters.rolloverShare = 0.5
    let territory = try await Self.territory(scenario)
    var book = try await Self.book(scenario, territory)
    let oracle = Self.oracle(scenario, territory, book)
    #expect(book.openingCounts.allSatisfy { $0 < 1 << 24 })
    for day in 0..<scenario.days {
      for index in 0..<territory.count {
        let count = Int64(book.shown(endpoint: index, tick: Int64(day) * Ticks.perDay))
        #expect(count == oracle.shown[index][day * 288])
        #expect(count < 1 << 24)
      }
      if day < scenario.days - 1 { try await book.advance(threads: 1) }
    }
    #expect(book.rollovers.count > territory.count / 4)
    #expect(book.rollovers.count == oracle.rollovers.count)
  }
}
