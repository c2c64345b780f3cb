/// Finds the transmissions that overlap a given time at one collector, for times shortly before
/// an anchor.
///
/// At the anchor each link is so many ticks into its period. Links are sorted by that, so that
/// whoever transmits around a time lies in a few neighbouring buckets; clock errors widen the
/// range by what they add up to between the time and the anchor, and drift by what it can differ.
struct PhaseIndex: Sendable {
  /// 2¹⁰ ticks, 1/32 s.
  private static let bucketShift: Int64 = 10

  struct Entry {
    let link: Int32
    /// Number of the last transmission that nominally starts at or before the anchor; −1 or less
    /// when there is none.
    let lastK: Int32
    /// Ticks from its nominal start to the anchor, below the period.
    let elapsed: UInt32
    let period: UInt32
  }

  let anchor: Int64
  /// Ticks by which a start can be earlier than its entry says.
  private let slack: Int64
  private let entries: [Entry]
  private let starts: [UInt32]

  /// - Parameter span: it serves starts up to so many ticks before the anchor.
  init(_ air: CollectorAir, anchor: Int64, span: Int64) {
    self.anchor = anchor
    // Each link has the drift of a period after the anchor, when it is the greatest.
    let latest = anchor + air.periodMax
    if let drift = air.drift {
      let most = drift.most(at: latest)
      let earliest = anchor - span - air.maxFrameTicks - Int64(air.jitterSpan) - most
      slack = most - drift.ticks(at: earliest, exposure: .max)
    } else {
      slack = 0
    }
    let count = air.links.count
    var elapsed: [Entry] = []
    elapsed.reserveCapacity(count)
    let buckets = Int(air.periodMax >> Self.bucketShift) + 1
    var starts = [UInt32](repeating: 0, count: buckets + 1)
    for link in 0..<count {
      let period = air.periods[link]
      let since = anchor - air.phases[link] - air.drift(link: link, at: latest)
      let quotient = since >= 0 ? since / period : (since + 1) / period - 1
      let rest = since - quotient * period
      elapsed.append(
        Entry(
          link: Int32(truncatingIfNeeded: link), lastK: Int32(truncatingIfNeeded: quotient),
          elapsed: UInt32(rest), period: UInt32(period)))
      starts[Int(rest >> Self.bucketShift) + 1] += 1
    }
    for bucket in 1...buckets { starts[bucket] += starts[bucket - 1] }
    var next = starts
    var entries = elapsed
    for entry in elapsed {
      let bucket = Int(entry.elapsed >> Self.bucketShift)
      entries[Int(next[bucket])] = entry
      next[bucket] += 1
    }
    self.entries = entries
    self.starts = starts
  }

  /// Finds every transmission whose start before its jitter lies in [earliest, latest], and some that
  /// do not; `latest` is less than a period after the anchor.
  ///
  /// - Parameters:
  ///   - found: room for the result, which grows as needed.
  /// - Returns: how many there are, at the front of `found`.
  @inline(__always)
  func starts(
    in air: CollectorAir, earliest: Int64, latest: Int64, into found: inout [Candidate]
  ) -> Int {
    // Ticks before the anchor: nominal start = anchor − (elapsed + back · period).
    let near = anchor - latest - slack
    let far = anchor - earliest
    let width = UInt64(bitPattern: far - near)
    var back: Int64 = near < 0 ? -1 : max(0, (near - air.periodMax + 1) / air.periodMax)
    var count = 0
    while true {
      let slow = back * (back < 0 ? air.periodMin : air.periodMax)
      let fast = back * (back < 0 ? air.periodMax : air.periodMin)
      let high = min(far - fast, air.periodMax - 1)
      if high < 0 { return count }
      let low = max(0, near - slow)
      if low <= high {
        let first = Int(starts[Int(low >> Self.bucketShift)])
        let last = Int(starts[Int(high >> Self.bucketShift) + 1])
        let room = count + last - first
        if found.count < room {
          found += repeatElement(Candidate(), count: room - found.count)
        }
        // Whether an entry lies in the range cannot be foretold: it is written in any case, and
        // only counted when it does.
        for entry in entries[first..<last] {
          let before = Int64(entry.elapsed) &+ back &* Int64(entry.period)
          found[count] = Candidate(
            link: entry.link, k: entry.lastK &- Int32(truncatingIfNeeded: back))
          count &+= UInt64(bitPattern: before &- near) <= width ? 1 : 0
        }
      }
      back += 1
    }
  }
}

/// One transmission that a look-up found.
struct Candidate {
  var link: Int32 = 0
  /// Negative for what would have started before the run, and possibly beyond the endpoint's life.
  var k: Int32 = 0
}
