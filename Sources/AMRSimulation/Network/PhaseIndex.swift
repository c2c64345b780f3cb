import ArrivalLanes
import RandomStreams

/// Finds the transmissions that overlap a frame at one collector, for frames near an anchor in time.
///
/// At the anchor each link is so many ticks into its period. Links are sorted by that, so that
/// whoever transmits around a time lies in a few neighbouring buckets; clock errors widen the
/// range by what they add up to between the time and the anchor, and so does drift.
/// Times and channels of those in the range are computed by vectors.
final class PhaseIndex {
  /// The shortest buckets are 2⁹ ticks, 1/64 s.
  private static let bucketShiftMin: Int64 = 9
  /// Elements that vectors may read beyond the last one.
  private static let padding = 16

  private let level: vector_level
  private let anchor: Int64
  private let periodMin: Int64
  private let periodMax: Int64
  /// A bucket is 2^shift ticks of a period.
  private let bucketShift: Int64
  /// The first entry of each bucket.
  private let starts: [UInt32]
  private let links: UnsafeMutablePointer<Int32>
  private let endpoints: UnsafeMutablePointer<UInt32>
  /// Ticks from the nominal start of each link's last transmission to the anchor, below its period.
  private let elapsed: UnsafeMutablePointer<UInt32>
  private let periods: UnsafeMutablePointer<UInt32>
  /// The number of that transmission; −1 or less when there is none yet.
  private let lastKs: UnsafeMutablePointer<Int32>
  /// Room for the entries that one look-up finds.
  private let hits: UnsafeMutablePointer<UInt32>
  private var query = phase_query()

  /// - Parameters:
  ///   - middle: the anchor.
  ///   - span: it serves starts about half of so many ticks from the anchor; less than 2³⁰.
  init(_ air: CollectorAir, middle anchor: Int64, span: Int64, level: VectorLevel) {
    self.level = level.level
    self.anchor = anchor
    periodMin = air.periodMin
    periodMax = air.periodMax
    let count = air.links.count
    // With long periods or few links more buckets than some for each link would only take time.
    var bucketShift = Self.bucketShiftMin
    while periodMax >> bucketShift > 4 * count + 64 { bucketShift += 1 }
    self.bucketShift = bucketShift
    links = Self.zeros(count)
    endpoints = Self.zeros(count)
    elapsed = Self.zeros(count)
    periods = Self.zeros(count)
    lastKs = Self.zeros(count)
    hits = Self.zeros(count)

    // As if all that they send were delayed as at the anchor.
    let delay = air.drift?.delay(at: anchor) ?? 0
    let quotients = (0..<count).map { link in
      let since =
        anchor - air.phases[link] - ClockDrift.ticks(ofDelay: delay, exposure: air.exposures[link])
      let period = air.periods[link]
      let quotient = since >= 0 ? since / period : (since + 1) / period - 1
      return (k: quotient, rest: since - quotient * period)
    }
    let buckets = Int(air.periodMax >> bucketShift) + 1
    var starts = [UInt32](repeating: 0, count: buckets + 1)
    for (_, rest) in quotients { starts[Int(rest >> bucketShift) + 1] += 1 }
    for bucket in 1...buckets { starts[bucket] += starts[bucket - 1] }
    var next = starts
    for link in 0..<count {
      let (k, rest) = quotients[link]
      let place = Int(next[Int(rest >> bucketShift)])
      next[Int(rest >> bucketShift)] += 1
      links[place] = Int32(truncatingIfNeeded: link)
      endpoints[place] = air.endpointIDs[link]
      elapsed[place] = UInt32(rest)
      periods[place] = UInt32(air.periods[link])
      lastKs[place] = Int32(truncatingIfNeeded: k)
    }
    self.starts = starts
    query.seed = air.seed
    query.timing_stream = StreamName.timing.rawValue
    query.jitter_span = air.jitterSpan
    query.channels = air.channels
    // A sequence of hops tells the channel otherwise: all channels are looked at.
    query.any_channel = air.hopSequence == nil ? 0 : .max
    query.endpoint = UnsafePointer(endpoints)
    query.elapsed = UnsafePointer(elapsed)
    query.period = UnsafePointer(periods)
    query.last_k = UnsafePointer(lastKs)
  }

  private static func zeros<Element: FixedWidthInteger>(_ count: Int)
    -> UnsafeMutablePointer<Element>
  {
    let place = UnsafeMutablePointer<Element>.allocate(capacity: count + padding)
    place.initialize(repeating: 0, count: count + padding)
    return place
  }

  deinit {
    links.deallocate()
    endpoints.deallocate()
    elapsed.deallocate()
    periods.deallocate()
    lastKs.deallocate()
    hits.deallocate()
  }

  /// Calls `body` with the link and number of every transmission that overlaps a frame on its
  /// channel, the frame itself among them, and possibly of some that do not or that are never sent.
  @inline(__always)
  func forEachNear(_ frame: Reception, in air: CollectorAir, _ body: (Int, UInt32) -> Void) {
    let length = air.frameTicks[frame.link]
    query.before_anchor = Int32(truncatingIfNeeded: anchor - frame.start)
    let (early, late) = slack(of: frame, in: air)
    query.earliest = Int32(truncatingIfNeeded: 1 - air.maxFrameTicks - late)
    query.span = UInt32(truncatingIfNeeded: air.maxFrameTicks - 1 + length + early + late)
    query.channel = UInt32(frame.channel)
    // Ticks before the anchor: nominal start = anchor − (elapsed + back · period). What overlaps
    // starts before the frame ends, and less than its own length before the frame.
    let near = anchor - (frame.start + length - 1) - early
    let far = anchor - (frame.start - air.maxFrameTicks + 1 - Int64(air.jitterSpan - 1)) + late
    // The first for which any entry can be as far as `near`, rounded down; negative ones come
    // after the anchor.
    let nearest = near - periodMax + 1
    var back = nearest < 0 ? (nearest - periodMin + 1) / periodMin : nearest / periodMax
    while true {
      let slow = back * (back < 0 ? periodMin : periodMax)
      let fast = back * (back < 0 ? periodMax : periodMin)
      let high = min(far - fast, periodMax - 1)
      if high < 0 { return }
      let low = max(0, near - slow)
      if low <= high {
        query.back = Int32(truncatingIfNeeded: back)
        let found = phase_hits(
          level, &query, starts[Int(low >> bucketShift)],
          starts[Int(high >> bucketShift) + 1], hits)
        for index in 0..<Int(found) {
          let entry = Int(hits[index])
          body(Int(links[entry]), UInt32(bitPattern: lastKs[entry] &- query.back))
        }
      }
      back += 1
    }
  }

  /// By how many ticks what overlaps a frame can start earlier and later than its entry says.
  @inline(__always)
  private func slack(of frame: Reception, in air: CollectorAir) -> (early: Int64, late: Int64) {
    guard let drift = air.drift else { return (0, 0) }
    let end = frame.start + air.frameTicks[frame.link]
    let most = drift.most(at: end)
    // The first transmission of the block of what starts earliest.
    let first =
      frame.start - air.maxFrameTicks - Int64(air.jitterSpan) - most
      - periodMax << Int64(ClockDrift.blockShift)
    return (
      max(0, drift.most(at: anchor) - drift.ticks(at: first, exposure: .max)),
      max(0, most - drift.ticks(at: anchor, exposure: .max))
    )
  }
}
