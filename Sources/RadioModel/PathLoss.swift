import PortableMath

/// Mean loss in dB between isotropic antennas by the log-distance model: free space up to 1 m,
/// then `exponent` × 10 dB per decade.
public struct PathLoss: Sendable, Equatable {
  /// Loss of the first metre in dB: 20 log₁₀(4π f / c), 31.68 at 915 MHz.
  public let firstMetreDb: Double
  /// 2 in free space, 2.7 in open country, 3.5 in suburbs, 4 in dense towns.
  public let exponent: Double

  public init(frequencyMHz: Double, exponent: Double) {
    let wavelengthsPerMetre = frequencyMHz * 1e6 / 299_792_458
    firstMetreDb = 2 * decibels(ratio: 4 * Double.pi * wavelengthsPerMetre)
    self.exponent = exponent
  }

  /// Loss in dB at a distance given by its square in m²; distances below 1 m count as 1 m.
  @inlinable
  public func db(squaredMetres: Double) -> Double {
    firstMetreDb + 0.5 * exponent * decibels(ratio: max(1, squaredMetres))
  }

  /// The distance in metres at which the loss reaches `db`.
  public func metres(atDb db: Double) -> Double {
    max(1, ratio(decibels: (db - firstMetreDb) / exponent))
  }
}
