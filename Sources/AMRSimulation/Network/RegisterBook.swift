import Metering
import Parallel
import RadioModel
import RandomStreams

/// What every meter's register shows: carried from day to day, exact at every 5-minute boundary.
///
/// A book starts on the day after each account's last bill and is moved forward one day at a time.
struct RegisterBook: Sendable {
  private let model: ConsumptionModel
  private let formats: [RegisterFormat]
  private let spans: [Int64]
  private let classIndices: [UInt8]
  private let endpointIDs: [UInt32]
  private let meanWattHours: [Int32]
  /// Counts on the dials when the last bill was made.
  let openingCounts: [UInt32]
  /// Wh used from the last bill to the start of `day`.
  private var used: [Int64]
  /// What each endpoint uses on `day`.
  private var today: [DayUse]
  /// The day whose registers can be asked for, and one day on either side of it.
  private(set) var day: CivilDay
  private let start: CivilDay

  /// The book at the start of a run.
  ///
  /// - Parameter lastBilled: the day of the last bill of the endpoint at an index.
  init(
    _ scenario: Scenario, territory: Territory, threads: Int,
    lastBilled: @escaping @Sendable (Int) -> CivilDay
  ) async throws {
    let classes = scenario.moduleClasses
    model = ConsumptionModel(
      seed: scenario.seed,
      classes: classes.map {
        .init(
          medianWattHours: $0.medianKWhPerDay * 1000, spreadLog: $0.spreadLog,
          weekendFactor: $0.weekendFactor)
      }, seasonAmplitude: scenario.consumption.seasonAmplitude,
      seasonPeakDay: scenario.consumption.seasonPeakDay,
      weatherSigma: scenario.consumption.weatherSigma,
      dailySigma: scenario.consumption.dailySigma)
    formats = classes.map { RegisterFormat(dials: $0.dials, multiplier: $0.multiplier) }
    spans = formats.map(\.span)
    classIndices = territory.classIndices
    day = scenario.startDate
    start = scenario.startDate
    endpointIDs = territory.endpointIDs
    let (model, spans, day) = (model, spans, day)
    let parts = try await parallelRanges(count: territory.count, threads: threads) { range in
      Opening(
        scenario, territory: territory, range, model: model, spans: spans, day: day,
        lastBilled: lastBilled)
    }
    meanWattHours = Array(concatenating: parts.map(\.meanWattHours))
    openingCounts = Array(concatenating: parts.map(\.counts))
    used = Array(concatenating: parts.map(\.used))
    today = Array(concatenating: parts.map(\.today))
  }

  /// Some endpoints at the start of a run.
  private struct Opening: Sendable {
    var meanWattHours: [Int32] = []
    var counts: [UInt32] = []
    var used: [Int64] = []
    var today: [DayUse] = []

    init(
      _ scenario: Scenario, territory: Territory, _ range: Range<Int>, model: ConsumptionModel,
      spans: [Int64], day: CivilDay, lastBilled: (Int) -> CivilDay
    ) {
      let earliest = range.lazy.map(lastBilled).min()! + 1
      let factors = (0...max(0, day - earliest)).map { model.factors(on: earliest + $0) }
      let factorsToday = model.factors(on: day)
      for index in range {
        let id = EndpointID(rawValue: territory.endpointIDs[index])
        let classIndex = Int(territory.classIndices[index])
        let draws = RandomStream(seed: scenario.seed, .registerStart, entity: id.rawValue).words(0)
        let mean = model.meanWattHours(classIndex: classIndex, draw: draws.x)
        // Bring the account from the day after its last bill to the start of the run.
        var sum: Int64 = 0
        var past = lastBilled(index) + 1
        while past < day {
          sum +=
            model.use(
              endpoint: id, meanWattHours: mean, factor: factors[past - earliest][classIndex],
              day: past
            ).wattHours
          past = past + 1
        }
        meanWattHours.append(mean)
        counts.append(below(UInt32(spans[classIndex]), draws.y))
        used.append(sum)
        today.append(
          model.use(
            endpoint: id, meanWattHours: mean, factor: factorsToday[classIndex], day: day))
      }
    }
  }

  /// Moves the book to the next day.
  mutating func advance(threads: Int) async throws {
    for index in used.indices { used[index] += today[index].wattHours }
    day = day + 1
    let book = self
    let factors = model.factors(on: day)
    today = Array(
      concatenating: try await parallelRanges(count: used.count, threads: threads) { range in
        range.map { book.use($0, on: book.day, factors) }
      })
  }

  /// What the dials show at the last 5-minute boundary before a time, which must lie on `day` or
  /// the day before or after it.
  ///
  /// - Parameter tick: ticks since the start of the run.
  @inline(__always)
  func shown(endpoint index: Int, tick: Int64) -> UInt32 {
    let sinceToday = tick - Int64(day - start) * Ticks.perDay
    let wattHours: Int64
    if sinceToday >= 0 && sinceToday < Ticks.perDay {
      wattHours = used[index] + today[index].wattHours(afterFiveMinutes: step(sinceToday))
    } else {
      wattHours = usedOnNeighbouringDay(index, sinceToday)
    }
    let classIndex = Int(classIndices[index])
    let counts = wattHours / Int64(1000 * formats[classIndex].multiplier)
    return UInt32(truncatingIfNeeded: (Int64(openingCounts[index]) + counts) % spans[classIndex])
  }

  /// The same, for a frame that a wrong clock puts into a neighbouring day's slot.
  @inline(never)
  private func usedOnNeighbouringDay(_ index: Int, _ sinceToday: Int64) -> Int64 {
    if sinceToday < 0 {
      let yesterday = use(index, on: day - 1, model.factors(on: day - 1))
      return used[index] - yesterday.wattHours
        + yesterday.wattHours(afterFiveMinutes: step(sinceToday + Ticks.perDay))
    }
    let tomorrow = use(index, on: day + 1, model.factors(on: day + 1))
    return used[index] + today[index].wattHours
      + tomorrow.wattHours(afterFiveMinutes: step(sinceToday - Ticks.perDay))
  }

  /// The number of whole five minutes since midnight.
  @inline(__always)
  private func step(_ ticks: Int64) -> Int { Int(ticks / (300 * Ticks.perSecond)) }

  private func use(_ index: Int, on day: CivilDay, _ factors: [DayFactor]) -> DayUse {
    model.use(
      endpoint: EndpointID(rawValue: endpointIDs[index]), meanWattHours: meanWattHours[index],
      factor: factors[Int(classIndices[index])], day: day)
  }
}
