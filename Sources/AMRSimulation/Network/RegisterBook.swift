import Metering
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
  let openingCounts: [Int64]
  /// Wh used from the last bill to the start of `day`.
  private var used: [Int64]
  /// What each endpoint uses on `day`.
  private var today: [DayUse] = []
  /// The day whose registers can be asked for, and one day on either side of it.
  private(set) var day: CivilDay
  private let start: CivilDay

  /// The book at the start of a run.
  ///
  /// - Parameter lastBilled: the day of the last bill of the endpoint at an index.
  init(_ scenario: Scenario, territory: Territory, lastBilled: (Int) -> CivilDay) {
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
    var means: [Int32] = []
    var openings: [Int64] = []
    var firstDays: [CivilDay] = []
    for index in 0..<territory.count {
      let id = territory.endpointIDs[index]
      let classIndex = Int(territory.classIndices[index])
      let draws = RandomStream(seed: scenario.seed, .registerStart, entity: id).words(0)
      means.append(model.meanWattHours(classIndex: classIndex, draw: draws.x))
      openings.append(Int64(below(UInt32(spans[classIndex]), draws.y)))
      firstDays.append(lastBilled(index) + 1)
    }
    endpointIDs = territory.endpointIDs
    meanWattHours = means
    openingCounts = openings
    used = [Int64](repeating: 0, count: territory.count)
    // Bring every account from the day after its last bill to the start of the run.
    var past = firstDays.min() ?? day
    while past < day {
      let factors = model.factors(on: past)
      for index in used.indices where firstDays[index] <= past {
        used[index] += use(index, on: past, factors).wattHours
      }
      past = past + 1
    }
    setToday()
  }

  /// Moves the book to the next day.
  mutating func advance() {
    for index in used.indices { used[index] += today[index].wattHours }
    day = day + 1
    setToday()
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
    return UInt32(truncatingIfNeeded: (openingCounts[index] + counts) % spans[classIndex])
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

  private mutating func setToday() {
    let factors = model.factors(on: day)
    today = used.indices.map { use($0, on: day, factors) }
  }
}
