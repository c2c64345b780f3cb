import Parallel
import RadioModel
import RandomStreams

/// When and on which channel each module transmits.
///
/// Transmission k of an endpoint starts at phase + k · period + jitter(k) ticks after the start of
/// the run, k ≥ 0. The clock error is in the period; jitter is bounded and never accumulates.
struct Transmitters: Sendable {
  /// Start of an endpoint's first period, below its period.
  private(set) var phases: [UInt32] = []
  /// Ticks between two nominal starts.
  private(set) var periods: [UInt32] = []
  /// Whether the module never transmits.
  private(set) var silent: [Bool] = []

  let seed: UInt64
  let endpointIDs: [UInt32]
  /// Jitter is below this, in ticks, at least 1.
  let jitterSpan: UInt32
  let channels: UInt32
  /// The shortest and the longest period that occur.
  let periodMin: Int64
  let periodMax: Int64

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
    let endpoints = scenario.endpoints
    jitterSpan = UInt32(max(1, Int64(endpoints.jitterMs) * Ticks.perSecond / 1000))
    channels = UInt32(scenario.radio.channels)
    phases = Array(concatenating: traits.map(\.phases))
    periods = Array(concatenating: traits.map(\.periods))
    silent = Array(concatenating: traits.map(\.silent))
    periodMin = Int64(periods.min() ?? 1)
    periodMax = Int64(periods.max() ?? 1)
  }

  /// What is drawn once for each of some endpoints.
  private struct Traits: Sendable {
    var phases: [UInt32] = []
    var periods: [UInt32] = []
    var silent: [Bool] = []

    init(_ scenario: Scenario, of endpointIDs: ArraySlice<UInt32>) {
      let nominal = Double(Int64(scenario.endpoints.intervalS) * Ticks.perSecond)
      let clockError = scenario.endpoints.clockErrorPpm * 1e-6
      let silentShare = scenario.faults.silentModuleShare
      phases.reserveCapacity(endpointIDs.count)
      periods.reserveCapacity(endpointIDs.count)
      silent.reserveCapacity(endpointIDs.count)
      for id in endpointIDs {
        let draws = RandomStream(seed: scenario.seed, .transmitterTraits, entity: id).words(0)
        let period = UInt32((nominal * (1 + (2 * unit(draws.x) - 1) * clockError)).rounded())
        periods.append(period)
        phases.append(below(period, draws.y))
        silent.append(unit(draws.z) < silentShare)
      }
    }
  }

  /// How many transmissions of all modules start before a time.
  func transmissions(before end: Int64) -> Int {
    var count = 0
    for index in phases.indices where !silent[index] && end > Int64(phases[index]) {
      // Only the last nominal start before the end may be pushed beyond it by its jitter.
      let last = (end - 1 - Int64(phases[index])) / Int64(periods[index])
      let nominal = Int64(phases[index]) + last * Int64(periods[index])
      let timing = RandomStream(seed: seed, .timing, entity: endpointIDs[index])
      let hop = Hop(timing.word(UInt32(last)), jitterSpan: jitterSpan, channels: channels)
      count += Int(last) + (nominal + Int64(hop.jitter) < end ? 1 : 0)
    }
    return count
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
  let channel: UInt8

  @inline(__always)
  init(_ word: UInt32, jitterSpan: UInt32, channels: UInt32) {
    jitter = UInt32(truncatingIfNeeded: (UInt64(word >> 16) &* UInt64(jitterSpan)) >> 16)
    channel = UInt8(truncatingIfNeeded: ((word & 0xFFFF) &* channels) >> 16)
  }
}
