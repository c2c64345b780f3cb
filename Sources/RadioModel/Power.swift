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

/// Rayleigh fading: the power gain of one arrival, exponential with mean 1.
public enum Fading {
  /// Gains are fixed point with this many fractional bits.
  @usableFromInline static let fractionBits: UInt64 = 20

  /// ln(1 + i/256) in units of 2⁻³², i = 0…256.
  @usableFromInline static let logarithms: [UInt64] = (0...256).map {
    UInt64((naturalLogarithm(1 + Double($0) / 256) * 0x1p32).rounded())
  }

  /// The gain −ln((u + ½) / 2³²) of a draw, 0 … 22.9, non-increasing in u.
  ///
  /// The logarithm is piecewise linear between 256 points of each octave, within 2 · 10⁻⁶. Every
  /// step rounds down, so the function is monotone and equal everywhere.
  @inlinable @inline(__always)
  public static func gain(_ draw: UInt32) -> UInt64 {
    let odd = UInt64(draw) << 1 | 1
    let octave = UInt64(63 - odd.leadingZeroBitCount)
    let fraction = odd << (32 - octave) & 0xFFFF_FFFF
    let index = Int(truncatingIfNeeded: fraction >> 24)
    return logarithms.withUnsafeBufferPointer { table in
      let low = table[index]
      let rest = ((table[index + 1] &- low) &* (fraction & 0xFF_FFFF)) >> 24
      let logarithm = octave &* table[256] &+ low &+ rest
      return (33 &* table[256] &- logarithm) >> (32 - fractionBits)
    }
  }

  /// How many draws have a gain of at least `least`, which must not be 0; they are the first ones.
  ///
  /// The inverse of `gain` in its own integers: octave, then interval of the table, then the place
  /// in the interval.
  public static func draws(ofGainAtLeast least: UInt64) -> UInt32 {
    let octaveLength = logarithms[256]
    let longest = 33 * octaveLength
    guard least <= longest >> (32 - fractionBits) else { return 0 }
    // The greatest logarithm of 2 · draw + 1 that leaves such a gain.
    let greatest = longest - (least << (32 - fractionBits))
    let octave = greatest / octaveLength
    let inOctave = greatest % octaveLength
    var index = 0
    var step = 128
    while step > 0 {
      if logarithms[index + step] <= inOctave { index += step }
      step /= 2
    }
    let low = logarithms[index]
    // rest = (width · place) / 2²⁴, rounded down, must not exceed what is left.
    let place = (((inOctave - low + 1) << 24) - 1) / (logarithms[index + 1] - low)
    let fraction = UInt64(index) << 24 | min(place, 0xFF_FFFF)
    let odd = (1 << octave) + (fraction >> (32 - octave))
    return UInt32(truncatingIfNeeded: (odd + 1) >> 1)
  }

  /// The power of one arrival: mean power times the gain of its draw, less than 2⁴⁴.
  @inlinable @inline(__always)
  public static func faded(_ mean: Power, _ draw: UInt32) -> Power {
    (mean &* gain(draw)) >> fractionBits
  }
}
