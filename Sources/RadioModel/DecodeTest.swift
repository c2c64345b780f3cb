import PortableMath

/// What decides frames at all collectors of a network alike: the fading, and one of two rules.
///
/// **Threshold**: a frame is decoded when S ≥ γ₀·N + z·ΣI. S is the frame's faded power, N the
/// collector's noise, γ₀ the threshold of the frame's kind (a longer frame has more bits that can go
/// wrong), z the capture ratio, ΣI the sum of the whole faded power of every other arrival on the
/// channel that overlaps the frame by one tick or more, at its start, middle or end alike (a
/// documented pessimism).
///
/// **Bit errors** (`BitErrorTable`): what overlaps harms only the bits that it touches.
///
/// In both a frame's fate never depends on the decoding of another, and the last of the 2³² fading
/// draws is lost whatever its power, so that the number of draws that pass fits 32 bits.
public final class DecodeRule: Sendable {
  public let fading: FadingGain
  /// γ₀ by the raw value of the kind.
  public let thresholds: [Double]
  /// z in units of 1/256.
  public let captureRatio: UInt64
  /// Nil where the threshold decides.
  public let bitErrors: BitErrorTable?
  /// Whether `bitErrors` decides.
  public let countsBitErrors: Bool

  /// - Parameters:
  ///   - thresholds: γ₀ of each kind of frame, see `Receiver.decodeThresholds`.
  ///   - captureDb: z, 0…20 dB.
  public init(
    thresholds: [Double], captureDb: Double, fading: FadingGain, bitErrors: BitErrorTable? = nil
  ) {
    self.thresholds = thresholds
    captureRatio = UInt64((ratio(decibels: captureDb) * 256).rounded())
    self.fading = fading
    self.bitErrors = bitErrors
    countsBitErrors = bitErrors != nil
  }
}

/// The rule at one collector, which has its own noise.
public struct DecodeTest: Sendable {
  public let rule: DecodeRule
  /// N, at least `PowerScale.noise`.
  public let noise: Power
  /// γ₀·N by the raw value of the kind.
  private let noiseThresholds: [Power]

  public init(_ rule: DecodeRule, noise: Power) {
    self.rule = rule
    self.noise = noise
    noiseThresholds = rule.thresholds.map { Power(($0 * Double(noise)).rounded()) }
  }

  /// γ₀·N of a kind of frame.
  public func noiseThreshold(of kind: FrameKind) -> Power { noiseThresholds[Int(kind.rawValue)] }

  /// The rule of the threshold for a frame of power `signal` over the sum of the others, given
  /// γ₀·N.
  @inlinable @inline(__always)
  public func passes(signal: Power, interference: Power, noiseThreshold: Power) -> Bool {
    // No signal reaches 2⁴⁴, so that more interference than that decides alone, and the product
    // below stays in range.
    interference < 1 << 44
      && signal << 8 >= noiseThreshold << 8 &+ rule.captureRatio &* interference
  }

  /// The quick test of a link: the number of draws that pass without interference, or under the
  /// rule of bit errors, that can pass with the luckiest draw of decoding.
  ///
  /// The faded power never rises with the draw, so that exactly the draws below the result pass.
  public func survivingDraws(mean: Power, kind: FrameKind) -> UInt32 {
    if mean == 0 { return 0 }
    let leastSignal =
      rule.bitErrors?.leastSignal(noise: noise, bits: kind.bits) ?? noiseThreshold(of: kind)
    guard leastSignal < 1 << 44 else { return 0 }
    // (mean · gain) / 2²⁰, rounded down, reaches the least signal exactly from this gain on.
    let leastGain = (leastSignal << FadingGain.fractionBits + mean - 1) / mean
    return rule.fading.draws(ofGainAtLeast: leastGain)
  }
}
