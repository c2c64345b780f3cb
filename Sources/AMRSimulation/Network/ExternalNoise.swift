import Metering
import PortableMath
import RadioModel
import RandomStreams

/// What others in the band add to a collector's noise: in some hours some channels are disturbed.
///
/// A channel of a collector is disturbed in an hour, counted from the true start of the run, with
/// one probability for all, and independently of all others. The rise of its noise in dB is then
/// exponentially distributed, at most 60 dB: most neighbours are far away and a few are near. A
/// frame meets the noise of the hour in which it starts.
struct ExternalNoise: Sendable {
  private static let mostDb = 60.0
  private static let ticksPerHour = 3600 * Ticks.perSecond

  let seed: UInt64
  let collector: UInt32
  let channels: UInt32
  /// That a channel is disturbed in an hour.
  let probability: Double
  /// Mean of the rise in dB.
  let meanRiseDb: Double

  /// Nil where nothing is ever disturbed.
  init?(_ scenario: Scenario, collector: CollectorID) {
    guard scenario.radio.ismProbability > 0 else { return nil }
    seed = scenario.seed
    self.collector = collector.rawValue
    channels = UInt32(scenario.radio.channels)
    probability = scenario.radio.ismProbability
    meanRiseDb = scenario.radio.ismRiseDb
  }

  /// The hour of a tick.
  static func hour(of tick: Int64) -> Int { Int(tick / ticksPerHour) }

  /// The factor of the noise, see `NoiseRise`.
  func rise(channel: UInt8, hour: Int) -> NoiseRise {
    let words = words(channel: channel, hour: hour)
    guard isDisturbed(words) else { return .none }
    let db = min(Self.mostDb, -naturalLogarithm(unit(words.y)) * meanRiseDb)
    return NoiseRise(ratio: ratio(decibels: db))
  }

  /// The channels that are disturbed in an hour.
  func disturbedChannels(hour: Int) -> ChannelSet {
    var set = ChannelSet()
    for channel in 0..<UInt8(channels)
    where isDisturbed(words(channel: channel, hour: hour)) { set.insert(channel) }
    return set
  }

  private func words(channel: UInt8, hour: Int) -> SIMD4<UInt32> {
    RandomStream(seed: seed, .ismNoise, entity: collector)
      .words(UInt32(channel), sub: UInt32(truncatingIfNeeded: hour))
  }

  private func isDisturbed(_ words: SIMD4<UInt32>) -> Bool { unit(words.x) < probability }
}

/// A set of hop channels.
struct ChannelSet: Sendable, Equatable {
  private var words = SIMD4<UInt64>()

  var isEmpty: Bool { words == SIMD4() }

  @inline(__always)
  func contains(_ channel: UInt8) -> Bool {
    words[Int(channel >> 6)] >> UInt64(channel & 63) & 1 != 0
  }

  mutating func insert(_ channel: UInt8) {
    words[Int(channel >> 6)] |= 1 << UInt64(channel & 63)
  }
}
