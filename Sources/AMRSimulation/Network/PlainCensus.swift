import RadioModel

/// The census in plain code: every arrival is generated, compared with all that overlaps it, and
/// decided. It supports everything that the model has, and is the reference of quicker ways.
///
/// Time is cut into windows. Arrivals of a window and of the longest frame's length around it are
/// sorted into slots of that length, so that everything that can overlap an arrival lies in its
/// own slot and the two beside it.
enum PlainCensus {
  /// Ticks of a window: 128 s, about four transmissions of an endpoint that sends every 30 s.
  private static let windowTicks: Int64 = 1 << 22

  private struct Arrival {
    let start: Int64
    let link: Int32
    let k: UInt32
    let ownWord: UInt32
    let block: FadingBlock
    let channel: UInt8

    var draw: UInt32 { block.draw(own: ownWord, k: k) }
  }

  /// The latest decoded frame of each link that starts in [from, to), and the fate of every
  /// arrival that does.
  static func evaluate(_ air: CollectorAir, from: Int64, to: Int64) -> Evaluation {
    var air = air
    air.downTime = air.downTime.overlapping(from..<to + air.maxFrameTicks)
    var latest = [Reception?](repeating: nil, count: air.links.count)
    var result = Evaluation()
    var packets = PacketCounts()
    var slots = SlottedArrivals()
    var demodulators = air.demodulators.map(Demodulators.init)
    var windowStart = from
    while windowStart < to, air.links.count > 0 {
      let window = windowStart..<min(to, windowStart + windowTicks)
      slots.fill(window: window, slotTicks: air.maxFrameTicks) {
        appendArrivals(air, window: window, to: &$0)
      }
      if demodulators != nil { slots.sortMembers(by: air.endpointIDs) }
      decide(air, window: window, slots, &demodulators, into: &latest, &packets)
      windowStart = window.upperBound
    }
    result.receptions = latest.compactMap { $0 }
    result.drawsEvaluated = packets.arrivals
    result.overlapLookups = packets.decoded + packets.lostToInterference
    result.packets = packets
    return result
  }

  private static func decide(
    _ air: CollectorAir, window: Range<Int64>, _ slots: borrowing SlottedArrivals,
    _ demodulators: inout Demodulators?, into latest: inout [Reception?],
    _ packets: inout PacketCounts
  ) {
    for slot in slots.inside {
      for index in slots.members(slot..<slot + 1) {
        let arrival = slots.arrivals[index]
        guard window.contains(arrival.start) else { continue }
        packets.arrivals += 1
        let link = Int(arrival.link)
        guard air.isReceiving(link: link, start: arrival.start, channel: arrival.channel)
        else {
          packets.notHeard += 1
          continue
        }
        let threshold = air.links.thresholds[link]
        guard let draw = arrival.block.draw(own: arrival.ownWord, k: arrival.k, below: threshold)
        else {
          packets.lostToNoise += 1
          continue
        }
        let frame = Reception(
          link: link, k: arrival.k, start: arrival.start, channel: arrival.channel,
          signal: air.power(link: link, draw: draw))
        guard air.decodesAlone(frame) else {
          packets.lostToNoise += 1
          continue
        }
        if demodulators?.seize(frame.start, frame.start + air.frameTicks[link]) == false {
          packets.notHeard += 1
          continue
        }
        guard air.decodes(frame, over: interference(air, at: index, slot: slot, slots)) else {
          packets.lostToInterference += 1
          continue
        }
        packets.decoded += 1
        if let known = latest[link], known.start > frame.start { continue }
        latest[link] = frame
      }
    }
  }

