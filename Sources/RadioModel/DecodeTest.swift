import PortableMath

/// Whether a frame is decoded: S ≥ γ₀·N + z·ΣI.
///
/// S is the frame's faded power, N the collector's noise, ΣI the sum of the whole faded power of
/// every other arrival on the channel that overlaps the frame by one tick or more, at its start,
/// middle or end alike (a documented pessimism), z the capture ratio. A frame's fate never depends
/// on the decoding of another.
public struct DecodeTest: Sendable, Equatable {
  /// γ₀·N.
  public let noiseThreshold: Power
  /// z in units of 1/256.
  public let captureRatio: UInt64

  /// - Parameters:
  ///   - threshold: γ₀, see `Receiver.decodeThreshold`.
  ///   - noise: N, at least `PowerScale.noise`.
  ///   - captureDb: z, 0…20 dB.
  public init(threshold: Double, noise: Power, captureDb: Double) {
    noiseThreshold = Power((threshold * Double(noise)).rounded())
    captureRatio = UInt64((ratio(decibels: captureDb) * 256).rounded())
  }

  /// Whether a frame of power `signal` is decoded over the sum of the others.
  @inlinable @inline(__always)
  public func passes(signal: Power, interference: Power) -> Bool {
    // No signal reaches 2⁴⁴, so that more interference than that decides alone, and the product
    // below stays in range.
    interference < 1 << 44
      && signal << 8 >= noiseThreshold << 8 &+ captureRatio &* interference
  }

  /// The quick test of a link: the number of draws that pass without interference.
  ///
  /// The faded power never rises with the draw, so that exactly the draws below the result pass.
  /// The last draw has no gain and never passes, so that the count fits.
  public func survivingDraws(mean: Power) -> UInt32 {
    // (mean · gain) / 2²⁰, rounded down, reaches γ₀·N exactly from this gain on.
    if mean == 0 { return 0 }
    let least = ((noiseThreshold << Fading.fractionBits) + mean - 1) / mean
    return Fading.draws(ofGainAtLeast: least)
  }
}
