import RadioModel
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
    let power: Power

    func overlaps(_ other: Frame) -> Bool { start < other.end && other.start < end }
  }

  private let air: CollectorAir
  private var frames: [Frame] = []

  /// - Parameter end: everything is listed that starts before this, and some that starts later.
  init(_ air: CollectorAir, end: Int64) {
    self.air = air
    for link in 0..<air.links.count {
      var k: UInt32 = 0
      while air.nominalStart(link: link, k: Int64(k)) < end {
        let hop = air.hop(link: link, k: k)
        let start = air.nominalStart(link: link, k: Int64(k)) + Int64(hop.jitter)
        frames.append(
          Frame(
            link: link, k: k, start: start, end: start + air.frameTicks[link],
            channel: hop.channel,
            power: Fading.faded(air.links.means[link], air.fading(link).draw(k))))
        k += 1
      }
    }
  }

  func evaluate(from: Int64, to: Int64) -> Evaluation {
    var packets = PacketCounts()
    var latest: [Int: Reception] = [:]
    for frame in frames where frame.start >= from && frame.start < to {
      packets.arrivals += 1
      if !isHeard(frame) {
        packets.notHeard += 1
      } else if !isDecoded(frame, among: []) {
        packets.lostToNoise += 1
      } else if !isDecoded(frame, among: frames) {
        packets.lostToInterference += 1
      } else {
        packets.decoded += 1
        if frame.start > latest[frame.link]?.start ?? Int64.min {
          latest[frame.link] = Reception(
            link: frame.link, k: frame.k, start: frame.start, channel: frame.channel,
            signal: frame.power)
        }
      }
    }
    var evaluation = Evaluation()
    evaluation.receptions = latest.values.sorted { $0.link < $1.link }
    evaluation.packets = packets
    return evaluation
  }

  private func isHeard(_ frame: Frame) -> Bool {
    !air.downTime.intervals.contains { $0.overlaps(frame.start..<frame.end) }
  }

  private func isDecoded(_ frame: Frame, among others: [Frame]) -> Bool {
    var interference: Power = 0
    for other in others
    where other.link != frame.link && other.channel == frame.channel && other.overlaps(frame) {
      interference += other.power
    }
    return air.links.test.passes(
      signal: frame.power, interference: interference,
      noiseThreshold: air.noiseThresholds[frame.link])
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
    ("plain census", PlainCensus.evaluate), ("on-demand", OnDemandOrder.evaluate),
  ]
  for level in VectorLevel.available where VectorCensus.supports(air) {
    orders.append(
      (
        "vector census, \(level)",
        { VectorCensus.evaluate($0, from: $1, to: $2, level: level) }
      ))
  }
  // Whatever overlaps a frame that starts before `to` has started a frame's length later.
  let expected = AllPairsOracle(air, end: to + 2000).evaluate(from: from, to: to)
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
