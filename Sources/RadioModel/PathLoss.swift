import PortableMath

/// Mean loss in dB between isotropic antennas of fixed heights, as a function of their distance
/// along the ground.
///
/// Every model is a straight line over the logarithm of the distance. That distance is the slant
/// one, √(d² + Δh²), in free space and the log-distance model; Hata's formulas have the heights in
/// their coefficients and take the distance along the ground. Distances below 1 m count as 1 m, and
/// where Hata's line would fall below the loss of free space, that is the loss.
public struct PathLoss: Sendable, Equatable {
  /// A loss of `firstMetreDb` at 1 m that grows by 10 · `exponent` dB in each decade.
  private struct Line: Equatable {
    let firstMetreDb: Double
    let exponent: Double

    @inline(__always)
    func db(squaredMetres: Double) -> Double {
      firstMetreDb + 0.5 * exponent * decibels(ratio: max(1, squaredMetres))
    }
  }

  private let line: Line
  /// Square of the difference of heights in m², which makes a ground distance a slant one.
  private let squaredHeight: Double
  /// The loss of free space, where the line does not imply it.
  private let floor: Line?

  /// - Parameters:
  ///   - frequencyMHz: of the carrier.
  ///   - exponent: of the log-distance model, whose first metre is free space: 2.7 in open country,
  ///     3.5 in suburbs, 4 in dense towns.
  ///   - environment: for Hata's formulas.
  ///   - collectorHeightM: of the collector's antenna over the ground in m, above 0 for Hata's.
  ///   - endpointHeightM: of the endpoint's antenna over the ground in m, above 0 for Hata's.
  public init(
    _ model: PropagationModel, frequencyMHz: Double, exponent: Double,
    environment: RadioEnvironment, collectorHeightM: Double, endpointHeightM: Double
  ) {
    // 20 log₁₀(4π d f / c), 31.68 dB at 1 m and 915 MHz.
    let wavelengthsPerMetre = frequencyMHz * 1e6 / 299_792_458
    let firstMetreDb = 2 * decibels(ratio: 4 * Double.pi * wavelengthsPerMetre)
    let freeSpace = Line(firstMetreDb: firstMetreDb, exponent: 2)
    squaredHeight =
      (collectorHeightM - endpointHeightM) * (collectorHeightM - endpointHeightM)
    switch model {
    case .freeSpace, .logDistance:
      line =
        model == .freeSpace ? freeSpace : Line(firstMetreDb: firstMetreDb, exponent: exponent)
      floor = nil
    case .okumuraHata, .cost231Hata:
      let (kilometreDb, perDecade) = Self.hata(
        model, frequencyMHz: frequencyMHz, environment: environment,
        collectorHeightM: collectorHeightM, endpointHeightM: endpointHeightM)
      line = Line(firstMetreDb: kilometreDb - 3 * perDecade, exponent: perDecade / 10)
      floor = freeSpace
    }
  }

  /// Loss in dB at a distance along the ground given by its square in m².
  public func db(squaredMetres: Double) -> Double {
    let slantSquare = squaredMetres + squaredHeight
    guard let floor else { return line.db(squaredMetres: slantSquare) }
    return max(line.db(squaredMetres: squaredMetres), floor.db(squaredMetres: slantSquare))
  }

  /// Loss at 1 km and its growth with each decade of distance, in dB, by the formulas of Hata and
  /// of COST 231.
  private static func hata(
    _ model: PropagationModel, frequencyMHz: Double, environment: RadioEnvironment,
    collectorHeightM: Double, endpointHeightM: Double
  ) -> (kilometreDb: Double, perDecade: Double) {
    let logF = logarithm(frequencyMHz)
    let logHeight = logarithm(collectorHeightM)
    var loss = -13.82 * logHeight
    switch model {
    case .cost231Hata:
      // The report has the correction of medium cities everywhere, and 3 dB for large centres.
      loss += 46.3 + 33.9 * logF + (environment == .largeCity ? 3 : 0)
      loss -= mediumCityGain(logF, endpointHeightM)
    default:
      loss += 69.55 + 26.16 * logF
      loss -=
        environment == .largeCity
        ? largeCityGain(frequencyMHz, endpointHeightM) : mediumCityGain(logF, endpointHeightM)
      if environment == .suburban {
        let octaves = logarithm(frequencyMHz / 28)
        loss -= 2 * octaves * octaves + 5.4
      } else if environment == .open {
        loss -= 4.78 * logF * logF - 18.33 * logF + 40.94
      }
    }
    return (loss, 44.9 - 6.55 * logHeight)
  }

  /// a(hm) of small and medium-sized cities.
  private static func mediumCityGain(_ logF: Double, _ heightM: Double) -> Double {
    (1.1 * logF - 0.7) * heightM - (1.56 * logF - 0.8)
  }

  /// a(hm) of large cities, which Hata gives up to 200 MHz and from 400 MHz on; between them the
  /// nearer one counts.
  private static func largeCityGain(_ frequencyMHz: Double, _ heightM: Double) -> Double {
    let isLow = frequencyMHz < 300
    let logHeight = logarithm((isLow ? 1.54 : 11.75) * heightM)
    return isLow ? 8.29 * logHeight * logHeight - 1.1 : 3.2 * logHeight * logHeight - 4.97
  }

  private static func logarithm(_ x: Double) -> Double { decibels(ratio: x) / 10 }
}
