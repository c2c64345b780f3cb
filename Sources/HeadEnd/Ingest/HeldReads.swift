import Metering

extension Intake {
  /// Calls `body` with the current read of every endpoint and slot that is held in memory, day by
  /// day: all that were taken in since the start, as long as they are not more than fit.
  public func forEachHeldRead(
    _ body: (
      _ endpoint: EndpointID, _ day: CivilDay, _ register: Int64, _ readAt: UTCMilliseconds,
      _ collector: CollectorID
    ) -> Void
  ) {
    for (number, slot) in slots.sorted(by: { $0.key < $1.key }) {
      for (row, id) in index.ids.enumerated() where !slot[row].isNone {
        let read = slot[row].read(endpoint: id, slotStart: slot.start)
        body(
          EndpointID(rawValue: id), CivilDay(number: number), read.register, read.stamp,
          CollectorID(rawValue: read.collector))
      }
    }
  }
}
