import Metering
import Parallel
import RadioModel
import RandomStreams

/// What every module transmits of its meter: registers carried from day to day, exact at every
/// 5-minute boundary, and what happens to meters.
///
/// A book starts on the day after each account's last bill and is moved forward one day at a time.
struct RegisterBook: Sendable {
  private let model: ConsumptionModel
  /// By class.
  private let counters: [DialCounter]
  /// Each endpoint's class, and `isChanged` where its module does not keep its meter.
  private var marks: [UInt8]
  /// Above the indices of the 64 classes that there can be.
  private static let isChanged: UInt8 = 0x80
  private let endpointIDs: [UInt32]
  private let meanWattHours: [Int32]
  /// Counts on the dials when the last bill was made, as a frame carries them.
  private(set) var openingCounts: [UInt32]
  /// What the modules transmit that do not keep their meter.
  private(set) var changes = MeterChanges()
  private var watch: RolloverWatch
  /// Wh used from the last bill to the start of `day`.
  private var used: [Int64]
  /// What each endpoint uses on `day`.
  private var today: [DayUse]
  /// The day whose registers can be asked for, and one day on either side of it.
  private(set) var day: CivilDay
  private let start: CivilDay

  /// The book at the start of a run.
  ///
  /// - Parameters:
  ///   - history: troubles befall modules in service only; nil where all are, all the time.
  ///   - lastBilled: the day of the last bill of the endpoint at an index.
  init(
    _ scenario: Scenario, territory: Territory, history: ServiceHistory? = nil, threads: Int,
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
    counters = classes.map(DialCounter.init)
    marks = territory.classIndices
    day = scenario.startDate
    start = scenario.startDate
    endpointIDs = territory.endpointIDs
    let (model, counters, day) = (model, counters, day)
    let parts = try await parallelRanges(count: territory.count, threads: threads) { range in
      Opening(
        scenario, territory: territory, range, model: model, counters: counters, day: day,
        lastBilled: lastBilled)
    }
    meanWattHours = Array(concatenating: parts.map(\.meanWattHours))
    openingCounts = Array(concatenating: parts.map(\.counts))
    used = Array(concatenating: parts.map(\.used))
    today = Array(concatenating: parts.map(\.today))
    watch = RolloverWatch(next: Array(concatenating: parts.map(\.rollovers)))
    let troubles = MeterTrouble.drawn(scenario, territory: territory)
    try await make(
      history.map { history in troubles.filter { $0.befalls(history) } } ?? troubles,
      threads: threads)
    takeRollovers()
  }

  /// Some endpoints at the start of a run.
  private struct Opening: Sendable {
    var meanWattHours: [Int32] = []
    var counts: [UInt32] = []
    var used: [Int64] = []
    var today: [DayUse] = []
    /// Wh since the last bill at which the registers next roll over.
    var rollovers: [Int64] = []

    init(
      _ scenario: Scenario, territory: Territory, _ range: Range<Int>, model: ConsumptionModel,
      counters: [DialCounter], day: CivilDay, lastBilled: (Int) -> CivilDay
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
        let counter = counters[classIndex]
        let count = below(UInt32(counter.span), draws.y)
        meanWattHours.append(mean)
        counts.append(count)
        used.append(sum)
        rollovers.append(counter.rollover(opening: Int64(count), after: sum))
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
    takeRollovers()
  }

  /// What the module transmits for the last 5-minute boundary before a time, which must lie on
  /// `day` or the day before or after it.
  ///
  /// - Parameter tick: ticks since the start of the run.
  @inline(__always)
  func shown(endpoint index: Int, tick: Int64) -> UInt32 {
    let mark = marks[index]
    let count =
      mark & Self.isChanged == 0
      ? counters[Int(mark)].shown(
        opening: Int64(openingCounts[index]), wattHours: used(index, tick))
      : shownDespiteChange(index, tick)
    return UInt32(truncatingIfNeeded: count)
  }

  /// The same, for a module that does not keep its meter.
  @inline(never)
  private func shownDespiteChange(_ index: Int, _ tick: Int64) -> Int64 {
    switch source(of: index, at: tick) {
    case .stopped(let count): count
    case .meter(let source, let opening, let wattHours):
      counter(index).shown(opening: opening, wattHours: used(source, tick) - wattHours)
    }
  }

  /// Where a count comes from.
  private enum CountSource {
    case stopped(count: Int64)
    /// The meter at a place, which showed `opening` when so many Wh had been used there.
    case meter(index: Int, opening: Int64, wattHours: Int64)
  }

  /// Where what a module transmits at a time comes from.
  private func source(of index: Int, at tick: Int64) -> CountSource {
    if let change = changes[index], tick >= change.trouble.tick {
      switch change.source {
      case .stopped:
        return .stopped(count: change.lastCount)
      case .meter(let source, let opening, let wattHours):
        return .meter(index: source, opening: opening, wattHours: wattHours)
      }
    }
    return .meter(index: index, opening: Int64(openingCounts[index]), wattHours: 0)
  }

