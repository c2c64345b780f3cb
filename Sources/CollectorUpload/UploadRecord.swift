import ERTProtocol
import Metering

/// One reception in an upload, little-endian:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | stamp: ms after the period's start, by the collector's clock, of the frame's first bit |
/// | 4 | 1 | RSSI in dBm, signed |
/// | 5 | 1 | hop channel |
/// | 6 | 1 | frame type: 1 = SCM |
/// | 7 | 12 | the frame as received, first byte first |
///
/// Records are sorted by (slot, endpoint, stamp).
public struct UploadRecord: Sendable, Equatable {
  /// Where the frame type is.
  static let typeOffset = 6
  /// Where the frame starts.
  @inlinable static var frameOffset: Int { 7 }
  /// Bytes of a record that carries an SCM frame.
  @inlinable public static var scmByteCount: Int { frameOffset + SCMFrame.byteCount }
  /// The frame type of SCM.
  public static let scmType: UInt8 = 1

  /// Collector's clock at the frame's first bit.
  public var stamp: UTCMilliseconds
  /// Received power in dBm.
  public var rssiDbm: Int8
  /// Hop channel, from 0.
  public var channel: UInt8
  public var frame: SCMFrame

  public init(stamp: UTCMilliseconds, rssiDbm: Int8, channel: UInt8, frame: SCMFrame) {
    self.stamp = stamp
    self.rssiDbm = rssiDbm
    self.channel = channel
    self.frame = frame
  }
}
