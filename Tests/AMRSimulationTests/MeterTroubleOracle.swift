import Metering
import RadioModel
import RandomStreams

@testable import AMRSimulation

/// What modules transmit, from meters that are carried about and count step by step.
struct MeterTroubleOracle {
  /// One trouble, drawn once more from its definition.
  struct Trouble: Equatable {
    let index: Int
    let kind: MeterEvent.Kind
    let step: Int
    let firstCount: Int64
    var partner: Int?
  }

  private struct Meter {
    let counter: (wattHoursPerCount: Int64, span: Int64)
    var opening: Int64
    var wattHours: Int64 = 0
    var isStopped = false

    var shown: Int64 { (opening + wattHours / counter.wattHoursPerCount) % counter.span }
  }

  static let ticksPerStep: Int64 = 300 * 32_768

  private(set) var troubles: [Trouble] = []
  /// What each module transmits at each 5-minute boundary of the run, its end included.
  private(set) var shown: [[Int64]] = []
  /// What the dials of each replaced or stopped meter showed last.
  private(set) var lastCounts: [Int: Int64] = [:]
  /// (module, 5-minute boundary) of each rollover that is transmitted within the run, or hidden by
  /// the exchange or stop of its meter at that boundary.
  private(set) var rollovers: [(index: Int, step: Int)] = []

  /// - Parameter openings: what the registers showed at the last bill; they follow from draws,
  ///   except those that are set to roll over.
  init(
    _ scenario: Scenario, _ territory: Territory, openings: [UInt32],
    lastBilled: (Int) -> CivilDay
  ) {
    troubles = Self.troubles(scenario, territory)
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
    func use(_ index: Int, _ day: CivilDay) -> DayUse {
      let id = territory.endpointIDs[index]
      let classIndex = Int(territory.classIndices[index])
      let draws = RandomStream(seed: scenario.seed, .registerStart, entity: id).words(0)
      return model.use(
        endpoint: EndpointID(rawValue: id),
        meanWattHours: model.meanWattHours(classIndex: classIndex, draw: draws.x),
        factor: model.factors(on: day)[classIndex], day: day)
    }
    // The meter on the wall at each place, and the place whose meter each module is fixed to.
    var meters = territory.endpointIDs.indices.map { index in
      var meter = Meter(counter: Self.counter(scenario, territory, index), opening: 0)
      meter.opening = Int64(openings[index])
      var day = lastBilled(index) + 1
      while day < scenario.startDate {
        meter.wattHours += use(index, day).wattHours
        day = day + 1
      }
      return meter
    }
    var places = Array(meters.indices)
    shown = meters.map { [$0.shown] }
    let byIndex = Dictionary(uniqueKeysWithValues: troubles.map { ($0.index, $0) })
    for day in 0..<scenario.days {
      let uses = meters.indices.map { use($0, scenario.startDate + day) }
      for ofDay in 1...288 {
        let step = day * 288 + ofDay
        var fallen: Set<Int> = []
        for place in meters.indices where !meters[place].isStopped {
          let before = meters[place].shown
          meters[place].wattHours +=
            uses[place].wattHours(afterFiveMinutes: ofDay)
            - uses[place].wattHours(afterFiveMinutes: ofDay - 1)
          if meters[place].shown < before { fallen.insert(place) }
        }
        let before = places
        for place in meters.indices {
          guard let trouble = byIndex[place], trouble.step == step else { continue }
          lastCounts[place] = meters[place].shown
          switch trouble.kind {
          case .exchange, .unreportedExchange:
            meters[place] = Meter(counter: meters[place].counter, opening: trouble.firstCount)
          case .stuck: meters[place].isStopped = true
          case .swapped: places[place] = trouble.partner!
          case .rollover: break
          }
        }
        for index in meters.indices {
          shown[index].append(meters[places[index]].shown)
          if step < scenario.days * 288, before[index] == places[index],
            fallen.contains(places[index])
          {
            rollovers.append((index, step))
          }
        }
      }
    }
  }

  static func counter(_ scenario: Scenario, _ territory: Territory, _ index: Int)
    -> (wattHoursPerCount: Int64, span: Int64)
  {
    let moduleClass = scenario.moduleClasses[Int(territory.classIndices[index])]
    var span: Int64 = 1
    for _ in 0..<moduleClass.dials { span *= 10 }
    return (Int64(moduleClass.multiplier) * 1000, min(span, 16_777_216))
  }

  static func troubles(_ scenario: Scenario, _ territory: Territory) -> [Trouble] {
    let meters = scenario.meters
    let (first, last) =
      scenario.days > 6 ? (3 * 288, (scenario.days - 3) * 288) : (0, scenario.days * 288 - 1)
    var troubles: [Trouble] = []
    var words: [Int: UInt32] = [:]
    for (index, id) in territory.endpointIDs.enumerated() {
      let draws = RandomStream(seed: scenario.seed, .meterTrouble, entity: id).words(0)
      var rest = (Double(draws.x) + 0.5) / 4_294_967_296
      var kind: MeterEvent.Kind?
      for (candidate, share) in [
        (MeterEvent.Kind.exchange, meters.exchangedShare),
        (.unreportedExchange, meters.unreportedExchangeShare), (.stuck, meters.stuckShare),
        (.swapped, meters.swappedShare), (.rollover, meters.rolloverShare),
      ] where kind == nil {
        if rest < share { kind = candidate }
        rest -= share
      }
      guard let kind else { continue }
      let span = counter(scenario, territory, index).span
      words[index] = draws.z
      troubles.append(
        Trouble(
          index: index, kind: kind,
          step: first + Int((UInt64(draws.y) * UInt64(last - first + 1)) >> 32),
          firstCount: Int64((UInt64(draws.z) * UInt64(span / 100 + 1)) >> 32)))
    }
    // Repeatedly the two candidates of a class with the lowest words.
    var result = troubles.filter { $0.kind != .swapped }
    for classIndex in scenario.moduleClasses.indices {
      var candidates = troubles.filter {
        $0.kind == .swapped && Int(territory.classIndices[$0.index]) == classIndex
      }
      func takeLowest() -> Trouble {
        let lowest = candidates.min { words[$0.index]! < words[$1.index]! }!
        candidates.removeAll { $0.index == lowest.index }
        return lowest
      }
      while candidates.count >= 2 {
        let pair = [takeLowest(), takeLowest()].sorted { $0.index < $1.index }
        for (own, other) in [(pair[0], pair[1]), (pair[1], pair[0])] {
          result.append(
            Trouble(
              index: own.index, kind: .swapped, step: pair[0].step, firstCount: 0,
              partner: other.index))
        }
      }
    }
    return result.sorted { $0.index < $1.index }
  }
}