  /// Wh used from the last bill to the last 5-minute boundary before a time about `day`.
  @inline(__always)
  private func used(_ index: Int, _ tick: Int64) -> Int64 {
    let sinceToday = tick - Int64(day - start) * Ticks.perDay
    if sinceToday >= 0 && sinceToday < Ticks.perDay {
      return used[index] + today[index].wattHours(afterFiveMinutes: step(sinceToday))
    }
    return usedOnNeighbouringDay(index, sinceToday)
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
      factor: factors[classIndex(index)], day: day)
  }

  private func classIndex(_ index: Int) -> Int { Int(marks[index] & ~Self.isChanged) }

  private func counter(_ index: Int) -> DialCounter { counters[classIndex(index)] }
}

// MARK: - What happens to meters

extension RegisterBook {
  /// The rollovers that were transmitted from the start of the run to the end of `day`.
  var rollovers: [RolloverWatch.Rollover] { watch.found }

  /// The exchanges that the registry knows, by ascending module.
  var exchanges: [RegistryChange] {
    changes.values.compactMap { change -> RegistryChange? in
      guard change.trouble.kind == .exchange, case .meter(_, let first, _) = change.source
      else { return nil }
      return RegistryChange(
        index: change.trouble.index, tick: change.trouble.tick,
        kind: .exchange(firstCount: first), count: change.lastCount)
    }.sorted { $0.index < $1.index }
  }

  /// What the dials show when the registry changes, in a book at the start of its run.
  func counts(at plans: [RegistryChange.Plan], threads: Int) async throws -> [RegistryChange] {
    guard let last = plans.map(\.tick).max() else { return [] }
    let factors = (0...Int(last / Ticks.perDay)).map { model.factors(on: start + $0) }
    let parts = try await parallelRanges(count: plans.count, threads: threads) { range in
      range.map { number -> RegistryChange in
        let plan = plans[number]
        // The moment before, as an exchange at the very instant comes after it.
        let tick = max(0, plan.tick - 1)
        let count =
          switch source(of: plan.index, at: tick) {
          case .stopped(let count): count
          case .meter(let source, let opening, let wattHours):
            counter(plan.index).shown(
              opening: opening, wattHours: usedBefore(plan.tick, source, factors) - wattHours)
          }
        return RegistryChange(index: plan.index, tick: plan.tick, kind: plan.kind, count: count)
      }
    }
    return Array(parts.joined())
  }

  private mutating func takeRollovers() {
    let (marks, counters) = (marks, counters)
    watch.take(
      dayFrom: Int64(day - start) * Ticks.perDay, used: used, today: today, changes: changes
    ) { counters[Int(marks[$0] & ~Self.isChanged)] }
  }

  /// Makes troubles happen, in a book at the start of its run.
  private mutating func make(_ troubles: [MeterTrouble], threads: Int) async throws {
    guard let last = troubles.map(\.tick).max() else { return }
    let factors = (0...Int(last / Ticks.perDay)).map { model.factors(on: start + $0) }
    let book = self
    let usedThen = try await parallelMap(count: troubles.count, threads: threads) { number in
      book.usedBefore(troubles[number].tick, troubles[number].index, factors)
    }
    for (trouble, used) in zip(troubles, usedThen) where trouble.kind == .rollover {
      setRollover(of: trouble.index, after: used)
    }
    for (trouble, used) in zip(troubles, usedThen) {
      guard
        let change = MeterChange(
          trouble, counter: counter(trouble.index), wattHours: used, openingCounts: openingCounts)
      else { continue }
      changes.append(change, of: marks.count)
      marks[trouble.index] |= Self.isChanged
      if case .meter(trouble.index, let opening, let used) = change.source {
        watch.addMeter(
          at: trouble.index,
          next: used + counter(trouble.index).rollover(opening: opening, after: 0))
      }
    }
  }

  /// Wh used from the last bill to a time of the run, in a book at its start.
  private func usedBefore(_ tick: Int64, _ index: Int, _ factors: [[DayFactor]]) -> Int64 {
    let dayNumber = Int(tick / Ticks.perDay)
    let before = (0..<dayNumber).reduce(used[index]) { sum, number in
      sum + use(index, on: start + number, factors[number]).wattHours
    }
    return before
      + use(index, on: start + dayNumber, factors[dayNumber])
      .wattHours(afterFiveMinutes: step(tick % Ticks.perDay))
  }

  /// Sets a register so that it rolls over when so many Wh have been used since the last bill, or
  /// with the run's first count if that is later.
  private mutating func setRollover(of index: Int, after wattHours: Int64) {
    let counter = counter(index)
    let counts = max(
      wattHours / counter.wattHoursPerCount, used[index] / counter.wattHoursPerCount + 1)
    openingCounts[index] = UInt32((counter.span - counts % counter.span) % counter.span)
    watch.set(
      next: counter.rollover(opening: Int64(openingCounts[index]), after: used[index]), of: index)
  }
}
