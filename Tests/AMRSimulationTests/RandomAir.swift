import Metering
import RadioModel
import TestSupport

@testable import AMRSimulation

/// A collector's air built by hand from a seed: few links, many collisions, and everything that
/// sits on an edge.
struct RandomAir {
  private(set) var random: SplitMix64
  private(set) var scenario = Scenario()
  private var links: Int
  /// How many periods the stretch takes at least.
  private var periods: Int64 = 40
  /// The number of a transmission that starts about when the stretch does.
  private var base: Int64 = 0

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    links = 2 + Int(random.next() % 24)
    scenario.seed = random.next()
    scenario.radio.channels = 1 + Int(random.next() % 4)
    scenario.endpoints.intervalS = 1
    // None, a little, and nearly a period.
    scenario.endpoints.jitterMs = pick([0, 0, 30, 900])
    scenario.radio.fading = pick([.rayleigh, .rayleigh, .rician, .none])
    scenario.radio.ricianKDb = pick([-3, 6, 15])
    scenario.radio.decoding = pick([.threshold, .threshold, .bitErrors])
    scenario.radio.ismProbability = pick([0, 0, 0.3, 1])
    scenario.radio.ismRiseDb = pick([1, 10])
    scenario.collectors.receiver = pick(ReceiverKind.allCases)
    scenario.collectors.heardChannels = scenario.radio.channels
    if scenario.radio.channels > 1 { scenario.collectors.heardChannels -= pick([0, 1]) }
    scenario.collectors.firstChannel = scenario.radio.channels - scenario.collectors.heardChannels
    scenario.collectors.demodulators = pick([1, 2])
    scenario.endpoints.hopping = pick([.random, .random, .sequence])
    scenario.endpoints.driftPpbPerK2 = pick([0, 0, 50])
    scenario.startDate = CivilDay(year: 2001, month: 1, day: 1)
    scenario.days = 20
    // The start of the run, or eleven days later, when clocks have drifted by seconds.
    base = pick([0, 0, 5, 40, 1_000_000])
  }

  mutating func pick<T>(_ choices: [T]) -> T { choices[Int(random.next() % UInt64(choices.count))] }

  /// Few endpoints for minutes, whose clocks drift apart meanwhile.
  static func drifting(seed: UInt64) -> RandomAir {
    var random = RandomAir(seed: seed)
    random.links = 10
    random.base = 1_000_000
    random.periods = 500
    random.scenario.endpoints.driftPpbPerK2 = 50
    random.scenario.endpoints.jitterMs = 0
    random.scenario.radio.channels = 1
    random.scenario.collectors.receiver = .channelised
    return random
  }

  /// The air, and a stretch of it whose borders are starts of frames or one tick beside them.
  mutating func build() -> (air: CollectorAir, from: Int64, to: Int64) {
    var transmitters = Transmitters(scenario, endpointIDs: (0..<UInt32(links)).map { 1000 + $0 })
    setTiming(&transmitters)
    let test = DecodeTest(DecodeRule(scenario), noise: PowerScale.noise + random.next() % 300)
    var set = LinkSet(test: test)
    for link in 0..<links {
      let mean = mean(of: transmitters.kinds[link], test)
      set.endpoints.append(UInt32(link))
      set.means.append(mean)
      set.thresholds.append(
        DrawThreshold(draws: test.survivingDraws(mean: mean, kind: transmitters.kinds[link])))
    }
    var air = CollectorAir(
      links: set, collector: CollectorSite(id: CollectorID(rawValue: 9), x: 0, y: 0),
      transmitters: transmitters, scenario: scenario, downTime: DownTime(),
      onAir: onAir(transmitters))
    let from = edge(air, after: 0)
    let to = max(from + 1, edge(air, after: periods + Int64(random.next() % 40)))
    air.downTime = downTime(air)
    return (air, from, to)
  }

  /// In one of three airs some endpoints begin or end in between, at or beside a transmission.
  private mutating func onAir(_ transmitters: Transmitters) -> OnAir {
    guard random.next() % 3 == 0 else { return .always }
    var onAir = OnAir(modules: links)
    for link in 0..<links where random.next() % 2 == 0 {
      func edge() -> Int64 {
        let k = Int64(base) + Int64(random.next() % 60)
        return Int64(transmitters.phases[link]) + k * Int64(transmitters.periods[link])
          + pick([-1, 0, 1])
      }
      let (one, other) = (edge(), edge())
      onAir.restrict(
        link, to: pick([min(one, other)..<max(one, other), one..<Int64.max, Int64.min..<other]))
    }
    return onAir
  }

  /// Two endpoints of equal power, without fading, on one channel.
  static func pair(
    _ kind: FrameKind, at start: UInt32, _ otherKind: FrameKind, at other: UInt32,
    period: UInt32 = 40_000
  ) -> CollectorAir {
    var scenario = Scenario()
    scenario.radio.channels = 1
    scenario.radio.fading = .none
    scenario.endpoints.jitterMs = 0
    var transmitters = Transmitters(scenario, endpointIDs: [1000, 1001])
    transmitters.kinds = [kind, otherKind]
    transmitters.phases = [start, other]
    transmitters.periods = [period, period]
    let test = DecodeTest(DecodeRule(scenario), noise: PowerScale.noise)
    var set = LinkSet(test: test)
    set.endpoints = [0, 1]
    set.means = [1 << 30, 1 << 30]
    set.thresholds = transmitters.kinds.map {
      DrawThreshold(draws: test.survivingDraws(mean: 1 << 30, kind: $0))
    }
    return CollectorAir(
      links: set, collector: CollectorSite(id: CollectorID(rawValue: 9), x: 0, y: 0),
      transmitters: transmitters, scenario: scenario, downTime: DownTime())
  }

  /// Kinds, periods and phases: frames that follow one another by a frame's length or one tick more
  /// or less, equal phases and periods, and clock errors that walk through another's phase.
  private mutating func setTiming(_ transmitters: inout Transmitters) {
    let isMixed = random.next() % 2 == 0
    let apart = random.next() % 2 == 0
    for link in 0..<links {
      transmitters.kinds[link] = isMixed ? pick(FrameKind.allCases) : .scm
      transmitters.periods[link] =
        apart ? 34_000 + UInt32(random.next() % 12) : pick([34_000, 34_000, 34_003, 39_001])
      transmitters.lives[link] = pick([
        Transmitters.endless, Transmitters.endless, Transmitters.endless,
        UInt32(base) + UInt32(random.next() % 80), 0,
      ])
      guard link > 0, random.next() % 2 == 0 else { continue }
      let other = Int(random.next() % UInt64(link))
      let length = Int64(pick([transmitters.kinds[link], transmitters.kinds[other]]).ticks)
      let distance: Int64 = pick([0, 0, 1, length - 1, length, length + 1, 3 * length])
      let phase = Int64(transmitters.phases[other]) + pick([distance, -distance])
      transmitters.phases[link] = UInt32((phase + 34_000) % 34_000)
    }
  }

  /// From silent to the strongest possible, with the threshold and the floor 10 dB below it.
  private mutating func mean(of kind: FrameKind, _ test: DecodeTest) -> Power {
    let threshold = test.noiseThreshold(of: kind)
    return pick([
      0, 1, threshold / 10, threshold, threshold + 1, 2 * threshold, 10 * threshold,
      20 * threshold, 100 * threshold, 100 * threshold, 1 << 30, PowerScale.meanMax,
    ])
  }

  /// The start or the end of one of a random link's transmissions, or one tick beside it.
  private mutating func edge(_ air: CollectorAir, after count: Int64) -> Int64 {
    let link = Int(random.next() % UInt64(links))
    let k = (air.periods[0] * base + 34_000 * count) / air.periods[link]
    let hop = air.hop(link: link, k: UInt32(k))
    return air.nominalStart(link: link, k: k) + Int64(hop.jitter)
      + pick([0, 0, air.frameTicks[link]]) + pick([-1, 0, 0, 1])
  }

  /// Down-time that begins and ends at the edges of frames.
  private mutating func downTime(_ air: CollectorAir) -> DownTime {
    var down = DownTime()
    for _ in 0..<pick([0, 1, 4]) {
      let start = edge(air, after: Int64(random.next() % 80))
      if start <= down.intervals.last?.upperBound ?? -1 { continue }
      let end = pick([start + 1, start + Int64(random.next() % 100_000) + 1])
      down.intervals.append(start..<end)
    }
    return down
  }
}
