import RadioModel

/// The quick order of evaluation: each link is walked backwards from the end of the period to its
/// latest decoded frame. Cost grows with the number of reads, not of transmissions.
///
/// Many links are done within their last few transmissions: there a vector census, which shares the
/// work of looking at neighbours, takes less time. The rest of the links are walked one by one.
///
/// Fading alone loses most frames of a weak link, and its draws are cheap to search
/// (`FadingDraws`). Only a frame that survives needs its time, its channel, and the few
/// endpoints that could have overlapped it (`PhaseIndex`).
enum OnDemandOrder {
  /// An index serves the times of this many periods about its anchor, and less than 2²⁹ ticks.
  private static let periodsPerIndex: Int64 = 512
  /// Windows of the census at the end of the period, a multiple of a group's four. By the shares of
  /// a profile with 16 of them, the second eight cost about what they save.
  private static let windowsOfCensus: Int64 = 8

  /// The latest decoded frame of each link that starts in [from, to).
  static func evaluate(_ air: CollectorAir, from: Int64, to: Int64, level: VectorLevel)
    -> Evaluation
  {
    var air = air
    air.downTime = air.downTime.overlapping(from..<to + air.maxFrameTicks)
    let latest = to - VectorCensus.ticks(ofWindows: windowsOfCensus, air)
    guard latest > from, VectorCensus.supports(air) else {
      return walk(air, from: from, to: to, level: level, done: Evaluation())
    }
    var done = VectorCensus.evaluate(air, from: latest, to: to, level: level)
    done.packets = nil
    return walk(air, from: from, to: latest, level: level, done: done)
  }

  /// The same for frames before those that are done.
  private static func walk(
    _ air: CollectorAir, from: Int64, to: Int64, level: VectorLevel, done: Evaluation
  ) -> Evaluation {
    var result = done
    result.receptions = []
    result.receptions.reserveCapacity(air.links.count)
    var indices = LazyIndices(
      air: air, level: level, end: to, stride: min(1 << 29, Self.periodsPerIndex * air.periodMin))
    var next = 0
    for link in 0..<air.links.count {
      if next < done.receptions.count, done.receptions[next].link == link {
        result.receptions.append(done.receptions[next])
        next += 1
        continue
      }
      guard let range = air.candidates(link: link, from: from, to: to) else { continue }
      var draws = 0
      air.forEachSurvivor(link: link, in: range, draws: &draws) { k, draw in
        let reception = decode(air, link: link, k: k, draw: draw, from, to, &indices, &result)
        if let reception { result.receptions.append(reception) }
        return reception == nil
      }
      result.drawsEvaluated += draws
    }
    return result
  }

  /// Decides a frame that survived fading.
  @inline(__always)
  private static func decode(
    _ air: CollectorAir, link: Int, k: UInt32, draw: UInt32, _ from: Int64, _ to: Int64,
    _ indices: inout LazyIndices, _ result: inout Evaluation
  ) -> Reception? {
    let hop = air.hop(link: link, k: k)
    let start = air.nominalStart(link: link, k: Int64(k)) + Int64(hop.jitter)
    guard start >= from, start < to, air.isReceiving(link: link, start: start, channel: hop.channel)
    else { return nil }
    let frame = Reception(
      link: link, k: k, start: start, channel: hop.channel,
      signal: air.power(link: link, draw: draw))
    // Spares the look-up of what noise alone loses after all.
    guard air.decodesAlone(frame) else { return nil }
    result.overlapLookups += 1
    var interference = Interference(for: air.links.test.rule)
    indices.index(for: start).forEachNear(frame, in: air) { other, otherK in
      guard other != link, otherK >= air.births[other], otherK < air.lives[other] else { return }
      let otherHop = air.hop(link: other, k: otherK)
      let otherStart = air.nominalStart(link: other, k: Int64(otherK)) + Int64(otherHop.jitter)
      if otherHop.channel == hop.channel, otherStart < start + air.frameTicks[link],
        start < otherStart &+ air.frameTicks[other]
      {
        interference.add(
          air.power(link: other, draw: air.fading(other).draw(otherK)), from: otherStart - start,
          to: otherStart + air.frameTicks[other] - start, length: air.frameTicks[link])
      }
    }
    return air.decodes(frame, over: interference) ? frame : nil
  }

  /// Phase indices of equal stretches before the end of the period, made when first needed.
  private struct LazyIndices {
    let air: CollectorAir
    let level: VectorLevel
    let end: Int64
    let stride: Int64
    private var made: [PhaseIndex?] = []

    init(air: CollectorAir, level: VectorLevel, end: Int64, stride: Int64) {
      self.air = air
      self.level = level
      self.end = end
      self.stride = stride
    }

    @inline(__always)
    mutating func index(for start: Int64) -> PhaseIndex {
      let number = Int((end - 1 - start) / stride)
      if number < made.count, let index = made[number] { return index }
      return make(number)
    }

    private mutating func make(_ number: Int) -> PhaseIndex {
      while made.count <= number { made.append(nil) }
      let middle = end - Int64(number) * stride - stride / 2
      let index = PhaseIndex(air, middle: middle, span: stride, level: level)
      made[number] = index
      return index
    }
  }
}
