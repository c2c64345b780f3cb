import Metering

/// One interval as one frame reports it.
public struct ReceivedInterval: Hashable, Sendable {
  public var end: UTCMilliseconds
  public var counts: Int64
  /// When the frame was received.
  public var receivedAt: UTCMilliseconds

  public init(end: UTCMilliseconds, counts: Int64, receivedAt: UTCMilliseconds) {
    self.end = end
    self.counts = counts
    self.receivedAt = receivedAt
  }
}

/// The intervals of one register, one for each end.
///
/// Frames of interval meters repeat the intervals of earlier ones.
public struct IntervalSeries: Equatable, Sendable {
  /// Ascending by end.
  public let values: [ReceivedInterval]
  /// Ends, ascending, of which frames report different counts.
  public let disagreements: [UTCMilliseconds]

  /// Keeps of each end what the latest frame says, and of frames of one time the greatest count, so
  /// that the order in which they are given does not matter.
  public init(merging received: [ReceivedInterval]) {
    var values: [ReceivedInterval] = []
    var disagreements: [UTCMilliseconds] = []
    let sorted = received.sorted {
      ($0.end, $0.receivedAt, $0.counts) < ($1.end, $1.receivedAt, $1.counts)
    }
    for interval in sorted {
      guard let last = values.last, last.end == interval.end else {
        values.append(interval)
        continue
      }
      if last.counts != interval.counts, disagreements.last != interval.end {
        disagreements.append(interval.end)
      }
      values[values.count - 1] = interval
    }
    self.values = values
    self.disagreements = disagreements
  }

  /// Compares the series with the intervals that a period must have: exactly one for each end.
  ///
  /// - Parameters:
  ///   - start: where the first interval starts.
  ///   - through: the last end, if it is a whole number of steps from the start.
  ///   - step: an interval's milliseconds; below 1 there are no intervals.
  public func coverage(
    from start: UTCMilliseconds, through end: UTCMilliseconds, step: Int64
  ) -> IntervalCoverage {
    guard step >= 1, start < end else { return IntervalCoverage(gaps: [], overlaps: []) }
    let wideStep = Int128(step)
    let wideStart = Int128(start)
    let last = wideStart + (Int128(end) - wideStart) / wideStep * wideStep
    var gaps: [ClosedRange<UTCMilliseconds>] = []
    var overlaps: [UTCMilliseconds] = []
    var expected = wideStart + wideStep
    func close(through missing: Int128) {
      if expected <= missing { gaps.append(Int64(expected)...Int64(missing)) }
    }
    for value in values where value.end > start && value.end <= end {
      let found = Int128(value.end)
      guard (found - wideStart) % wideStep == 0 else {
        overlaps.append(value.end)
        continue
      }
      close(through: found - wideStep)
      expected = found + wideStep
    }
    close(through: last)
    return IntervalCoverage(gaps: gaps, overlaps: overlaps)
  }
}

/// Where a series has no interval, or one across two of the expected ones.
public struct IntervalCoverage: Equatable, Sendable {
  /// The first and last end of each run of missing intervals.
  public let gaps: [ClosedRange<UTCMilliseconds>]
  /// Ends between the expected ones.
  public let overlaps: [UTCMilliseconds]
}
