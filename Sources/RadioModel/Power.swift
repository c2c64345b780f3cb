import PortableMath

/// Received power as an integer, so that no order of summing can change an outcome.
///
/// The unit is 1/1024 of the receiver's own noise power in 32,768 Hz.
public typealias Power = UInt64

/// Powers against ratios and dBm.
public enum PowerScale {
  /// The receiver's own noise.
  public static let noise: Power = 1 << 10
  /// The strongest mean power, 87 dB above noise: the front end limits there.
  public static let meanMax: Power = (1 << 39) - 1

  /// A mean power given as its ratio to the noise.
  public static func mean(ratioToNoise: Double) -> Power {
    ratioToNoise >= Double(meanMax) / 1024 ? meanMax : Power((ratioToNoise * 1024).rounded())
  }

  /// Power in dBm, rounded, within the range of an upload's RSSI.
  public static func dbm(_ power: Power, noiseDbm: Double) -> Int8 {
    let value = noiseDbm + decibels(ratio: Double(max(1, power)) / 1024)
    return Int8(max(-128, min(0, value.rounded())))
  }
}
