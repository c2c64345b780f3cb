import Metering
import SystemMemory
import VEE

/// What a day has for an endpoint after validation.
enum DayValue: UInt8, CaseIterable {
  /// The endpoint is not in service.
  case none
  /// Neither a good read nor anything to estimate from.
  case missing
  /// What a collector received.
  case actual
  /// What the customer said.
  case customer
  /// What a person verified.
  case verified
  case betweenReads
  case byHistory
  case byClassAverage

  var quality: Quality {
    switch self {
    case .none, .missing: .missing
    case .actual: .actual
    case .customer: .customer
    case .verified: .verified
    case .betweenReads, .byHistory, .byClassAverage: .estimated
    }
  }

  var isEstimated: Bool { reason != nil }

  var reason: ReadReason? {
    switch self {
    case .none, .missing, .actual, .customer, .verified: nil
    case .betweenReads: .betweenReads
    case .byHistory: .byHistory
    case .byClassAverage: .byClassAverage
    }
  }
}

extension DayValue {
  /// - Parameter attributes: of a cell after validation.
  @inline(__always)
  fileprivate init(counted attributes: UInt16) {
    let counted = UInt8(truncatingIfNeeded: attributes >> 8)
    let value = UInt8(truncatingIfNeeded: attributes)
    self = DayValue(rawValue: counted == 0 ? value : counted - 1) ?? .none
  }
}

/// The reads of a stretch of days, a cell for each day and endpoint of the registry: first what was
/// received, then, cell by cell, what validation makes of it.
///
/// Unchecked: days are loaded, and endpoints validated, each on one thread at a time.
final class ReadGrid: @unchecked Sendable {
  /// One reception, as it wins its slot.
  struct Received {
    var register: UInt32
    var at: UTCMilliseconds
    var ertType: UInt8
    var tamper: UInt8
  }

  /// Endpoints whose cells lie together: a day of them is a few lines of the processor's cache, and
  /// all days of them fit there, whether one goes along a day or along an endpoint.
  fileprivate static let tileBits = 6

  let firstDay: CivilDay
  let dayCount: Int
  let endpointCount: Int
  /// 00:00 of the first day. Cells hold whole seconds after it.
  private let start: UTCMilliseconds
  /// One more than the register; 0 where there is none.
  private let registers: ZeroedMemory<UInt32>
  private let seconds: ZeroedMemory<UInt32>
  /// Before validation ERT type × 32 + tamper; after it a `DayValue`, and in the upper byte, where a
  /// day does not count as that, one more than the `DayValue` as which it counts.
  private let attributes: ZeroedMemory<UInt16>

  init(firstDay: CivilDay, dayCount: Int, endpointCount: Int, clock: LocalClock) {
    self.firstDay = firstDay
    self.dayCount = dayCount
    self.endpointCount = endpointCount
    start = clock.startOfDay(firstDay)
    let rows = ((endpointCount + (1 << Self.tileBits) - 1) >> Self.tileBits) << Self.tileBits
    let purpose = "\(dayCount) days of \(endpointCount) endpoints"
    registers = ZeroedMemory(count: dayCount * rows, for: purpose)
    seconds = ZeroedMemory(count: dayCount * rows, for: purpose)
    attributes = ZeroedMemory(count: dayCount * rows, for: purpose)
  }

  @inline(__always)
  private func place(_ day: Int, _ row: Int) -> Int {
    precondition(day >= 0 && day < dayCount && row >= 0 && row < endpointCount)
    let tile = (row &>> Self.tileBits) &* dayCount &+ day
    return tile &<< Self.tileBits | row & ((1 &<< Self.tileBits) &- 1)
  }

  /// The last instant of a day, to the second: what estimates are for.
  func end(ofDay day: Int) -> UTCMilliseconds {
    start + Int64(day + 1) * millisecondsPerDay - 1000
  }

  func start(ofDay day: Int) -> UTCMilliseconds { start + Int64(day) * millisecondsPerDay }

  // MARK: - What was received

  /// Puts in a reception, whose instant is cut to whole seconds within its day.
  @inline(__always)
  func receive(_ day: Int, _ row: Int, register: UInt32, at: UTCMilliseconds, attributes: UInt16) {
    let place = place(day, row)
    registers.values[place] = register &+ 1
    let second = max(0, min((at - start) / 1000, Int64(UInt32.max)))
    seconds.values[place] = UInt32(truncatingIfNeeded: second)
    self.attributes.values[place] = attributes
  }

  @inline(__always)
  func received(_ day: Int, _ row: Int) -> Received? {
    cells(of: row).received(day)
  }

  /// When what was received in a cell was sent, to the second.
  func stamp(_ day: Int, _ row: Int) -> UTCMilliseconds {
    start + Int64(seconds.values[place(day, row)]) * 1000
  }

