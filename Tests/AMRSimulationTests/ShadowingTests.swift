import Testing

@testable import AMRSimulation

@Suite("Shadowing")
struct ShadowingTests {
  /// Variance of a standard normal variable cut at ± c: c² − (c² − 1)(2Φ(c) − 1) − 2cφ(c), with
  /// c = 4.
  private static let cutVariance = 0.9998870

  @Test(
    "variance of each link and correlation of an endpoint's links",
    arguments: [0, 0.3, 0.5, 1], [1, 2] as [UInt64])
  func moments(correlation: Double, seed: UInt64) {
    let sigma = 6.0
    let shadowing = Shadowing(
      seed: seed, standardDeviationDb: sigma, correlation: correlation)
    let near = shadowing.ownDraws(collector: 17)
    let far = shadowing.ownDraws(collector: 18)
    let count = 100_000
    var sums = (first: 0.0, square: 0.0, product: 0.0)
    for endpoint in 20_000_000..<20_000_000 + UInt32(count) {
      let common = shadowing.common(endpoint: endpoint)
      let one = (common + shadowing.own(word: near.word(endpoint))) / sigma
      let other = (common + shadowing.own(word: far.word(endpoint))) / sigma
      sums.first += one
      sums.square += one * one
      sums.product += one * other
    }
    let total = Double(count)
    // Standard errors of the mean, of the mean square (variance 2) and of the mean product
    // (variance 1 + ρ²) of normal variables.
    #expect(abs(sums.first / total) < 3.5 / total.squareRoot())
    #expect(abs(sums.square / total - Self.cutVariance) < 3.5 * (2 / total).squareRoot())
    let productError = ((1 + correlation * correlation) / total).squareRoot()
    #expect(
      abs(sums.product / total - correlation * Self.cutVariance) < 3.5 * productError,
      "\(sums.product / total)")
  }

  @Test("without correlation an endpoint has nothing in common, with full nothing else")
  func extremes() {
    let independent = Shadowing(seed: 5, standardDeviationDb: 8, correlation: 0)
    let equal = Shadowing(seed: 5, standardDeviationDb: 8, correlation: 1)
    for endpoint in 1...100 as ClosedRange<UInt32> {
      #expect(independent.common(endpoint: endpoint) == 0)
      #expect(equal.own(word: endpoint &* 40_000_000) == 0)
    }
    #expect(independent.greatestOwnDb == 32 && equal.greatestOwnDb == 0)
    #expect(independent.greatestCommonDb == 0 && equal.greatestCommonDb == 32)
    #expect(independent.own(word: 0) == -32 && independent.own(word: .max) == 32, "the cut")
  }
}
