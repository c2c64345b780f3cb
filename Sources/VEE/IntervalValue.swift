import Metering

/// The use of one interval of a day or month.
public struct IntervalValue: Hashable, Sendable {
  /// In counts, or in any fixed fraction of a unit that the caller keeps to.
  public var value: Int64
  public var quality: Quality
  /// Whether power failed within it. The value is still actual data.
  public var hasOutage: Bool

  public init(_ value: Int64, quality: Quality = .actual, hasOutage: Bool = false) {
    self.value = value
    self.quality = quality
    self.hasOutage = hasOutage
  }

  public static let missing = IntervalValue(0, quality: .missing)

  /// Whether there is nothing to bill: missing, or rejected and kept.
  public var needsEstimate: Bool { quality == .missing || quality == .rejected }
}

extension [IntervalValue] {
  /// The runs of intervals without a value, in order.
  public var intervalGaps: [Range<Int>] {
    var gaps: [Range<Int>] = []
    var start: Int?
    for (index, interval) in enumerated() {
      if interval.needsEstimate {
        start = start ?? index
      } else if let first = start {
        gaps.append(first..<index)
        start = nil
      }
    }
    if let first = start { gaps.append(first..<count) }
    return gaps
  }

  /// The intervals in groups of so many, such as 15 minutes of three IDM intervals of 5.
  ///
  /// A group has the sum of its values, saturating at 64 bits, and the quality of its least trusted
  /// one; one that lacks a value, or a member at the end, is missing. None for groups below 1.
  public func combined(by size: Int) -> [IntervalValue] {
    guard size >= 1 else { return [] }
    return stride(from: 0, to: count, by: size).map { start in
      let group = self[start..<Swift.min(start + size, count)]
      let hasOutage = group.contains(where: \.hasOutage)
      if group.count < size || group.contains(where: \.needsEstimate) {
        return IntervalValue(0, quality: .missing, hasOutage: hasOutage)
      }
      let sum = group.reduce(0 as Int128) { $0 + Int128($1.value) }
      let quality = group.map(\.quality).min { ($0.preference ?? -1) < ($1.preference ?? -1) }
      return IntervalValue(
        Int64(clamping: sum), quality: quality ?? .missing, hasOutage: hasOutage)
    }
  }
}
