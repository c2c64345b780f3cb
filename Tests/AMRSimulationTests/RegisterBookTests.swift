import Metering
import RadioModel
import RandomStreams
import TestSupport
import Testing

@testable import AMRSimulation

@Suite("Register book")
struct RegisterBookTests {
  private static let count = 60

  private static func scenario(seed: UInt64) -> Scenario {
    var scenario = Scenario()
    scenario.seed = seed
    scenario.startDate = CivilDay(year: 1998, month: 5, day: 20)
    var large = ModuleClass()
    large.name = "large"
    large.share = 0.5
    large.multiplier = 40
    large.dials = 4
    large.medianKWhPerDay = 30_000
    large.weekendFactor = 0.4
    scenario.moduleClasses[0].share = 0.5
    scenario.moduleClasses.append(large)
    return scenario
  }

  private static func territory(_ scenario: Scenario) async throws -> Territory {
    try await Territory(
      scenario,
      tracts: [TractAllotment(latitude: 40, longitude: -80, areaKm2: 1, modules: count)],
      threads: 1)
  }

  /// Days since the last bill differ from account to account.
  private static func lastBilled(_ scenario: Scenario, _ index: Int) -> CivilDay {
    scenario.startDate - 1 - index % 37
  }

  private static func book(_ scenario: Scenario, _ territory: Territory) async throws
    -> RegisterBook
  {
    try await RegisterBook(scenario, territory: territory, threads: 2) { lastBilled(scenario, $0) }
  }

  /// What the dials show, added up day by day from the last bill.
  private static func naive(
    _ scenario: Scenario, _ territory: Territory, _ index: Int, _ tick: Int64
  )
    -> Int64
  {
    let id = territory.endpointIDs[index]
    let moduleClass = scenario.moduleClasses[Int(territory.classIndices[index])]
    let model = ConsumptionModel(
      seed: scenario.seed,
      classes: scenario.moduleClasses.map {
        .init(
          medianWattHours: 1000 * $0.medianKWhPerDay, spreadLog: $0.spreadLog,
          weekendFactor: $0.weekendFactor)
      }, seasonAmplitude: scenario.consumption.seasonAmplitude,
      seasonPeakDay: scenario.consumption.seasonPeakDay,
      weatherSigma: scenario.consumption.weatherSigma,
      dailySigma: scenario.consumption.dailySigma)
    let draws = RandomStream(seed: scenario.seed, .registerStart, entity: id).words(0)
    let mean = model.meanWattHours(classIndex: Int(territory.classIndices[index]), draw: draws.x)
    func use(_ day: CivilDay) -> DayUse {
      model.use(
        endpoint: EndpointID(rawValue: id), meanWattHours: mean,
        factor: model.factors(on: day)[Int(territory.classIndices[index])], day: day)
    }
    let today = scenario.startDate + Int((tick < 0 ? tick - Ticks.perDay + 1 : tick) / Ticks.perDay)
    var wattHours: Int64 = 0
    var day = lastBilled(scenario, index) + 1
    while day < today {
      wattHours += use(day).wattHours
      day = day + 1
    }
    let ofDay = tick - Int64(today - scenario.startDate) * Ticks.perDay
    wattHours += use(today).wattHours(afterFiveMinutes: Int(ofDay / (300 * 32_768)))
    var span: Int64 = 1
    for _ in 0..<moduleClass.dials { span *= 10 }
    let opening = (Int64(draws.y) * span) >> 32
    return (opening + wattHours / 1000 / Int64(moduleClass.multiplier)) % span
  }

