/// Finds the transmissions that overlap a given time at one collector, for times shortly before
/// an anchor.
///
/// At the anchor each link is so many ticks into its period. Links are sorted by that, so that
/// whoever transmits around a time lies in a few neighbouring buckets; clock errors widen the
/// range by what they add up to between the time and the anchor.
struct PhaseIndex: Sendable {
  /// 2¹² ticks, 1/8 s.
  private static let bucketShift: Int64 = 12

  struct Entry {
    let link: Int32
    /// Number of the last transmission that nominally starts at or before the anchor; −1 or less
    /// when there is none.
    let lastK: Int32
    /// Ticks from its nominal start to the anchor, below the period.
    let elapsed: Int64
    let period: Int64
  }

  let anchor: Int64
  private let entries: [Entry]
  private let starts: [UInt32]

  init(_ air: CollectorAir, anchor: Int64) {
    self.anchor = anchor
    let count = air.links.count
    var elapsed: [Entry] = []
    elapsed.reserveCapacity(count)
    let buckets = Int(air.periodMax >> Self.bucketShift) + 1
    var starts = [UInt32](repeating: 0, count: buckets + 1)
    for link in 0..<count {
      let period = air.periods[link]
      let since = anchor - air.phases[link]
      let quotient = since >= 0 ? since / period : (since + 1) / period - 1
      let rest = since - quotient * period
      elapsed.append(
        Entry(
          link: Int32(truncatingIfNeeded: link), lastK: Int32(truncatingIfNeeded: quotient),
          elapsed: rest, period: period))
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

  /// Calls `body` with every transmission (link, k, nominal start) of other links whose nominal
  /// start lies in [earliest, latest]; `latest` is less than a period after the anchor.
  @inline(__always)
  func forEachStart(
    in air: CollectorAir, earliest: Int64, latest: Int64, except link: Int,
    _ body: (_ link: Int, _ k: UInt32, _ nominal: Int64) -> Void
  ) {
    // Ticks before the anchor: nominal start = anchor − (elapsed + back · period).
    let near = anchor - latest
    let far = anchor - earliest
    var back: Int64 = near < 0 ? -1 : max(0, (near - air.periodMax + 1) / air.periodMax)
    while true {
      let slow = back * (back < 0 ? air.periodMin : air.periodMax)
      let fast = back * (back < 0 ? air.periodMax : air.periodMin)
      let high = min(far - fast, air.periodMax - 1)
      if high < 0 { return }
      let low = max(0, near - slow)
      if low <= high {
        let first = Int(starts[Int(low >> Self.bucketShift)])
        let last = Int(starts[Int(high >> Self.bucketShift) + 1])
        for entry in entries[first..<last] {
          let before = entry.elapsed &+ back &* entry.period
          let k = Int64(entry.lastK) &- back
          if before >= near, before <= far, k >= 0, Int(entry.link) != link {
            body(Int(entry.link), UInt32(truncatingIfNeeded: k), anchor &- before)
          }
        }
      }
      back += 1
    }
  }
}
