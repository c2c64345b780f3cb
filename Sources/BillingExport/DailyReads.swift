import Metering

/// How a read was estimated.
public enum EstimateMethod: String, CaseIterable, Sendable {
  /// In line between two good reads.
  case betweenReads = "between_reads"
  /// The last good read and the meter's own average daily use.
  case byHistory = "by_history"
  /// The last good read and the average daily use of meters of its kind.
  case byClassAverage = "by_class_average"
}

/// The current reads of one day's slot, one element per endpoint in each column.
public struct DayOfReads: Sendable {
  /// Strictly ascending.
  public let endpointIDs: [UInt32]
  /// Dial counts.
  public let registers: [Int64]
  public let readAt: [UTCMilliseconds]
  public let qualities: [Quality]
  /// Of the estimated reads; empty where there are none.
  public let methods: [EstimateMethod?]
  /// The qualities that occur.
  let qualitiesPresent: QualitySet

  /// - Parameter methods: how each read was estimated; may be empty where none was.
  /// - Throws: `BillingError.dayOfReads` when the columns differ in length, the endpoints are not
  ///   strictly ascending, an instant lies outside the years that ISO 8601 writes with four digits,
  ///   or an estimate has no method.
  public init(
    endpointIDs: [UInt32], registers: [Int64], readAt: [UTCMilliseconds], qualities: [Quality],
    methods: [EstimateMethod?] = []
  ) throws(BillingError) {
    let count = endpointIDs.count
    guard registers.count == count, readAt.count == count, qualities.count == count,
      methods.isEmpty || methods.count == count
    else {
      throw .dayOfReads(
        "columns of different lengths: \(count) endpoints, \(registers.count) registers, "
          + "\(readAt.count) instants, \(qualities.count) qualities, \(methods.count) methods; "
          + "expected one of each a read")
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
    var present = QualitySet()
    for quality in qualities { present.insert(quality) }
    if present.contains(.estimated) {
      for row in qualities.indices
      where qualities[row] == .estimated && (methods.isEmpty || methods[row] == nil) {
        throw .dayOfReads(
          "row \(row): endpoint \(endpointIDs[row]) is estimated; expected a method of estimation")
      }
    }
    self.endpointIDs = endpointIDs
    self.registers = registers
    self.readAt = readAt
    self.qualities = qualities
    self.methods = present.contains(.estimated) ? methods : []
    qualitiesPresent = present
  }
}

/// Some of the qualities.
struct QualitySet: Hashable, Sendable {
  private var bits: UInt8 = 0

  mutating func insert(_ quality: Quality) { bits |= Self.bit(quality) }

  func contains(_ quality: Quality) -> Bool { bits & Self.bit(quality) != 0 }

  @inline(__always)
  private static func bit(_ quality: Quality) -> UInt8 {
    switch quality {
    case .actual: 1
    case .customer: 2
    case .estimated: 4
    case .verified: 8
    case .rejected: 16
    case .missing: 32
    }
  }
}

/// Where the export gets a day's reads from.
public protocol DailyReads {
  /// The current reads of a day, or nil when nothing was read on it.
  func reads(on day: CivilDay) throws -> DayOfReads?
  /// The endpoints heard on some days that the registry does not know, in order of endpoint.
  func unknownEndpoints(heard days: ClosedRange<CivilDay>) throws -> [UnknownEndpoint]
}

extension DailyReads {
  /// None, where nobody kept them.
  public func unknownEndpoints(heard days: ClosedRange<CivilDay>) -> [UnknownEndpoint] { [] }
}

/// From 1900-01-01 up to, not including, 9999-12-31, both UTC: far enough from the limits of
/// `Int64` that adding an offset cannot overflow.
let writableInstants: Range<UTCMilliseconds> = {
  let utc = LocalClock(utcOffsetMinutes: 0)
  return utc.startOfDay(
    CivilDay(year: 1900, month: 1, day: 1))..<utc.startOfDay(
      CivilDay(year: 9999, month: 12, day: 31))
}()
