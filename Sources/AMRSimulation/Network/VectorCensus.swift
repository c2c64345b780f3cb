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
  private let lateness: Int64
  private let frames: CrowdedFrames
  private var windowStart: Int64
  private var outcome = CrowdedFrames.Outcome()
  private var packets = PacketCounts()
  /// Channels with raised noise in the hour that was asked for last.
  private var disturbed = (hour: -1, channels: ChannelSet())

  /// Whether this census has what an air needs.
  static func supports(_ air: CollectorAir) -> Bool {
    guard !air.links.test.rule.countsBitErrors, air.demodulators == nil, air.hopSequence == nil
    else { return false }
    // A frame that starts after its window's end starts well before the end of the next one.
    let late = CensusLanes.lateness(air) + 4 * air.maxFrameTicks
    return air.jitterSpan <= 0xFFFF && late < air.periodMin && air.periodMax < 1 << 28
  }

  /// The ticks of an interval for which so many windows are looked at.
  static func ticks(ofWindows count: Int64, _ air: CollectorAir) -> Int64 {
    count * air.periodMin - Int64(air.jitterSpan) - 3 * air.maxFrameTicks
  }

  /// The latest decoded frame of each link that starts in [from, to).
  static func evaluate(_ air: CollectorAir, from: Int64, to: Int64, level: VectorLevel)
    -> Evaluation
  {
    var census = VectorCensus(air, from: from, to: to, level: level)
    while census.windowStart < to + air.maxFrameTicks { census.evaluateGroup() }
    return census.evaluation()
  }

  private init(_ air: CollectorAir, from: Int64, to: Int64, level: VectorLevel) {
    self.air = air
    self.from = from
    self.to = to
    // Frames that start before `from` overlap its first ones, and jitter delays them all.
    windowStart = max(0, from - Int64(air.jitterSpan) - 2 * air.maxFrameTicks)
    lanes = CensusLanes(air, start: windowStart, level: level)
    lateness = CensusLanes.lateness(air)
    frames = CrowdedFrames(lanes, air: air)
  }

  private mutating func evaluateGroup() {
    lanes.generate(air)
    for row in 0..<4 {
      lanes.clearCells()
      crowdDisturbedChannels()
      frames.occupyCarried()
      lanes.mark(row: row)
      if !isReceivable() { restrict(row: row) }
      frames.carryTail(row: row)
      frames.gather(row: row)
      frames.decide(row: row, windowStart: windowStart, into: &outcome)
      windowStart += Int64(lanes.window)
    }
    for index in 0..<4 * lanes.vectors {
      let sent = lanes.c.pointee.sent[index]
      packets.arrivals += sent.nonzeroBitCount
      packets.notHeard += (sent & ~lanes.c.pointee.heard[index]).nonzeroBitCount
    }
    packets.decoded += lanes.settle()
  }

  /// Lets no frame be decided by its link's threshold where others raise the noise.
  private mutating func crowdDisturbedChannels() {
    guard let noise = air.externalNoise else { return }
    let first = ExternalNoise.hour(of: windowStart)
    for hour in first...ExternalNoise.hour(of: windowStart + Int64(lanes.window) + lateness) {
      if hour != disturbed.hour { disturbed = (hour, noise.disturbedChannels(hour: hour)) }
      for channel in air.heardChannels where disturbed.channels.contains(channel) {
        lanes.occupy(channel: channel)
      }
    }
  }

  /// Whether every frame of the window starts in [from, to) and none meets a down-time.
  private func isReceivable() -> Bool {
    let end = windowStart + Int64(lanes.window) + lateness
    return windowStart >= from && end <= to
      && !air.downTime.overlaps(windowStart, end + air.maxFrameTicks)
  }

  /// Takes out of the window's decoding what starts outside [from, to) or meets a down-time.
  private mutating func restrict(row: Int) {
    let bits = lanes.c.pointee.sent + row * lanes.vectors
    for index in 0..<lanes.list(row: row, bits) {
      let lane = Int(lanes.c.pointee.frame_lane[index])
      let start = windowStart + Int64(Int32(bitPattern: lanes.c.pointee.frame_start[index]))
      let channel = lanes.channel(lanes.c.pointee.frame_cell[index])
      let isHeard = lanes.isSet(lanes.c.pointee.heard, row: row, lane: lane)
      if start < from || start >= to {
        packets.arrivals -= 1
        if !isHeard { packets.notHeard -= 1 }
      } else if isHeard,
        !air.isReceiving(link: Int(lanes.links[lane]), start: start, channel: channel)
      {
        packets.notHeard += 1
      } else {
        continue
      }
      lanes.clear(lanes.c.pointee.passing, row: row, lane: lane)
    }
  }

  private func evaluation() -> Evaluation {
    var result = Evaluation()
    for lane in 0..<lanes.count where lanes.c.pointee.latest[lane] > 0 {
      let link = Int(lanes.links[lane])
      let k = lanes.c.pointee.latest[lane] - 1
      let hop = air.hop(link: link, k: k)
      result.receptions.append(
        Reception(
          link: link, k: k, start: air.nominalStart(link: link, k: Int64(k)) + Int64(hop.jitter),
          channel: hop.channel,
          signal: air.power(link: link, draw: air.fading(link).draw(k))))
    }
    if lanes.c.pointee.short_count < lanes.count { result.receptions.sort { $0.link < $1.link } }
    var counts = packets
    counts.decoded += outcome.decodedLate
    counts.lostToInterference = outcome.lostToInterference
    counts.lostToNoise =
      counts.arrivals - counts.notHeard - counts.decoded - counts.lostToInterference
    result.packets = counts
    result.drawsEvaluated = counts.arrivals
    result.overlapLookups = outcome.lookups
    return result
  }
}
