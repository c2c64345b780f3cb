import Parallel
import PortableMath
import RadioModel
import RandomStreams

/// When and on which channel each module transmits.
///
/// Transmission k of an endpoint starts at n + drift(n) + jitter(k), with n = phase + k · period
/// ticks after the start of the run, 0 ≤ k < lives. The clock error is in the period; drift
/// is that of a clock with the weather (`ClockDrift`); jitter is bounded and never accumulates.
struct Transmitters: Sendable {
  /// Start of an endpoint's first period, below its period.
  var phases: [UInt32] = []
  /// Ticks between two nominal starts.
  var periods: [UInt32] = []
  /// How many transmissions the battery lasts for: those whose n lies before its end. Batteries that
  /// are replaced end with `ModuleFailures`.
  var lives: [UInt32] = []
  /// Whether the module never transmits.
  var silent: [Bool] = []
  /// Whether the module sends nothing but answers to a van's tone; empty where none does.
  private(set) var waiting: [Bool] = []
  /// What the module sends.
  var kinds: [FrameKind]
  /// Channel of transmission 0, where channels follow a sequence.
  private(set) var hopOffsets: [UInt8] = []
  /// How much of the weather reaches the module's clock, in units of 1/256.
  private(set) var exposures: [UInt8] = []

  let seed: UInt64
  let endpointIDs: [UInt32]
  /// Jitter is below this, in ticks, at least 1.
  let jitterSpan: UInt32
  let channels: UInt32
  /// Nil where each transmission draws its channel.
  let hopSequence: HopSequence?
  /// Nil where clocks do not depend on the weather.
  let drift: ClockDrift?

  /// `lives` of a module whose battery never ends.
  static let endless = UInt32(Int32.max)

  init(_ scenario: Scenario, endpointIDs: [UInt32]) {
    self.init(
      scenario, endpointIDs: endpointIDs, traits: [Traits(scenario, of: endpointIDs[...])])
  }

  /// The same, made by several threads.
  init(_ scenario: Scenario, endpointIDs: [UInt32], threads: Int) async throws {
    self.init(
      scenario, endpointIDs: endpointIDs,
      traits: try await parallelRanges(count: endpointIDs.count, threads: threads) {
        Traits(scenario, of: endpointIDs[$0])
      })
  }

  private init(_ scenario: Scenario, endpointIDs: [UInt32], traits: [Traits]) {
    seed = scenario.seed
    self.endpointIDs = endpointIDs
    kinds = Array(repeating: .scm, count: endpointIDs.count)
    let endpoints = scenario.endpoints
    jitterSpan = UInt32(max(1, Int64(endpoints.jitterMs) * Ticks.perSecond / 1000))
    channels = UInt32(scenario.radio.channels)
    hopSequence = endpoints.hopping == .sequence ? HopSequence(channels: channels) : nil
    drift = ClockDrift(scenario)
    phases = Array(concatenating: traits.map(\.phases))
    periods = Array(concatenating: traits.map(\.periods))
    silent = Array(concatenating: traits.map(\.silent))
    waiting = Array(concatenating: traits.map(\.waiting))
    hopOffsets = Array(concatenating: traits.map(\.hopOffsets))
    exposures = Array(concatenating: traits.map(\.exposures))
    lives = Array(concatenating: traits.map(\.lives))
  }

  /// What is drawn once for each of some endpoints.
  private struct Traits: Sendable {
    var phases: [UInt32] = []
    var periods: [UInt32] = []
    var silent: [Bool] = []
    var waiting: [Bool] = []
    var hopOffsets: [UInt8] = []
    var exposures: [UInt8] = []
    var lives: [UInt32] = []

    init(_ scenario: Scenario, of endpointIDs: ArraySlice<UInt32>) {
      let endpoints = scenario.endpoints
      let nominal = Double(Int64(endpoints.intervalS) * Ticks.perSecond)
      let silentShare = scenario.faults.silentModuleShare
      let wakeUpShare = scenario.vans.wakeUpShare
      let channels = UInt32(scenario.radio.channels)
      for id in endpointIDs {
        let stream = RandomStream(seed: scenario.seed, .transmitterTraits, entity: id)
        let traits = stream.words(0)
        let error = (2 * unit(traits.x) - 1) * endpoints.clockErrorPpm * 1e-6
        let period = UInt32((nominal * (1 + error)).rounded())
        let phase = below(period, traits.y)
        periods.append(period)
        phases.append(phase)
        silent.append(unit(traits.z) < silentShare)
        if wakeUpShare > 0 {
          let draws = RandomStream(seed: scenario.seed, .wakeUp, entity: id)
          waiting.append(unit(draws.word(0)) < wakeUpShare)
        }
        hopOffsets.append(UInt8(below(channels, traits.w)))
        let conditions = stream.words(1)
        exposures.append(UInt8(conditions.z >> 24))
        lives.append(
          endpoints.batteryYears == 0 || scenario.faults.repairDays > 0
            ? endless : life(endpoints, conditions, phase: phase, period: period))
      }
    }
  }

