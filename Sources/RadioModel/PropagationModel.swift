/// A formula for the mean loss between two antennas.
public enum PropagationModel: String, CaseIterable, Sendable {
  case freeSpace = "free-space"
  case logDistance = "log-distance"
  case okumuraHata = "okumura-hata"
  case cost231Hata = "cost-231-hata"

  /// Where measurements support the formula; nil where it holds everywhere.
  ///
  /// M. Hata, "Empirical Formula for Propagation Loss in Land Mobile Radio Services", IEEE
  /// Transactions on Vehicular Technology 29 (1980); COST Action 231, final report, section 4.4.1.
  public var validity: Validity? {
    switch self {
    case .freeSpace, .logDistance: nil
    case .okumuraHata: Validity(frequencyMHz: 150...1500)
    case .cost231Hata: Validity(frequencyMHz: 1500...2000)
    }
  }

  /// The ranges in which one of Hata's formulas holds.
  public struct Validity: Sendable, Equatable {
    public let frequencyMHz: ClosedRange<Double>
    /// Of the collector's antenna over the ground, in metres.
    public let collectorHeightM: ClosedRange<Double> = 30...200
    /// Of the endpoint's antenna over the ground, in metres.
    public let endpointHeightM: ClosedRange<Double> = 1...10
    /// Between the antennas, along the ground.
    public let distanceKm: ClosedRange<Double> = 1...20
  }
}

/// What surrounds the antennas, for Hata's formulas.
public enum RadioEnvironment: String, CaseIterable, Sendable {
  /// Metropolitan centres.
  case largeCity = "large-city"
  /// Small and medium-sized cities.
  case mediumCity = "medium-city"
  case suburban
  /// Open country; COST 231 has no formula for it.
  case open
}
