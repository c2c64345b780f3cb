import RadioModel

/// The plain order of evaluation: every arrival is generated, compared with all that overlaps it,
/// and decided. Cost grows with the number of transmissions.
///
/// Time is cut into windows. Arrivals of a window and of one frame's length around it are sorted
/// into slots longer than a frame, so that everything that can overlap an arrival lies in its own
/// slot and the two beside it.
enum CensusOrder {
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

  /// The latest decoded frame of each link that starts in [from, to).
  static func evaluate(_ air: CollectorAir, from: Int64, to: Int64) -> Evaluation {
    var latest = [Reception?](repeating: nil, count: air.links.count)
    var result = Evaluation()
    var slots = SlottedArrivals()
    var windowStart = from
    while windowStart < to {
      let windowEnd = min(to, windowStart + windowTicks)
      decide(air, window: windowStart..<windowEnd, &slots, into: &latest, &result)
      windowStart = windowEnd
    }
    result.receptions = latest.compactMap { $0 }
    return result
  }

  private static func decide(
    _ air: CollectorAir, window: Range<Int64>, _ slots: inout SlottedArrivals,
    into latest: inout [Reception?], _ result: inout Evaluation
  ) {
    let frame = air.frameTicks
    slots.fill(window: window, frameTicks: frame) { appendArrivals(air, window: window, to: &$0) }
    for slot in slots.inside {
      for index in slots.members(slot..<slot + 1) {
        let arrival = slots.arrivals[index]
        guard window.contains(arrival.start) else { continue }
        result.drawsEvaluated += 1
        let link = Int(arrival.link)
        let threshold = air.links.thresholds[link]
        guard let draw = arrival.block.draw(own: arrival.ownWord, k: arrival.k, below: threshold),
          !air.downTime.overlaps(arrival.start, arrival.start + frame)
        else { continue }
        result.overlapLookups += 1
        var interference: Power = 0
        for other in slots.members(slot - 1..<slot + 2) where other != index {
          let candidate = slots.arrivals[other]
          if candidate.channel == arrival.channel,
            (candidate.start - arrival.start).magnitude < UInt64(frame)
          {
            interference += Fading.faded(air.links.means[Int(candidate.link)], candidate.draw)
          }
        }
        let signal = Fading.faded(air.links.means[link], draw)
        guard air.links.test.passes(signal: signal, interference: interference) else { continue }
        if let known = latest[link], known.start > arrival.start { continue }
        latest[link] = Reception(
          link: link, k: arrival.k, start: arrival.start, channel: arrival.channel, signal: signal)
      }
    }
  }

  /// Every arrival that starts in the window or less than a frame's length outside it.
  private static func appendArrivals(
    _ air: CollectorAir, window: Range<Int64>, to arrivals: inout [Arrival]
  ) {
    let from = window.lowerBound - air.frameTicks
    let to = window.upperBound + air.frameTicks
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
        let hop = Hop(hops[Int(k & 3)], jitterSpan: air.jitterSpan, channels: air.channels)
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
      window: Range<Int64>, frameTicks: Int64, _ append: (inout [Arrival]) -> Void
    ) {
      unsorted.removeAll(keepingCapacity: true)
      append(&unsorted)
      let base = window.lowerBound - frameTicks
      func slot(_ start: Int64) -> Int { Int((start - base) / frameTicks) + 1 }
      let slotCount = slot(window.upperBound + frameTicks) + 2
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

    func members(_ slots: Range<Int>) -> Range<Int> {
      starts[slots.lowerBound]..<starts[slots.upperBound]
    }
  }
}
