import Metering

/// A read that a bill may be made on.
public struct CycleRead: Hashable, Sendable {
  /// Its local day.
  public var day: CivilDay
  public var at: UTCMilliseconds
  public var quality: Quality

  public init(day: CivilDay, at: UTCMilliseconds, quality: Quality) {
    self.day = day
    self.at = at
    self.quality = quality
  }
}

extension VEERules {
  /// The read to bill a cycle date on: of those in the window around it the one of the most
  /// preferred quality, then on the nearest day, then the earliest.
  ///
  /// - Parameter reads: in any order. Missing and rejected ones are never billed.
  /// - Returns: an index; nil when there is none: estimate.
  public func readIndex(cycleDate: CivilDay, among reads: [CycleRead]) -> Int? {
    let candidates = reads.indices.filter {
      let offset = offset(reads[$0], cycleDate)
      return reads[$0].quality.preference ?? 0 > 0
        && offset >= -Int128(readDaysBefore) && offset <= Int128(readDaysAfter)
    }
    func rank(_ index: Int) -> (Int, Int128, UTCMilliseconds) {
      let read = reads[index]
      return (-(read.quality.preference ?? 0), abs(offset(read, cycleDate)), read.at)
    }
    return candidates.min { rank($0) < rank($1) }
  }

  /// Days from the cycle date to the read's.
  private func offset(_ read: CycleRead, _ cycleDate: CivilDay) -> Int128 {
    Int128(read.day.number) - Int128(cycleDate.number)
  }
}
