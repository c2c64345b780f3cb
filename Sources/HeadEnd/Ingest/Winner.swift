import ERTProtocol
import Metering

/// The best reception of an endpoint in a slot so far, in 128 bits: of two, the greater number is
/// the greater reception in the order of `ReceivedRead`.
///
/// | bits | field |
/// |---|---|
/// | 127 | 1; all bits are 0 where there is no reception |
/// | 100–126 | stamp, in ms after the start of the slot |
/// | 92–99 | RSSI in dBm, plus 128 |
/// | 60–91 | 2³² − 1 − collector |
/// | 0–59 | what the frame says besides its endpoint (`SCMFrame.content`) |
///
/// Endpoint and slot are known by where the value stands.
struct Winner: Equatable, Comparable, Sendable {
  private let high: UInt64
  private let low: UInt64

  /// Loses to every reception.
  static let none = Winner(high: 0, low: 0)

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// - Parameter milliseconds: from the start of the slot to the stamp, less than a day.
  @inline(__always)
  init(milliseconds: UInt64, rssiDbm: Int8, collector: UInt32, content: UInt64) {
    let seniority = UInt64(~collector)
    high =
      1 << 63 | milliseconds << 36 | UInt64(UInt8(bitPattern: rssiDbm) ^ 0x80) << 28
      | seniority >> 4
    low = seniority << 60 | content
  }

  /// - Parameter slotStart: the first instant of the slot, in which the stamp lies.
  init(_ read: ReceivedRead, slotStart: UTCMilliseconds) {
    self.init(
      milliseconds: UInt64(read.stamp - slotStart), rssiDbm: read.rssiDbm,
      collector: read.collector, content: read.frame.content)
  }

  var isNone: Bool { high == 0 }

  /// The whole reception.
  func read(endpoint: UInt32, slotStart: UTCMilliseconds) -> ReceivedRead {
    ReceivedRead(
      stamp: slotStart + Int64(high >> 36 & 0x7FF_FFFF),
      frame: SCMFrame(endpointID: endpoint, content: low & 0xFFF_FFFF_FFFF_FFFF),
      collector: ~UInt32(truncatingIfNeeded: high << 4 | low >> 60),
      rssiDbm: Int8(bitPattern: UInt8(truncatingIfNeeded: high >> 28) ^ 0x80))
  }

  @inline(__always)
  static func < (left: Self, right: Self) -> Bool {
    left.bits < right.bits
  }

  /// The greater of two. Which one that is cannot be foretold, so that choosing without a branch is
  /// quicker.
  @inline(__always)
  static func max(_ left: Self, _ right: Self, rightWins: Bool) -> Self {
    let mask = 0 &- UInt64(rightWins ? 1 : 0)
    return Winner(
      high: left.high ^ ((left.high ^ right.high) & mask),
      low: left.low ^ ((left.low ^ right.low) & mask))
  }

  private var bits: UInt128 { UInt128(high) << 64 | UInt128(low) }
}
