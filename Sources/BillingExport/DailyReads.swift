import Metering

/// The current reads of one day's slot, one element per endpoint in each column.
public struct DayOfReads: Sendable {
  /// Strictly ascending.
  public let endpointIDs: [UInt32]
  /// Dial counts.
  public let registers: [Int64]
  public let readAt: [UTCMilliseconds]
  public let qualities: [Quality]

  /// - Throws: `BillingError.dayOfReads` when the columns differ in length, the endpoints are not
  ///   strictly ascending, or an instant lies outside the years that ISO 8601 writes with four
  ///   digits.
  public init(
    endpointIDs: [UInt32], registers: [Int64], readAt: [UTCMilliseconds], qualities: [Quality]
  ) throws(BillingError) {
    let count = endpointIDs.count
    guard registers.count == count, readAt.count == count, qualities.count == count else {
      throw .dayOfReads(
        "columns of different lengths: \(count) endpoints, \(registers.count) registers, "
          + "\(readAt.count) instants, \(qualities.count) qualities; expected one of each a read")
    }
    for row in endpointIDs.indices.dropFirst() where endpointIDs[row - 1] >= endpointIDs[row] {
      throw .dayOfReads(
        "row \(row): endpoint \(endpointIDs[row]) follows \(endpointIDs[row - 1]); "
          + "expected each endpoint once, in ascending order")
    }
    for row in readAt.indices where !writableInstants.contains(readAt[row]) {
      throw .dayOfReads(
        "row \(row): endpoint \(endpointIDs[row]) was read at \(readAt[row]) ms after 1970; "
          + "expected an instant of the years 1900 to 9999")
    }
    self.endpointIDs = endpointIDs
    self.registers = registers
    self.readAt = readAt
    self.qualities = qualities
  }
}

/// Where the export gets a day's reads from.
public protocol DailyReads {
  /// The current reads of a day, or nil when nothing was read on it.
  func reads(on day: CivilDay) throws -> DayOfReads?
}

/// From 1900-01-01 up to, not including, 9999-12-31, both UTC: far enough from the limits of
/// `Int64` that adding an offset cannot overflow.
let writableInstants: Range<UTCMilliseconds> = {
  let utc = LocalClock(utcOffsetMinutes: 0)
  return utc.startOfDay(
    CivilDay(year: 1900, month: 1, day: 1))..<utc.startOfDay(
      CivilDay(year: 9999, month: 12, day: 31))
}()
