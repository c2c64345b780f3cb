import Metering

/// A register's count at a wanted time, such as midnight or a cycle date.
public struct ReadAtTime: Equatable, Sendable {
  public let count: Int64
  /// When the count holds: the wanted time, or that of the read that was taken as it is.
  public let at: UTCMilliseconds
  /// Whether it was interpolated (flag `interpolated`).
  public let isInterpolated: Bool
}

extension VEERules {
  /// The count at a wanted time from the actual reads nearest to it on either side.
  ///
  /// The nearer of the two, the earlier one of equals, is taken as it is if it is near enough; else
  /// the count is linear in time between the two, if they are near enough to each other.
  ///
  /// - Parameters:
  ///   - target: the wanted time.
  ///   - before: the last read at or before it; one after it is ignored.
  ///   - after: the first read at or after it; one before it is ignored.
  ///   - span: number of different counts.
  /// - Returns: nil when no rule gives a count, or the register ran backwards: estimate by history.
  public func read(
    at target: UTCMilliseconds, before: RegisterPoint?, after: RegisterPoint?, span: Int64
  ) -> ReadAtTime? {
    let before = before.flatMap { $0.at <= target ? $0 : nil }
    let after = after.flatMap { $0.at >= target ? $0 : nil }
    func distance(_ read: RegisterPoint) -> Int64 {
      max(milliseconds(from: read.at, to: target), milliseconds(from: target, to: read.at))
    }
    let nearest = [before, after].compactMap(\.self).min { distance($0) < distance($1) }
    if let nearest, Int128(distance(nearest)) <= Int128(max(readAtTimeAsIsHours, 0)) * hour {
      return ReadAtTime(count: nearest.count, at: nearest.at, isInterpolated: false)
    }
    guard let before, let after,
      Int128(after.at) - Int128(before.at) <= Int128(readAtTimeMaxHours) * hour,
      case .use = RegisterAdvance.between(
        before.count, after.count, span: span, plausibleCounts: .max)
    else { return nil }
    let count = RegisterEstimate.between(before, after, at: target, span: span)
    return ReadAtTime(count: count, at: target, isInterpolated: true)
  }
}

private let hour: Int128 = 3_600_000
