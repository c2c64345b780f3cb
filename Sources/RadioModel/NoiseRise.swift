/// A factor of the noise in fixed point, 1 or more.
public struct NoiseRise: Sendable, Equatable {
  public static let none = NoiseRise(ratio: 1)

  /// In units of 1/256.
  private let factor: UInt64

  /// - Parameter ratio: 1…10⁶.
  public init(ratio: Double) { factor = UInt64((ratio * 256).rounded()) }

  /// A noise power, or a multiple of it, after the rise; at most 2⁴⁴, which no signal reaches.
  public func applied(to noise: Power) -> Power {
    let (high, low) = noise.multipliedFullWidth(by: factor)
    return high > 0 ? 1 << 44 : min(1 << 44, low >> 8)
  }
}
