import Metering
import RadioModel
import RandomStreams

/// What happens to the meter of one module: at most one thing in a run, at an instant of its own.
///
/// A module's draws say what and when. Those that are party to a swap are paired with others of
/// their class in the order of a draw; where their number is odd, the last is left alone.
struct MeterTrouble: Sendable, Equatable {
  /// Of the module.
  let index: Int
  let kind: MeterEvent.Kind
  /// Ticks since the start of the run, at a 5-minute boundary, where registers are exact.
  let tick: Int64
  /// Picks the first count of a new meter.
  let word: UInt32
  /// The other module of a swap.
  let partner: Int?

  private static let ticksPerStep = 300 * Ticks.perSecond
  private static let stepsPerDay = 288

  /// All that happens in a run, by ascending module.
  static func drawn(_ scenario: Scenario, territory: Territory) -> [MeterTrouble] {
    var bound = 0.0
    let bounds = scenario.meters.shares.map { kind, share in
      bound += share
      return (kind: kind, bound: bound)
    }
    guard bound > 0 else { return [] }
    let steps = Self.steps(days: scenario.days)
    var troubles: [MeterTrouble] = []
    var parties: [[MeterTrouble]] = scenario.moduleClasses.map { _ in [] }
    for index in 0..<territory.count {
      let draws = RandomStream(
        seed: scenario.seed, .meterTrouble, entity: territory.endpointIDs[index]
      ).words(0)
      let draw = unit(draws.x)
      guard let kind = bounds.first(where: { draw < $0.bound })?.kind else { continue }
      let step = steps.lowerBound + Int(below(UInt32(steps.count), draws.y))
      let trouble = MeterTrouble(
        index: index, kind: kind, tick: Int64(step) * ticksPerStep, word: draws.z, partner: nil)
      if kind == .swapped {
        parties[Int(territory.classIndices[index])].append(trouble)
      } else {
        troubles.append(trouble)
      }
    }
    for party in parties { troubles += swaps(among: party) }
    return troubles.sorted { $0.index < $1.index }
  }

  /// Whether the module, and its partner in a swap, has been in service for three days by then.
  func befalls(_ history: ServiceHistory) -> Bool {
    [index, partner ?? index].allSatisfy {
      Int64(history.installedDay($0)) + 3 <= tick / Ticks.perDay
    }
  }

  /// The 5-minute boundaries at which something can happen: three whole days from either end of the
  /// run, so that reads before and after tell of it; anywhere in a run that is too short for that.
  static func steps(days: Int) -> Range<Int> {
    days > 6 ? 3 * stepsPerDay..<(days - 3) * stepsPerDay + 1 : 0..<days * stepsPerDay
  }

  /// Pairs of modules, each at the instant of the lower one.
  private static func swaps(among parties: [MeterTrouble]) -> [MeterTrouble] {
    let shuffled = parties.sorted { ($0.word, $0.index) < ($1.word, $1.index) }
    var swaps: [MeterTrouble] = []
    for place in stride(from: 1, to: shuffled.count, by: 2) {
      let (one, other) = (shuffled[place - 1], shuffled[place])
      let tick = one.index < other.index ? one.tick : other.tick
      swaps.append(one.swapped(with: other, at: tick))
      swaps.append(other.swapped(with: one, at: tick))
    }
    return swaps
  }

  private func swapped(with other: MeterTrouble, at tick: Int64) -> MeterTrouble {
    MeterTrouble(index: index, kind: .swapped, tick: tick, word: word, partner: other.index)
  }
}

extension MeterTroubleSpec {
  fileprivate var shares: [(kind: MeterEvent.Kind, share: Double)] {
    [
      (.exchange, exchangedShare), (.unreportedExchange, unreportedExchangeShare),
      (.stuck, stuckShare), (.swapped, swappedShare), (.rollover, rolloverShare),
    ]
  }
}
