import Metering

// Products of two 64-bit numbers need 128 bits; these are the divisions on them.

/// The greatest integer not above `numerator` / `denominator`.
///
/// - Parameter denominator: above 0.
func floorQuotient(_ numerator: Int128, _ denominator: Int128) -> Int128 {
  let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
  return remainder < 0 ? quotient - 1 : quotient
}

/// `value` modulo `span`, in 0 ..< span.
///
/// - Parameter span: above 0.
func modulo(_ value: Int128, _ span: Int128) -> Int128 {
  let remainder = value % span
  return remainder < 0 ? remainder + span : remainder
}

/// `numerator` / `denominator` to the nearest integer, halves up.
///
/// - Parameter denominator: above 0, and twice it fits 127 bits.
func roundedHalfUp(_ numerator: Int128, _ denominator: Int128) -> Int128 {
  // Doubling the numerator instead could overflow.
  let quotient = floorQuotient(numerator, denominator)
  let rest = numerator - quotient * denominator
  return 2 * rest >= denominator ? quotient + 1 : quotient
}

/// The time between two instants in milliseconds, saturating at 64 bits.
func milliseconds(from start: UTCMilliseconds, to end: UTCMilliseconds) -> Int64 {
  Int64(clamping: Int128(end) - Int128(start))
}
