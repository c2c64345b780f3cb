import Glibc
import PortableMath
import Testing

/// The system's mathematics library as witness.
@Suite("Portable mathematics")
struct PortableMathTests {
  @Test("the logarithm agrees with libm to 1 part in 10¹⁵")
  func logarithm() {
    var x = 1e-300
    while x < 1e300 {
      #expect(abs(naturalLogarithm(x) - log(x)) <= max(abs(log(x)) * 1e-15, 1e-16), "ln \(x)")
      x *= 1.37
    }
    for step in -2000...2000 {
      let x = 1 + Double(step) / 4001
      #expect(abs(naturalLogarithm(x) - log(x)) <= max(abs(log(x)) * 1e-15, 1e-16), "ln \(x)")
    }
  }

  @Test("the exponential agrees with libm to 2 parts in 10¹⁵")
  func exponentialFunction() {
    for step in -7000...7000 {
      let x = Double(step) / 10
      #expect(abs(exponential(x) / exp(x) - 1) <= 2e-15, "exp \(x)")
    }
  }

  @Test("the cosine agrees with libm to 2 parts in 10¹⁴")
  func cosineFunction() {
    for step in -10_000...10_000 {
      let x = Double(step) / 100
      #expect(abs(cosine(x) - cos(x)) <= 2e-14, "cos \(x)")
    }
  }

  @Test("the normal quantile is the inverse of the normal distribution")
  func quantile() {
    for exponent in 1...300 {
      for p in [pow(10, -Double(exponent) / 30), 1 - pow(10, -Double(exponent) / 30)]
      where p > 0 && p < 1 {
        let x = normalQuantile(p)
        let back = 0.5 * erfc(-x / 2.0.squareRoot())
        #expect(abs(back - p) <= 2e-15 + p * 2e-14, "p = \(p)")
      }
    }
    // NormalDist().inv_cdf of Python's statistics module.
    #expect(abs(normalQuantile(0.975) - 1.9599639845400536) < 1e-14)
    #expect(abs(normalQuantile(1e-9) - -5.997807015007687) < 1e-13)
  }

  @Test("decibels and ratios are inverse to each other")
  func decibelScale() {
    #expect(abs(ratio(decibels: 10) - 10) < 1e-14)
    #expect(abs(decibels(ratio: 1000) - 30) < 1e-13)
  }
}
