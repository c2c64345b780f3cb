import PortableMath

/// Noise and sensitivity of a collector's receiver.
public struct Receiver: Sendable, Equatable {
  /// Noise figure in dB.
  public let noiseFigureDb: Double
  /// Independent noise samples in one chip, filter bandwidth / 32,768 Hz, at least 1.
  public let noiseCells: Int

  /// - Parameters:
  ///   - noiseFigureDb: in dB.
  ///   - filterKHz: bandwidth of the channel filter in kHz.
  public init(noiseFigureDb: Double, filterKHz: Double) {
    self.noiseFigureDb = noiseFigureDb
    noiseCells = max(1, Int((filterKHz * 1000 / 32_768).rounded()))
  }

  /// Noise power in dBm within 32,768 Hz: k · 290 K · B and the noise figure.
  ///
  /// The ratio of a carrier's power to it is the Eb/N0 of the Manchester-coded bit.
  public var noiseDbm: Double {
    decibels(ratio: 1.380649e-23 * 290 * 32_768 * 1000) + noiseFigureDb
  }

  /// Probability that a bit is wrong at Eb/N0 = `gamma`: energy comparison of the two half bits,
  /// each the sum of L noise cells.
  ///
  /// Pb = 2^−(2L−1) e^(−γ/2) Σ_{k<L} b_k (γ/2)^k with b_k = (1/k!) Σ_{n<L−k} C(2L−1, n):
  /// binary orthogonal signals with diversity L (Proakis, Digital Communications, non-coherent
  /// square-law combining).
  public func bitErrorProbability(gamma: Double) -> Double {
    let cells = noiseCells
    var binomials = [1.0]
    for n in 1..<max(2, cells) {
      binomials.append(binomials[n - 1] * Double(2 * cells - n) / Double(n))
    }
    var sum = 0.0
    var power = 1.0
    var factorial = 1.0
    for k in 0..<cells {
      if k > 0 {
        power *= gamma / 2
        factorial *= Double(k)
      }
      sum += power / factorial * binomials[0..<(cells - k)].reduce(0, +)
    }
    return exponential(-gamma / 2) * sum
      * Double(sign: .plus, exponent: 1 - 2 * cells, significand: 1)
  }

  /// Probability that at least one bit of a frame is wrong at Eb/N0 = `gamma`.
  public func packetErrorProbability(bits: Int, gamma: Double) -> Double {
    let bit = bitErrorProbability(gamma: gamma)
    return 1 - exponential(Double(bits) * naturalLogarithm(1 - bit))
  }

  /// The threshold γ₀ that stands for a frame's whole error curve under Rayleigh fading.
  ///
  /// The mean success over fading is about exp(−γ₀ / mean Eb/N0) with γ₀ = ∫ PER(γ) dγ; for L = 1
  /// that is 2 Σ_{k=1}^{n} (1 − 2⁻ᵏ)/k, 8.907 for 96 bits.
  public func decodeThreshold(bits: Int) -> Double {
    // Simpson's rule; the error curve is below 10⁻¹⁵ beyond the end.
    let step = 1.0 / 64
    let steps = 64 * (64 + 16 * noiseCells)
    var sum = packetErrorProbability(bits: bits, gamma: 0)
    for index in 1..<steps {
      sum +=
        packetErrorProbability(bits: bits, gamma: Double(index) * step) * (index % 2 == 1 ? 4 : 2)
    }
    return sum * step / 3
  }

  /// γ₀ of each kind of frame, in the order of `FrameKind.allCases`.
  public var decodeThresholds: [Double] {
    FrameKind.allCases.map { decodeThreshold(bits: $0.bits) }
  }
}