  @Test("shows what adding up from the last bill gives", arguments: 1...4 as ClosedRange<UInt64>)
  func naiveSums(seed: UInt64) async throws {
    var random = SplitMix64(seed: seed)
    let scenario = Self.scenario(seed: seed)
    let territory = try await Self.territory(scenario)
    var book = try await Self.book(scenario, territory)
    for day in 0..<12 as Range<Int64> {
      #expect(book.day == scenario.startDate + Int(day))
      for index in 0..<Self.count {
        // The day itself, and one day on either side of it.
        let first = max(0, (day - 1) * Ticks.perDay)
        let length = UInt64((day + 2) * Ticks.perDay - first)
        for tick in [first + Int64(random.next() % length), day * Ticks.perDay] {
          #expect(
            Int64(book.shown(endpoint: index, tick: tick))
              == Self.naive(scenario, territory, index, tick), "seed \(seed), \(index), \(tick)")
        }
      }
      try await book.advance(threads: 2)
    }
  }

  @Test("never runs backwards but by rolling over, and neighbouring days agree")
  func monotone() async throws {
    let scenario = Self.scenario(seed: 9)
    let territory = try await Self.territory(scenario)
    var book = try await Self.book(scenario, territory)
    var rollovers = 0
    for day in 0..<10 as Range<Int64> {
      let start = day * Ticks.perDay
      var next = book
      try await next.advance(threads: 1)
      for index in 0..<Self.count {
        let format = scenario.moduleClasses[Int(territory.classIndices[index])]
        let span = Int64(RegisterFormat(dials: format.dials, multiplier: 1).span)
        var last = Int64(book.shown(endpoint: index, tick: start))
        for step in 1...288 as ClosedRange<Int64> {
          let tick = start + step * 300 * 32_768
          let before = Int64(book.shown(endpoint: index, tick: tick - 1))
          #expect(before == last, "constant within five minutes")
          let now = Int64(book.shown(endpoint: index, tick: tick))
          #expect(now < span)
          if now < last {
            rollovers += 1
            #expect(last - now > span / 2, "\(last) → \(now)")
          }
          last = now
        }
        for tick in [
          start, start + Ticks.perDay - 1, start + Ticks.perDay, start + 2 * Ticks.perDay - 1,
        ] {
          #expect(
            book.shown(endpoint: index, tick: tick) == next.shown(endpoint: index, tick: tick),
            "day \(day), tick \(tick)")
        }
      }
      book = next
    }
    #expect(rollovers > 5, "some registers rolled over: \(rollovers)")
  }

  @Test("starting later or advancing shows the same use")
  func laterStart() async throws {
    let scenario = Self.scenario(seed: 11)
    let territory = try await Self.territory(scenario)
    var book = try await Self.book(scenario, territory)
    for _ in 0..<15 { try await book.advance(threads: 2) }
    var later = scenario
    later.startDate = scenario.startDate + 15
    let direct = try await RegisterBook(later, territory: territory, threads: 1) {
      Self.lastBilled(scenario, $0)
    }
    #expect(direct.day == book.day)
    for index in 0..<Self.count {
      for hour in -24..<48 as Range<Int64> {
        let tick = hour * 3600 * 32_768 + 77
        #expect(
          direct.shown(endpoint: index, tick: tick)
            == book.shown(endpoint: index, tick: tick + 15 * Ticks.perDay))
      }
    }
    #expect(direct.openingCounts == book.openingCounts)
  }

  @Test("the first second after the last bill shows the bill's read")
  func opening() async throws {
    let scenario = Self.scenario(seed: 12)
    let territory = try await Self.territory(scenario)
    let book = try await RegisterBook(scenario, territory: territory, threads: 1) { _ in
      scenario.startDate - 1
    }
    for index in 0..<Self.count {
      #expect(book.shown(endpoint: index, tick: 0) == book.openingCounts[index])
      let dials = scenario.moduleClasses[Int(territory.classIndices[index])].dials
      #expect(
        (0..<RegisterFormat(dials: dials, multiplier: 1).span)
          .contains(Int64(book.openingCounts[index])))
    }
    #expect(Set(book.openingCounts).count > Self.count * 9 / 10, "everybody has his own")
  }
}
