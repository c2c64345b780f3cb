import PortableMath

/// Whether a frame is decoded: S ≥ γ₀·N + z·ΣI.
///
/// S is the frame's faded power, N the collector's noise, γ₀ the threshold of the frame's kind (a
/// longer frame has more bits that can go wrong), ΣI the sum of the whole faded power of
/// every other arrival on the channel that overlaps the frame by one tick or more, at its start,
/// middle or end alike (a documented pessimism), z the capture ratio. A frame's fate never depends
/// on the decoding of another.
public struct DecodeTest: Sendable, Equatable {
  /// γ₀·N by the raw value of the kind.
  private let noiseThresholds: [Power]
  /// z in units of 1/256.
  public let captureRatio: UInt64

  /// - Parameters:
  ///   - thresholds: γ₀ of each kind of frame, see `Receiver.decodeThresholds`.
  ///   - noise: N, at least `PowerScale.noise`.
  ///   - captureDb: z, 0…20 dB.
  public init(thresholds: [Double], noise: Power, captureDb: Double) {
    noiseThresholds = thresholds.map { Power(($0 * Double(noise)).rounded()) }
    captureRatio = UInt64((ratio(decibels: captureDb) * 256).rounded())
  }

  /// γ₀·N of a kind of frame.
  public func noiseThreshold(of kind: FrameKind) -> Power { noiseThresholds[Int(kind.rawValue)] }

  /// Whether a frame of power `signal` is decoded over the sum of the others, given γ₀·N.
  @inlinable @inline(__always)
  public func passes(signal: Power, interference: Power, noiseThreshold: Power) -> Bool {
    // No signal reaches 2⁴⁴, so that more interference than that decides alone, and the product
    // below stays in range.
    interference < 1 << 44
      && signal << 8 >= noiseThreshold << 8 &+ captureRatio &* interference
  }

  /// The quick test of a link: the number of draws that pass without interference.
  ///
  /// The faded power never rises with the draw, so that exactly the draws below the result pass.
  public func survivingDraws(mean: Power, kind: FrameKind) -> UInt32 {
    let noiseThreshold = noiseThreshold(of: kind)
    var low: UInt64 = 0
    var high: UInt64 = 1 << 32
    while low < high {
      let middle = (low + high) / 2
      let signal = Fading.faded(mean, UInt32(middle))
      if passes(signal: signal, interference: 0, noiseThreshold: noiseThreshold) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    // The last draw has no gain and never passes, so that the count fits.
    return UInt32(low)
  }
}
