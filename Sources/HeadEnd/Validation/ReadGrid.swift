import Metering
import VEE

/// What a day has for an endpoint after validation.
enum DayValue: UInt8 {
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

  private static let noRegister = UInt32.max

  let firstDay: CivilDay
  let dayCount: Int
  let endpointCount: Int
  /// 00:00 of the first day. Cells hold whole seconds after it.
  private let start: UTCMilliseconds
  private let registers: UnsafeMutableBufferPointer<UInt32>
  private let seconds: UnsafeMutableBufferPointer<UInt32>
  /// Before validation ERT type × 32 + tamper; after it a `DayValue`.
  private let attributes: UnsafeMutableBufferPointer<UInt16>

  init(firstDay: CivilDay, dayCount: Int, endpointCount: Int, clock: LocalClock) {
    self.firstDay = firstDay
    self.dayCount = dayCount
    self.endpointCount = endpointCount
    start = clock.startOfDay(firstDay)
    let count = dayCount * endpointCount
    registers = .allocate(capacity: count)
    registers.initialize(repeating: Self.noRegister)
    seconds = .allocate(capacity: count)
    seconds.initialize(repeating: 0)
    attributes = .allocate(capacity: count)
    attributes.initialize(repeating: 0)
  }

  deinit {
    registers.deallocate()
    seconds.deallocate()
    attributes.deallocate()
  }

  @inline(__always)
  private func place(_ day: Int, _ row: Int) -> Int {
    precondition(day >= 0 && day < dayCount && row >= 0 && row < endpointCount)
    return day * endpointCount + row
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
    registers[place] = register
    let second = max(0, min((at - start) / 1000, Int64(UInt32.max)))
    seconds[place] = UInt32(truncatingIfNeeded: second)
    self.attributes[place] = attributes
  }

  @inline(__always)
  func received(_ day: Int, _ row: Int) -> Received? {
    let place = place(day, row)
    guard registers[place] != Self.noRegister else { return nil }
    return Received(
      register: registers[place], at: start + Int64(seconds[place]) * 1000,
      ertType: UInt8(truncatingIfNeeded: attributes[place] >> 5),
      tamper: UInt8(truncatingIfNeeded: attributes[place] & 31))
  }

  /// When what was received in a cell was sent, to the second.
  func stamp(_ day: Int, _ row: Int) -> UTCMilliseconds {
    start + Int64(seconds[place(day, row)]) * 1000
  }

  // MARK: - What validation makes of it

  @inline(__always)
  func set(_ day: Int, _ row: Int, _ value: DayValue, register: Int64) {
    let place = place(day, row)
    registers[place] = UInt32(truncatingIfNeeded: register)
    attributes[place] = UInt16(value.rawValue)
  }

  /// Leaves a cell without a register.
  @inline(__always)
  func clear(_ day: Int, _ row: Int, as value: DayValue) {
    let place = place(day, row)
    registers[place] = Self.noRegister
    attributes[place] = UInt16(value.rawValue)
  }

  @inline(__always)
  func value(_ day: Int, _ row: Int) -> DayValue {
    DayValue(rawValue: UInt8(truncatingIfNeeded: attributes[place(day, row)])) ?? .none
  }

  /// The value of a cell in counts; nil where it has none.
  @inline(__always)
  func register(_ day: Int, _ row: Int) -> Int64? {
    let place = place(day, row)
    return registers[place] == Self.noRegister ? nil : Int64(registers[place])
  }
}