  /// The number of transmissions until the battery's end.
  private static func life(
    _ endpoints: EndpointSpec, _ draws: SIMD4<UInt32>, phase: UInt32, period: UInt32
  ) -> UInt32 {
    let years =
      endpoints.batteryYears + endpoints.batterySpreadYears * normalVariate(draws.x)
      - endpoints.ageYears * unit(draws.y)
    let end = Int64(max(0, years) * 365.25 * Double(Ticks.perDay))
    guard end > Int64(phase) else { return 0 }
    return min(endless, UInt32(clamping: (end - 1 - Int64(phase)) / Int64(period) + 1))
  }

  /// Start of a module's transmission k.
  func start(_ index: Int, k: Int64) -> Int64 {
    let nominal = Int64(phases[index]) + k * Int64(periods[index])
    let timing = RandomStream(seed: seed, .timing, entity: endpointIDs[index])
    let hop = Hop(
      timing.word(UInt32(truncatingIfNeeded: k)), jitterSpan: jitterSpan, channels: channels)
    let delay =
      drift?.ticks(
        ofTransmission: k, phase: Int64(phases[index]), period: Int64(periods[index]),
        exposure: exposures[index]) ?? 0
    return nominal + delay + Int64(hop.jitter)
  }

  /// The numbers of the transmissions that a module makes, n in some ticks; nil stands for all.
  func sent(_ index: Int, in ticks: Range<Int64>?) -> Range<UInt32> {
    guard let ticks else { return 0..<lives[index] }
    let life = min(lives[index], transmissions(index, before: ticks.upperBound))
    return min(life, transmissions(index, before: ticks.lowerBound))..<life
  }

  /// How many n of a module lie before a time.
  private func transmissions(_ index: Int, before end: Int64) -> UInt32 {
    let (phase, period) = (Int64(phases[index]), Int64(periods[index]))
    if end <= phase { return 0 }
    return min(Self.endless, UInt32(clamping: (end - 1 - phase) / period + 1))
  }

  /// Whether a module's battery has ended before a time.
  func hasEnded(_ index: Int, before time: Int64) -> Bool {
    Int64(phases[index]) + Int64(lives[index]) * Int64(periods[index]) <= time
  }

  /// Whether a module sends nothing by itself.
  func waitsForTone(_ index: Int) -> Bool { !waiting.isEmpty && waiting[index] }

  /// How many transmissions of all modules start before a time, without answers to tones.
  ///
  /// - Parameter onAir: the stretches of ticks in which a module's n lie for what it sends.
  func transmissions(before end: Int64, onAir: (Int) -> [Range<Int64>]) -> Int {
    // What starts last may be delayed beyond the end.
    let earliest = end - Int64(jitterSpan) - (drift?.most(at: end) ?? 0)
    var count = 0
    for index in phases.indices where !silent[index] && !waitsForTone(index) {
      let phase = Int64(phases[index])
      let period = Int64(periods[index])
      for stretch in onAir(index) {
        let sent = sent(index, in: stretch)
        var next = min(
          Int64(sent.upperBound), max(Int64(sent.lowerBound), (earliest - phase) / period))
        while next < Int64(sent.upperBound), start(index, k: next) < end { next += 1 }
        count += Int(next) - Int(sent.lowerBound)
      }
    }
    return count
  }
}

/// A fixed sequence of channels: channel(k) = (offset + k · step) mod channels.
///
/// Step and channels have no common divisor, so that every channel is used once in each round.
/// The step is the one nearest to 0.618 of the channels, the golden section, which puts neighbours
/// in time far apart in the band. It is the same for all endpoints; their offsets are drawn.
struct HopSequence: Sendable, Equatable {
  let channels: UInt32
  let step: UInt32

  init(channels: UInt32) {
    self.channels = channels
    let golden = Double(channels) * 0.6180339887498949
    step = (1...channels).filter { Self.divisor(channels, $0) == 1 }
      .min { (Double($0) - golden).magnitude < (Double($1) - golden).magnitude }!
  }

  @inline(__always)
  func channel(offset: UInt8, k: UInt32) -> UInt8 {
    UInt8((UInt64(offset) + UInt64(k) * UInt64(step)) % UInt64(channels))
  }

  /// Euclid's algorithm.
  private static func divisor(_ a: UInt32, _ b: UInt32) -> UInt32 {
    b == 0 ? a : divisor(b, a % b)
  }
}

/// Jitter and channel of one transmission, from one draw: the upper half of the word is the
/// jitter, the lower half the channel.
///
/// A channel's probability is exact to 2⁻¹⁶; a jitter span above 65,536 ticks (2 s) is used in
/// steps of span / 65,536.
struct Hop: Equatable {
  /// Ticks, below the span.
  let jitter: UInt32
  var channel: UInt8

  @inline(__always)
  init(_ word: UInt32, jitterSpan: UInt32, channels: UInt32) {
    jitter = UInt32(truncatingIfNeeded: (UInt64(word >> 16) &* UInt64(jitterSpan)) >> 16)
    channel = UInt8(truncatingIfNeeded: ((word & 0xFFFF) &* channels) >> 16)
  }
}
