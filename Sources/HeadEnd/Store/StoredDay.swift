import Metering

/// A day of a store whose current reads can be loaded, on any thread.
public struct StoredDay: Sendable {
  public let day: CivilDay
  private let slot: StoredSlot

  init(_ slot: StoredSlot) {
    day = slot.day
    self.slot = slot
  }

  /// The current reads, column by column, by ascending endpoint ID.
  ///
  /// `reasons` say why each version exists: of an estimate, how it was made.
  public func reads() throws(HeadEndError) -> (
    endpointIDs: [UInt32], registers: [Int64], readAt: [UTCMilliseconds], qualities: [Quality],
    reasons: [ReadReason?]
  ) {
    let rows = try slot.content().current
    return (
      rows.endpoints, rows.reads.map { Int64($0.register) }, rows.reads.map(\.stamp),
      rows.reads.map(\.quality), rows.reads.map(\.reason)
    )
  }
}

extension ReadStore {
  /// The days that have reads, ascending, to be loaded one by one.
  public func storedDays() -> [StoredDay] { days.map { StoredDay(slot($0)) } }
}
