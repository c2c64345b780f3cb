import ERTProtocol
import Metering

/// One valid reception of an endpoint, as it competes to be the read of its slot.
///
/// For each (endpoint, slot) the greatest one wins, in the order of (stamp, RSSI, −collector,
/// frame bytes). That is a total order, so that choosing the winner is commutative, associative
/// and idempotent: uploads may come in any order, repeatedly, and in any parts.
struct ReceivedRead: Sendable, Equatable, Comparable {
  /// Collector's clock at the first bit; `Int64.min` where there is no read.
  var stamp: UTCMilliseconds
  var frame: SCMFrame
  var collector: UInt32
  var rssiDbm: Int8

  @inline(__always)
  init(stamp: UTCMilliseconds, frame: SCMFrame, collector: UInt32, rssiDbm: Int8) {
    self.stamp = stamp
    self.frame = frame
    self.collector = collector
    self.rssiDbm = rssiDbm
  }

  /// What loses to every reception.
  static let none = ReceivedRead(
    stamp: .min, frame: SCMFrame(head: 0, tail: 0), collector: .max, rssiDbm: .min)

  var isNone: Bool { stamp == .min }

  /// Dial counts.
  var register: Int64 { Int64(frame.fields.consumption) }

  @inline(__always)
  static func < (left: Self, right: Self) -> Bool {
    if left.stamp != right.stamp { return left.stamp < right.stamp }
    if left.rssiDbm != right.rssiDbm { return left.rssiDbm < right.rssiDbm }
    if left.collector != right.collector { return left.collector > right.collector }
    if left.frame.head != right.frame.head { return left.frame.head < right.frame.head }
    return left.frame.tail < right.frame.tail
  }
}
