import RadioModel
import RandomStreams

/// Everything that decides what one collector receives: its links with their transmitters at
/// hand, its clock and its down-time. Both orders of evaluation read the air through this.
struct CollectorAir: Sendable {
  let links: LinkSet
  var phases: [Int64]
  let periods: [Int64]
  let seed: UInt64
  let collector: UInt32
  let endpointIDs: [UInt32]
  /// The first transmission that each link's endpoint makes; those before it are never sent.
  var births: [UInt32]
  /// The number of the transmission behind each link's last, at most 2³¹ − 1.
  var lives: [UInt32]
  /// Whether none is born late or ends.
  var areEndless: Bool
  /// How much of the weather reaches each link's clock, in units of 1/256.
  var exposures: [UInt8]
  private let hopOffsets: [UInt8]
  /// Nil where each transmission draws its channel.
  let hopSequence: HopSequence?
  /// Nil where clocks do not depend on the weather.
  let drift: ClockDrift?
  let jitterSpan: UInt32
  let channels: UInt32
  /// The shortest and the longest period that occur.
  let periodMin: Int64
  let periodMax: Int64
  /// Ticks that a frame of each link takes.
  let frameTicks: [Int64]
  /// The longest of them.
  let maxFrameTicks: Int64
  /// γ₀·N of each link's kind of frame.
  let noiseThresholds: [Power]
  private let kinds: [FrameKind]
  /// What others add to the noise; nil for nothing ever.
  var externalNoise: ExternalNoise?
  /// Frames on other channels are neither received nor interfere.
  var heardChannels: Range<UInt8>
  /// How many frames can be received at the same time; nil for any number.
  var demodulators: Int?
  var downTime: DownTime

  init(
    links: LinkSet, collector: CollectorSite, transmitters: Transmitters, scenario: Scenario,
    downTime: DownTime, onAir: OnAir = .always
  ) {
    self.links = links
    kinds = links.endpoints.map { transmitters.kinds[Int($0)] }
    frameTicks = kinds.map(\.ticks)
    maxFrameTicks = frameTicks.max() ?? 0
    noiseThresholds = kinds.map(links.test.noiseThreshold)
    phases = links.endpoints.map { Int64(transmitters.phases[Int($0)]) }
    periods = links.endpoints.map { Int64(transmitters.periods[Int($0)]) }
    seed = transmitters.seed
    self.collector = collector.id.rawValue
    endpointIDs = links.endpoints.map { transmitters.endpointIDs[Int($0)] }
    let sent = links.endpoints.map { transmitters.sent(Int($0), in: onAir.ticks(Int($0))) }
    births = sent.map(\.lowerBound)
    lives = sent.map(\.upperBound)
    areEndless = sent.allSatisfy { $0 == 0..<Transmitters.endless }
    exposures = links.endpoints.map { transmitters.exposures[Int($0)] }
    hopOffsets = links.endpoints.map { transmitters.hopOffsets[Int($0)] }
    hopSequence = transmitters.hopSequence
    drift = transmitters.drift
    jitterSpan = transmitters.jitterSpan
    channels = transmitters.channels
    periodMin = periods.min() ?? 1
    periodMax = periods.max() ?? 1
    externalNoise = ExternalNoise(scenario, collector: collector.id)
    heardChannels = scenario.heardChannels
    demodulators =
      scenario.collectors.receiver == .limited ? scenario.collectors.demodulators : nil
    self.downTime = downTime
  }

  /// Start of transmission k of a link before its jitter.
  @inline(__always)
  func nominalStart(link: Int, k: Int64) -> Int64 {
    phases[link] &+ k &* periods[link] &+ drift(link: link, k: k)
  }

  /// The delay of transmission k by drift; never falls with k.
  @inline(__always)
  func drift(link: Int, k: Int64) -> Int64 {
    drift?.ticks(
      ofTransmission: k, phase: phases[link], period: periods[link], exposure: exposures[link]) ?? 0
  }

  /// The delay that has gathered at a tick; never falls with the tick. What a link starts then has that
  /// of some tick of the last 2^`ClockDrift.blockShift` periods.
  @inline(__always)
  func drift(link: Int, at tick: Int64) -> Int64 {
    drift?.ticks(at: tick, exposure: exposures[link]) ?? 0
  }

  /// Jitter and channel of transmission k of a link.
  @inline(__always)
  func hop(link: Int, k: UInt32) -> Hop { hop(link: link, k: k, word: timing(link).word(k)) }

  /// The same, given its word of `timing`.
  @inline(__always)
  func hop(link: Int, k: UInt32, word: UInt32) -> Hop {
    var hop = Hop(word, jitterSpan: jitterSpan, channels: channels)
    if let hopSequence { hop.channel = hopSequence.channel(offset: hopOffsets[link], k: k) }
    return hop
  }

  /// The words from which the hops of a link's transmissions are made.
  @inline(__always)
  func timing(_ link: Int) -> RandomStream {
    RandomStream(seed: seed, .timing, entity: endpointIDs[link])
  }

  @inline(__always)
  func fading(_ link: Int) -> FadingDraws {
    FadingDraws(seed: seed, endpoint: endpointIDs[link], collector: collector)
  }