  /// All that overlaps an arrival on its channel.
  @inline(__always)
  private static func interference(
    _ air: CollectorAir, at index: Int, slot: Int, _ slots: borrowing SlottedArrivals
  ) -> Interference {
    let arrival = slots.arrivals[index]
    let start = arrival.start
    let length = air.frameTicks[Int(arrival.link)]
    var sum = Interference(for: air.links.test.rule)
    for other in slots.members(slot - 1..<slot + 2) where other != index {
      let candidate = slots.arrivals[other]
      let link = Int(candidate.link)
      if candidate.channel == arrival.channel, candidate.start < start + length,
        start < candidate.start + air.frameTicks[link]
      {
        sum.add(
          air.power(link: link, draw: candidate.draw), from: candidate.start - start,
          to: candidate.start + air.frameTicks[link] - start, length: length)
      }
    }
    return sum
  }

  /// Every arrival that starts in the window or less than the longest frame's length outside it.
  private static func appendArrivals(
    _ air: CollectorAir, window: Range<Int64>, to arrivals: inout [Arrival]
  ) {
    let from = window.lowerBound - air.maxFrameTicks
    let to = window.upperBound + air.maxFrameTicks
    for link in 0..<air.links.count {
      guard let range = air.candidates(link: link, from: from, to: to) else { continue }
      // Words come four at a time.
      var four = UInt32.max
      var hops = SIMD4<UInt32>()
      var ownWords = SIMD4<UInt32>()
      var block = air.fading(link).block(of: UInt32(truncatingIfNeeded: range.lowerBound))
      for number in range {
        let k = UInt32(truncatingIfNeeded: number)
        if k >> 2 != four {
          four = k >> 2
          hops = air.timing(link).words(four)
          ownWords = air.fading(link).ownWords(four)
        }
        if FadingBlock.starts(at: k) { block = air.fading(link).block(of: k) }
        let hop = air.hop(link: link, k: k, word: hops[Int(k & 3)])
        let start = air.nominalStart(link: link, k: number) + Int64(hop.jitter)
        guard start >= from, start < to else { continue }
        arrivals.append(
          Arrival(
            start: start, link: Int32(truncatingIfNeeded: link), k: k,
            ownWord: ownWords[Int(k & 3)], block: block, channel: hop.channel))
      }
    }
  }

  /// Arrivals in order of their slots, by counting; filled anew for each window.
  private struct SlottedArrivals {
    private(set) var arrivals: [Arrival] = []
    private var unsorted: [Arrival] = []
    private var starts: [Int] = []
    /// Where the next arrival of each slot goes while they are sorted.
    private var next: [Int] = []
    /// The slots that hold the window itself; one more lies on either side.
    private(set) var inside = 0..<0

    mutating func fill(
      window: Range<Int64>, slotTicks: Int64, _ append: (inout [Arrival]) -> Void
    ) {
      unsorted.removeAll(keepingCapacity: true)
      append(&unsorted)
      let base = window.lowerBound - slotTicks
      func slot(_ start: Int64) -> Int { Int((start - base) / slotTicks) + 1 }
      let slotCount = slot(window.upperBound + slotTicks) + 2
      inside = slot(window.lowerBound)..<slot(window.upperBound) + 1
      starts.removeAll(keepingCapacity: true)
      starts += repeatElement(0, count: slotCount + 1)
      for arrival in unsorted { starts[slot(arrival.start) + 1] += 1 }
      for index in 1...slotCount { starts[index] += starts[index - 1] }
      arrivals.removeAll(keepingCapacity: true)
      arrivals += unsorted
      next.removeAll(keepingCapacity: true)
      next += starts
      for arrival in unsorted {
        let position = slot(arrival.start)
        arrivals[next[position]] = arrival
        next[position] += 1
      }
    }

    /// Sorts the arrivals by start, those with the same start by the IDs of their links.
    mutating func sortMembers(by endpointIDs: [UInt32]) {
      arrivals.sort {
        ($0.start, endpointIDs[Int($0.link)]) < ($1.start, endpointIDs[Int($1.link)])
      }
    }

    func members(_ slots: Range<Int>) -> Range<Int> {
      starts[slots.lowerBound]..<starts[slots.upperBound]
    }
  }
}