  // MARK: - What validation makes of it

  @inline(__always)
  func set(_ day: Int, _ row: Int, _ value: DayValue, register: Int64) {
    let place = place(day, row)
    registers.values[place] = UInt32(truncatingIfNeeded: register) &+ 1
    attributes.values[place] = UInt16(value.rawValue)
  }

  /// Leaves a cell without a register.
  @inline(__always)
  func clear(_ day: Int, _ row: Int, as value: DayValue) {
    let place = place(day, row)
    registers.values[place] = 0
    attributes.values[place] = UInt16(value.rawValue)
  }

  @inline(__always)
  func value(_ day: Int, _ row: Int) -> DayValue {
    DayValue(rawValue: UInt8(truncatingIfNeeded: attributes.values[place(day, row)])) ?? .none
  }

  /// Lets a day that has its value count as another one.
  func count(_ day: Int, _ row: Int, as counted: DayValue) {
    let place = place(day, row)
    attributes.values[place] =
      attributes.values[place] & 0xff | (UInt16(counted.rawValue) + 1) << 8
  }

  /// As what a day counts: mostly its value.
  func counted(_ day: Int, _ row: Int) -> DayValue {
    DayValue(counted: attributes.values[place(day, row)])
  }

  /// The cells of a day, for whoever goes along it.
  func cells(on day: Int) -> DayCells {
    precondition(day >= 0 && day < dayCount)
    let offset = day << Self.tileBits
    return DayCells(
      registers: registers.values + offset, attributes: attributes.values + offset,
      tileStride: dayCount << Self.tileBits, count: endpointCount, grid: self)
  }

  /// The cells of an endpoint, for whoever goes along its days.
  @inline(__always)
  func cells(of row: Int) -> RowCells {
    precondition(row >= 0 && row < endpointCount)
    let offset = place(0, row)
    return RowCells(
      registers: registers.values + offset, seconds: seconds.values + offset,
      attributes: attributes.values + offset, start: start, dayCount: dayCount, grid: self)
  }

  /// The value of a cell in counts; nil where it has none.
  @inline(__always)
  func register(_ day: Int, _ row: Int) -> Int64? {
    let register = registers.values[place(day, row)]
    return register == 0 ? nil : Int64(register) - 1
  }
}

extension ReadGrid {
  /// What the cells of one day have after validation, by row of the endpoint.
  struct DayCells {
    fileprivate let registers: UnsafeMutablePointer<UInt32>
    fileprivate let attributes: UnsafeMutablePointer<UInt16>
    fileprivate let tileStride: Int
    let count: Int
    // Keeps the memory.
    fileprivate let grid: ReadGrid

    @inline(__always)
    private func place(_ row: Int) -> Int {
      precondition(row >= 0 && row < count)
      return (row &>> tileBits) &* tileStride &+ (row & ((1 &<< tileBits) &- 1))
    }

    @inline(__always)
    func value(_ row: Int) -> DayValue {
      DayValue(rawValue: UInt8(truncatingIfNeeded: attributes[place(row)])) ?? .none
    }

    /// As what the day counts.
    @inline(__always)
    func counted(_ row: Int) -> DayValue { DayValue(counted: attributes[place(row)]) }

    /// In counts; nil where there is none.
    @inline(__always)
    func register(_ row: Int) -> Int64? {
      let register = registers[place(row)]
      return register == 0 ? nil : Int64(register) - 1
    }
  }

  /// The cells of one endpoint, by day.
  struct RowCells {
    fileprivate let registers: UnsafeMutablePointer<UInt32>
    fileprivate let seconds: UnsafeMutablePointer<UInt32>
    fileprivate let attributes: UnsafeMutablePointer<UInt16>
    fileprivate let start: UTCMilliseconds
    fileprivate let dayCount: Int
    // Keeps the memory.
    fileprivate let grid: ReadGrid

    @inline(__always)
    private func place(_ day: Int) -> Int {
      precondition(day >= 0 && day < dayCount)
      return day &<< tileBits
    }

    @inline(__always)
    func received(_ day: Int) -> Received? {
      let place = place(day)
      let (register, attributes) = (registers[place], attributes[place])
      guard register != 0 else { return nil }
      return Received(
        register: register &- 1, at: start &+ Int64(seconds[place]) &* 1000,
        ertType: UInt8(truncatingIfNeeded: attributes >> 5),
        tamper: UInt8(truncatingIfNeeded: attributes & 31))
    }

    /// Makes what was received the day's value.
    @inline(__always)
    func accept(_ day: Int) { attributes[place(day)] = UInt16(DayValue.actual.rawValue) }

    /// In counts; nil where there is none.
    @inline(__always)
    func register(_ day: Int) -> Int64? {
      let register = registers[place(day)]
      return register == 0 ? nil : Int64(register) - 1
    }
  }
}
