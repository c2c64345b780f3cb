import ArrivalLanes
import RadioModel

/// The census of what most scenarios have, by vector instructions; the same receptions and counts
/// as `PlainCensus`, many times as fast.
///
/// Time is cut into windows no longer than the shortest period, so that a link starts at most one
/// frame in each and the arrays stay in the order of links: nothing is sorted. A bit for each
/// channel and slot of one frame length tells which few frames have a neighbour and may overlap
/// it; these are compared exactly. Every other frame is decided by one comparison of its fading
/// word with its link's threshold.
struct VectorCensus {
  private let air: CollectorAir
  private let from: Int64
  private let to: Int64
  private let lanes: CensusLanes
  private var frames: CrowdedFrames
  private var windowStart: Int64
  private var outcome = CrowdedFrames.Outcome()
  private var arrivals = 0
  private var decoded = 0

  /// Whether this census has what an air needs.
  static func supports(_ air: CollectorAir) -> Bool {
    air.jitterSpan <= 0xFFFF && air.periodMin > 4 * air.frameTicks + Int64(air.jitterSpan)
      && air.periodMax < 1 << 28
  }

  /// The latest decoded frame of each link that starts in [from, to).
  static func evaluate(_ air: CollectorAir, from: Int64, to: Int64, level: VectorLevel = .best)
    -> Evaluation
  {
    var result = Evaluation()
    if air.links.count == 0 || from >= to { return result }
    var census = VectorCensus(air, from: from, to: to, level: level)
    while census.windowStart < to + Int64(census.lanes.reach) { census.evaluateGroup() }
    result.receptions = census.receptions()
    result.drawsEvaluated = census.arrivals
    result.overlapLookups = census.outcome.lookups
    return result
  }

  private init(_ air: CollectorAir, from: Int64, to: Int64, level: VectorLevel) {
    self.air = air
    self.from = from
    self.to = to
    // Frames that start before `from` overlap its first ones, and jitter delays them all.
    windowStart = max(0, from - Int64(air.jitterSpan) - 2 * air.frameTicks)
    lanes = CensusLanes(air, start: windowStart, level: level)
    frames = CrowdedFrames(lanes)
  }

  private mutating func evaluateGroup() {
    lanes.generate()
    for row in 0..<4 {
      decide(row: row)
      windowStart += lanes.window
    }
    for index in 0..<4 * lanes.vectors {
      arrivals += lanes.c.pointee.sent[index].nonzeroBitCount
    }
    decoded += lanes.settle()
  }

  private mutating func decide(row: Int) {
    lanes.clearCells()
    frames.occupyCarried()
    let crowded = lanes.mark(row: row)
    if !isReceivable(windowStart) { restrict(row: row) }
    frames.carryTail(row: row, air: air)
    frames.gather(row: row, crowded: crowded, air: air)
    frames.decide(row: row, test: air.links.test, into: &outcome)
  }

  /// Whether every frame of a window starts in [from, to) and none overlaps a down-time.
  private func isReceivable(_ start: Int64) -> Bool {
    let end = start + lanes.window + Int64(lanes.lateness)
    return start >= from && end <= to
      && !air.downTime.overlaps(start, end + Int64(lanes.reach))
  }

  /// Takes out of a window's decoding what starts outside [from, to) or meets a down-time.
  private mutating func restrict(row: Int) {
    for lane in 0..<lanes.count where lanes.isSet(lanes.c.pointee.sent, row: row, lane: lane) {
      let start = windowStart + Int64(lanes.place(lane: lane, row: row).start)
      if start < from || start >= to {
        arrivals -= 1
      } else if !air.downTime.overlaps(start, start + air.frameTicks) {
        continue
      }
      lanes.clear(lanes.c.pointee.passing, row: row, lane: lane)
    }
  }

  /// The latest receptions, by ascending link.
  private func receptions() -> [Reception] {
    var receptions: [Reception] = []
    for lane in 0..<lanes.count where lanes.c.pointee.latest[lane] > 0 {
      let link = Int(lanes.links[lane])
      let k = lanes.c.pointee.latest[lane] - 1
      let hop = air.hop(link: link, k: k)
      receptions.append(
        Reception(
          link: link, k: k, start: air.nominalStart(link: link, k: Int64(k)) + Int64(hop.jitter),
          channel: hop.channel,
          signal: Fading.faded(air.links.means[link], air.fading(link).draw(k))))
    }
    return receptions
  }
}
