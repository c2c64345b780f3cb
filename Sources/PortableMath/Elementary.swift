import Glibc

// Elementary functions in plain IEEE 754 additions, multiplications and divisions.
//
// A system's libm may differ from another's in the last bit, and one bit in a link's power can
// decide a frame. These functions give the same bits on every machine; their error is a few units
// in the last place, far below anything that a radio model can know.

/// ln 2, split so that multiples of the high part are exact.
@usableFromInline let ln2High = 0x1.62e42fee00000p-1
@usableFromInline let ln2Low = 0x1.a39ef35793c76p-33

/// Natural logarithm of a positive, finite, normal number.
///
/// ln m = 2 artanh((m − 1)/(m + 1)) for the significand m in [√½, √2), as a power series.
@inlinable
public func naturalLogarithm(_ x: Double) -> Double {
  var exponent = Int64(bitPattern: x.bitPattern >> 52) - 1023
  var significand = Double(bitPattern: x.bitPattern & (1 << 52 - 1) | 1023 << 52)
  if significand > 1.4142135623730951 {
    significand *= 0.5
    exponent += 1
  }
  let s = (significand - 1) / (significand + 1)
  let square = s * s
  var sum = square * (1.0 / 21)
  sum = (sum + 1.0 / 19) * square
  sum = (sum + 1.0 / 17) * square
  sum = (sum + 1.0 / 15) * square
  sum = (sum + 1.0 / 13) * square
  sum = (sum + 1.0 / 11) * square
  sum = (sum + 1.0 / 9) * square
  sum = (sum + 1.0 / 7) * square
  sum = (sum + 1.0 / 5) * square
  sum = (sum + 1.0 / 3) * square
  let n = Double(exponent)
  return n * ln2High + (2 * s + (2 * s * sum + n * ln2Low))
}

/// e to the power x, for |x| ≤ 700.
///
/// e^x = 2^n e^r with |r| ≤ ½ ln 2, the second factor by Taylor's series to degree 13.
@inlinable
public func exponential(_ x: Double) -> Double {
  // Adding 1.5 · 2⁵² leaves no bits for a fraction, and so rounds to the nearest whole number.
  let shift = 0x1.8p52
  let n = (x * 1.4426950408889634 + shift) - shift
  let r = (x - n * ln2High) - n * ln2Low
  var sum = 1.0 / 6_227_020_800
  sum = sum * r + 1.0 / 479_001_600
  sum = sum * r + 1.0 / 39_916_800
  sum = sum * r + 1.0 / 3_628_800
  sum = sum * r + 1.0 / 362_880
  sum = sum * r + 1.0 / 40_320
  sum = sum * r + 1.0 / 5040
  sum = sum * r + 1.0 / 720
  sum = sum * r + 1.0 / 120
  sum = sum * r + 1.0 / 24
  sum = sum * r + 1.0 / 6
  sum = sum * r + 0.5
  sum = sum * r + 1
  sum = sum * r + 1
  return sum * Double(bitPattern: UInt64(Int64(n) + 1023) << 52)
}

/// Cosine of an angle in radians, for |x| ≤ 100; the error is below 2 · 10⁻¹⁴.
public func cosine(_ x: Double) -> Double {
  let turn = 6.283185307179586
  let r = x - (x / turn).rounded() * turn
  // cos r = 2 cos²(r/4)² … by two doublings, so that the series sees |r| ≤ π/4.
  let quarter = r / 4
  let square = quarter * quarter
  var sum = 1.0
  var k = 16.0
  while k >= 2 {
    sum = 1 - sum * square / (k * (k - 1))
    k -= 2
  }
  let half = 2 * sum * sum - 1
  return 2 * half * half - 1
}

/// Ratio of two powers given in decibels.
@inlinable
public func ratio(decibels: Double) -> Double { exponential(decibels * 0.23025850929940458) }

/// Decibels of a positive ratio of two powers.
@inlinable
public func decibels(ratio: Double) -> Double { naturalLogarithm(ratio) * 4.342944819032518 }
