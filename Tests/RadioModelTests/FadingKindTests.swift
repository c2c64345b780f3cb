import Glibc
import RadioModel
import TestSupport
import Testing

@Suite("Kinds of fading")
struct FadingKindTests {
  private static let kinds: [FadingKind] = [
    .rayleigh, .rician(k: 0.01), .rician(k: 1), .rician(k: 4), .rician(k: 10), .rician(k: 100),
    .none,
  ]

  @Test("gains never rise with the draw and have mean 1", arguments: kinds)
  func monotoneWithMeanOne(kind: FadingKind) {
    let table = FadingGain(kind)
    #expect(zip(table.entries, table.entries.dropFirst()).allSatisfy { $0 >= $1 })
    var random = SplitMix64(seed: 31)
    for _ in 0..<100_000 {
      let low = UInt32(truncatingIfNeeded: random.next())
      let apart = UInt32(truncatingIfNeeded: random.next() >> (32 + random.next() % 32))
      let high = low.addingReportingOverflow(apart).overflow ? .max : low + apart
      #expect(table.gain(low) >= table.gain(high), "\(low) and \(high)")
    }
    // Every 4096th draw, at the middle of its stretch. The weakest 1/512 of Rician draws are on a
    // straight line, up to half of 1/512 too weak.
    var sum: UInt64 = 0
    for piece in 0..<UInt32(1 << 20) { sum += table.gain(piece << 12 | 0x800) }
    let tolerance = if case .rician = kind { 1.0 / 1024 } else { 4e-6 }
    #expect(abs(Double(sum) * 0x1p-40 - 1) < tolerance, "\(Double(sum) * 0x1p-40)")
    #expect(PowerScale.meanMax.multipliedFullWidth(by: table.gain(0)).high == 0)
    #expect(table.faded(PowerScale.meanMax, 0) < 1 << 44)
  }

  @Test("a draw's gain is exceeded as often as the closed form says", arguments: kinds.dropLast())
  func closedForm(kind: FadingKind) {
    let table = FadingGain(kind)
    var random = SplitMix64(seed: 32)
    for _ in 0..<20_000 {
      // All sizes of draws, but the weakest 1/512.
      let draw = UInt32(truncatingIfNeeded: random.next()) >> UInt32(random.next() % 20)
      guard draw < 0xFF80_0000 else { continue }
      let expected = (Double(draw) + 0.5) * 0x1p-32
      let value = kind.probability(ofGainAbove: Double(table.gain(draw)) * 0x1p-20)
      // Gains are right to 4 millionths at the points. Between them, 1/512 apart, a distribution that
      // begins like eᶜᵍ is wrong by 1/512² / 8p at the probability p of a lower gain.
      let tolerance = kind == .rayleigh ? 5e-6 : 2e-5 + 0x1p-18 / 6 / (1 - expected)
      #expect(abs(value - expected) < tolerance, "\(draw): \(value), \(expected)")
    }
  }

  @Test("the number of draws with a gain is exact", arguments: kinds)
  func numberOfDraws(kind: FadingKind) {
    let table = FadingGain(kind)
    var random = SplitMix64(seed: 33)
    let gains = (0..<3000).map { _ in
      table.gain(UInt32(truncatingIfNeeded: random.next()) >> UInt32(random.next() % 32))
    }
    for least in gains + gains.map({ $0 + 1 }) + [1, 2, 1 << 20, 1 << 40] where least > 0 {
      let count = table.draws(ofGainAtLeast: least)
      #expect(count == 0 || table.gain(count - 1) >= least, "\(least): \(count)")
      #expect(count == .max || table.gain(count) < least, "\(least): \(count)")
    }
  }

  @Test("the Rician distribution is that of a constant and a complex normal variate")
  func ricianByIntegration() {
    for (k, gain) in [(1.0, 1.0), (4, 0.5), (10, 0.1), (10, 0.5), (10, 2), (100, 0.5), (0.01, 3)] {
      // Over the real part x: the imaginary one must exceed √(gain − x²).
      let sigma = (1 / (2 * (1 + k))).squareRoot()
      let direct = (k / (1 + k)).squareRoot()
      var below = 0.0
      let steps = 200_000
      let width = 2 * gain.squareRoot() / Double(steps)
      for step in 0..<steps {
        let x = -gain.squareRoot() + (Double(step) + 0.5) * width
        let density =
          exp(-pow((x - direct) / sigma, 2) / 2) / (sigma * (2 * Double.pi).squareRoot())
        below += density * erf((gain - x * x).squareRoot() / (sigma * 2.0.squareRoot())) * width
      }
      let value = FadingKind.rician(k: k).probability(ofGainAbove: gain)
      #expect(abs(value - (1 - below)) < 1e-7, "K \(k), gain \(gain): \(value), \(1 - below)")
    }
  }

  @Test("known values of Marcum's Q-function")
  func marcum() {
    // Q₁(a, b) with a = √(2k), b = √(2(1 + k)g).
    for (a, b, expected) in [(0.0, 1.0, 0.60653066), (1, 1, 0.73287980), (1, 2, 0.26901206)] {
      let k = a * a / 2
      let value = FadingKind.rician(k: k).probability(ofGainAbove: b * b / 2 / (1 + k))
      #expect(abs(value - expected) < 1e-8, "Q1(\(a), \(b)) = \(value)")
    }
  }

  @Test("without fading every draw passes or none, but for the last one")
  func noFading() {
    let rule = DecodeRule(thresholds: [20, 22, 30], captureDb: 6, fading: FadingGain(.none))
    let test = DecodeTest(rule, noise: PowerScale.noise)
    let threshold = test.noiseThreshold(of: .scm)
    #expect(test.survivingDraws(mean: threshold, kind: .scm) == .max)
    #expect(test.survivingDraws(mean: threshold - 1, kind: .scm) == 0)
    #expect(test.survivingDraws(mean: threshold, kind: .idm) == 0)
  }
}
