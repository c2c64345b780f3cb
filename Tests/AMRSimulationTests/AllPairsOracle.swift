import RadioModel
import RandomStreams
import Testing

@testable import AMRSimulation

/// The model of one arrival said as simply as it can be: every transmission of the run is listed,
/// and each is compared with every other one, with no index and no shortcut.
struct AllPairsOracle {
  private struct Frame {
    let link: Int
    let k: UInt32
    let start: Int64
    let end: Int64
    let channel: UInt8
    let draw: UInt32

    func overlaps(_ other: Frame) -> Bool { start < other.end && other.start < end }
  }

  private let air: CollectorAir
  private var frames: [Frame] = []

  /// Everything is listed that starts in [start, end), and some that starts sooner or later.
  init(_ air: CollectorAir, start: Int64, end: Int64) {
    self.air = air
    for link in 0..<air.links.count {
      // Of the longest runs only the last minutes: the drift of eleven days is less than these.
      let minutes = 300 * Ticks.perSecond
      var k = max(
        air.births[link], UInt32(max(0, (start - minutes - air.phases[link]) / air.periods[link])))
      while k < air.lives[link], air.nominalStart(link: link, k: Int64(k)) < end {
        let hop = air.hop(link: link, k: k)
        let start = air.nominalStart(link: link, k: Int64(k)) + Int64(hop.jitter)
        frames.append(
          Frame(
            link: link, k: k, start: start, end: start + air.frameTicks[link],
            channel: hop.channel,
            draw: air.fading(link).draw(k)))
        k += 1
      }
    }
  }

  func evaluate(from: Int64, to: Int64) -> Evaluation {
    var packets = PacketCounts()
    var latest: [Int: Reception] = [:]
    // What holds a demodulator, in the order of starts.
    var held: [Frame] = []
    let frames = frames.sorted {
      ($0.start, air.endpointIDs[$0.link]) < ($1.start, air.endpointIDs[$1.link])
    }
    for frame in frames where frame.start >= from && frame.start < to {
      packets.arrivals += 1
      if !isHeard(frame) {
        packets.notHeard += 1
      } else if !isDecoded(frame, among: []) {
        packets.lostToNoise += 1
      } else if held.count(where: { $0.end > frame.start }) >= air.demodulators ?? .max {
        packets.notHeard += 1
      } else {
        held.append(frame)
        if !isDecoded(frame, among: frames) {
          packets.lostToInterference += 1
        } else {
          packets.decoded += 1
          latest[frame.link] = Reception(
            link: frame.link, k: frame.k, start: frame.start, channel: frame.channel,
            signal: power(frame))
        }
      }
    }
    var evaluation = Evaluation()
    evaluation.receptions = latest.values.sorted { $0.link < $1.link }
    evaluation.packets = packets
    return evaluation
  }

  /// What came nearest to a reception on each link that has frames from `from` on and before `to`;
  /// nil where one was received.
  func nearest(from: Int64, to: Int64) -> [Int: MissReason?] {
    var nearest: [Int: MissReason?] = [:]
    for frame in frames where frame.start >= from && frame.start < to {
      let known = nearest[frame.link]
      if case .some(.none) = known { continue }
      let reason: MissReason?
      if !isDecoded(frame, among: []) {
        reason = .tooWeak
      } else if !air.heardChannels.contains(frame.channel) {
        reason = .notHeard
      } else if !isHeard(frame) {
        reason = .outage
      } else {
        reason = isDecoded(frame, among: frames) ? nil : .collision
      }
      guard let reason else {
        nearest[frame.link] = .some(nil)
        continue
      }
      let best = MissReason(rawValue: max(known??.rawValue ?? 0, reason.rawValue))
      nearest[frame.link] = .some(best)
    }
    return nearest
  }

  private func power(_ frame: Frame) -> Power {
    air.links.test.rule.fading.faded(air.links.means[frame.link], frame.draw)
  }

  private func isHeard(_ frame: Frame) -> Bool {
    air.heardChannels.contains(frame.channel)
      && !air.downTime.intervals.contains { $0.overlaps(frame.start..<frame.end) }
  }

  private func isDecoded(_ frame: Frame, among others: [Frame]) -> Bool {
    if frame.draw == .max { return false }
    let overlapping = others.filter {
      $0.link != frame.link && $0.channel == frame.channel && $0.overlaps(frame)
    }
    let hour = Int(frame.start / (3600 * 32_768))
    let rise = air.noiseRise(channel: frame.channel, hour: hour)
    let test = air.links.test
    guard let bitErrors = test.rule.bitErrors else {
      return test.passes(
        signal: power(frame), interference: overlapping.reduce(0) { $0 + power($1) },
        noiseThreshold: rise.applied(to: air.noiseThresholds[frame.link]))
    }
    var loss: UInt64 = 0
    for bit in stride(from: frame.start, to: frame.end, by: 2) {
      let touching = overlapping.filter { $0.start < bit + 2 && bit < $0.end }
      let noise = touching.reduce(rise.applied(to: test.noise)) { $0 + power($1) }
      loss += bitErrors.loss(signal: power(frame), noise: noise)
    }
    let draw = RandomStream(seed: air.seed, .decoding, entity: air.endpointIDs[frame.link])
      .word(frame.k, sub: air.collector)
    return loss < bitErrors.tolerance(draw)
  }
}

/// Expects that every order of evaluation finds what the comparison of all pairs finds.
///
/// - Returns: what the comparison found.
@discardableResult
func expectAgreement(
  _ air: CollectorAir, from: Int64, to: Int64, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) -> PacketCounts {
  var orders: [(name: String, evaluate: (CollectorAir, Int64, Int64) -> Evaluation)] = [
    ("plain census", PlainCensus.evaluate)
  ]
  for level in VectorLevel.available {
    // Where receptions depend on one another there is no other order than the census.
    if air.demodulators == nil {
      orders.append(
        ("on-demand, \(level)", { OnDemandOrder.evaluate($0, from: $1, to: $2, level: level) }))
    }
    if VectorCensus.supports(air) {
      orders.append(
        ("vector census, \(level)", { VectorCensus.evaluate($0, from: $1, to: $2, level: level) }))
    }
  }
  // The longest frame takes less than 2,000 ticks.
  let expected = AllPairsOracle(air, start: from - 2000, end: to + 2000)
    .evaluate(from: from, to: to)
  for (name, evaluate) in orders {
    let found = evaluate(air, from, to)
    #expect(
      found.receptions == expected.receptions, "\(name), \(what)", sourceLocation: sourceLocation)
    if let packets = found.packets {
      #expect(packets == expected.packets, "\(name), \(what)", sourceLocation: sourceLocation)
    }
  }
  return expected.packets!
}
