import PortableMath
import RandomStreams

/// Log-normal shadowing in dB, fixed per link and, where wanted, correlated between the links of
/// one endpoint.
///
/// S = σ (√ρ A + √(1 − ρ) B) with A drawn once for the endpoint and B once for the link, both
/// standard normal and cut at ± 4, so that two links of an endpoint have the correlation ρ
/// (S. Saunders, A. Aragón-Zavala, Antennas and Propagation for Wireless Communication Systems,
/// section 9.6). The cut changes 6 draws in 100,000.
struct Shadowing: Sendable {
  private static let cut = 4.0

  private let seed: UInt64
  /// Standard deviation in dB of what an endpoint's links have in common, √ρ σ.
  private let commonDb: Double
  /// Standard deviation in dB of what each link has for itself, √(1 − ρ) σ.
  private let ownDb: Double

  init(seed: UInt64, standardDeviationDb: Double, correlation: Double) {
    self.seed = seed
    commonDb = standardDeviationDb * correlation.squareRoot()
    ownDb = standardDeviationDb * (1 - correlation).squareRoot()
  }

  /// No link's own part is larger, in dB.
  var greatestOwnDb: Double { Self.cut * ownDb }

  /// No endpoint's common part is larger, in dB.
  var greatestCommonDb: Double { Self.cut * commonDb }

  /// The part of an endpoint's links in common, in dB; positive is louder.
  func common(endpoint: UInt32) -> Double {
    if commonDb == 0 { return 0 }
    let draws = RandomStream(seed: seed, .endpointShadowing, entity: 0)
    return commonDb * Self.variate(draws.word(endpoint))
  }

  /// A collector's draws for its links; word n belongs to endpoint n.
  @inline(__always)
  func ownDraws(collector: UInt32) -> RandomStream {
    RandomStream(seed: seed, .shadowing, entity: collector)
  }

  /// A link's own part in dB for its draw; never falls with the draw.
  func own(word: UInt32) -> Double { ownDb * Self.variate(word) }

  private static func variate(_ word: UInt32) -> Double {
    max(-cut, min(cut, normalVariate(word)))
  }
}