  /// The transmissions of a link that can start in [from, to), jitter and drift considered; may be
  /// more than do, and may be none.
  @inline(__always)
  func candidates(link: Int, from: Int64, to: Int64) -> ClosedRange<Int64>? {
    var earliest = from - Int64(jitterSpan) + 1 - phases[link]
    var latest = to - 1 - phases[link]
    let period = periods[link]
    if drift != nil {
      earliest -= drift(link: link, at: from)
      latest -= drift(
        link: link, at: earliest + phases[link] - period << Int64(ClockDrift.blockShift))
    }
    guard latest >= 0 else { return nil }
    let first = max(Int64(births[link]), earliest <= 0 ? 0 : (earliest + period - 1) / period)
    let last = min(latest / period, Int64(lives[link]) - 1)
    return first <= last ? first...last : nil
  }
}

extension CollectorAir {
  /// Calls `body` with the transmissions of a link in a range that fading does not lose, from the
  /// latest one back, and their draws, until it returns false. `draws` counts words computed.
  @inline(__always)
  func forEachSurvivor(
    link: Int, in range: ClosedRange<Int64>, draws: inout Int,
    _ body: (_ k: UInt32, _ draw: UInt32) -> Bool
  ) {
    let low = UInt32(truncatingIfNeeded: range.lowerBound)
    var high = UInt32(truncatingIfNeeded: range.upperBound)
    while let survivor = fading(link).latest(
      below: links.thresholds[link], low: low, high: high, draws: &draws),
      body(survivor.k, survivor.draw), survivor.k > low
    {
      high = survivor.k - 1
    }
  }
}

// How one arrival is decided; the same for every order of evaluation.
extension CollectorAir {
  /// The power with which a transmission with this draw arrives.
  @inline(__always)
  func power(link: Int, draw: UInt32) -> Power {
    links.test.rule.fading.faded(links.means[link], draw)
  }

  /// Whether the collector is up from a frame's first tick to its last, and hears its channel.
  @inline(__always)
  func isReceiving(link: Int, start: Int64, channel: UInt8) -> Bool {
    heardChannels.contains(channel) && !downTime.overlaps(start, start + frameTicks[link])
  }

  /// How much others raise the noise of a channel in an hour of the run.
  func noiseRise(channel: UInt8, hour: Int) -> NoiseRise {
    externalNoise?.rise(channel: channel, hour: hour) ?? .none
  }

  /// The channels on which others raise the noise in an hour of the run.
  func disturbedChannels(hour: Int) -> ChannelSet {
    externalNoise?.disturbedChannels(hour: hour) ?? ChannelSet()
  }

  /// Whether a frame is decoded with nothing else on the air.
  @inline(__always)
  func decodesAlone(_ frame: Reception) -> Bool {
    decodes(frame, over: Interference(for: links.test.rule))
  }

  /// Whether a frame is decoded over what overlaps it on its channel.
  @inline(__always)
  func decodes(_ frame: Reception, over interference: Interference) -> Bool {
    let rise =
      externalNoise?.rise(channel: frame.channel, hour: ExternalNoise.hour(of: frame.start))
    if links.test.rule.countsBitErrors, let bitErrors = links.test.rule.bitErrors {
      return decodes(frame, over: interference, rise: rise ?? .none, bitErrors)
    }
    let threshold = noiseThresholds[frame.link]
    return links.test.passes(
      signal: frame.signal, interference: interference.total,
      noiseThreshold: rise?.applied(to: threshold) ?? threshold)
  }

  /// The same under the rule of bit errors.
  @inline(never)
  private func decodes(
    _ frame: Reception, over interference: Interference, rise: NoiseRise,
    _ bitErrors: BitErrorTable
  ) -> Bool {
    let loss = bitErrors.loss(
      signal: frame.signal, noise: rise.applied(to: links.test.noise),
      bits: kinds[frame.link].bits, interference: interference)
    let draws = RandomStream(seed: seed, .decoding, entity: endpointIDs[frame.link])
    return loss < bitErrors.tolerance(draws.word(frame.k, sub: collector))
  }
}

/// A decoded frame: the latest of its link in a reporting period.
struct Reception: Sendable, Equatable {
  /// Index of the link in the collector's set.
  let link: Int
  /// Number of the transmission.
  let k: UInt32
  /// True time of the first bit.
  let start: Int64
  let channel: UInt8
  /// Faded power.
  let signal: Power
}

/// What evaluating one reporting period of one collector found, and how much work it took.
struct Evaluation: Sendable {
  /// By ascending link.
  var receptions: [Reception] = []
  /// The fate of every arrival; nil where not every one was decided.
  var packets: PacketCounts?
  /// Fading draws that were computed.
  var drawsEvaluated = 0
  /// Frames that were compared with everything on the air at their time.
  var overlapLookups = 0
}

/// Receiver outages of a collector: half-open intervals of true ticks, ascending, disjoint.
struct DownTime: Sendable, Equatable {
  var intervals: [Range<Int64>] = []

  /// Whether any tick of [start, end) is down.
  @inline(__always)
  func overlaps(_ start: Int64, _ end: Int64) -> Bool {
    for interval in intervals where start < interval.upperBound && end > interval.lowerBound {
      return true
    }
    return false
  }

  /// The intervals that have a tick in common with a range.
  func overlapping(_ range: Range<Int64>) -> DownTime {
    DownTime(intervals: intervals.filter { $0.overlaps(range) })
  }

  /// The first time from `instant` on that is not down.
  func end(from instant: Int64) -> Int64 {
    intervals.first { $0.contains(instant) }?.upperBound ?? instant
  }
}
