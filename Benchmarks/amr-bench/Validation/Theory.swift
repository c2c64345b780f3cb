import Glibc
import RadioModel

/// The closed forms.
///
/// Time is discrete: frames of L and L′ ticks overlap at L + L′ − 1 of the T differences that their
/// starts can have within an interval, so that another endpoint's frame overlaps a given one on its
/// channel with probability q = (L + L′ − 1) / (T M).
extension ValidatedAir {
  /// The probability that a frame of an endpoint of `group` is decoded.
  ///
  /// The test S ≥ γ₀N + zΣI with exponential S gives exp(−γ₀N/S̄) E[exp(−zΣI/S̄)], and an
  /// exponential I of mean r S̄ contributes 1/(1 + z r). So an endpoint that overlaps with
  /// probability q contributes 1 − q f with f = z r/(1 + z r), and a Poisson number with mean λ
  /// contributes exp(−λ q f):
  /// - z → ∞, one channel: exp(−2G), N. Abramson, "The ALOHA System", AFIPS FJCC 37 (1970);
  /// - a fixed number N: (1 − q)^(N − 1), the finite population;
  /// - lengths L_i: exp(−Σ λ_j (L_i + L_j) / (T M));
  /// - finite z: J. Arnbak and W. van Blitterswijk, "Capacity of Slotted ALOHA in Rayleigh-Fading
  ///   Channels", IEEE JSAC 5(2) (1987), here for overlaps instead of slots.
  func success(ofGroup index: Int = 0) -> Double {
    let own = groups[index]
    var result = Self.aloneSuccess(own)
    for (other, group) in groups.enumerated() {
      let lost = overlap(own, group) * Self.harm(pow(10, captureDb / 10) * group.power / own.power)
      result *=
        isPoisson
        ? exp(-group.count * lost) : pow(1 - lost, group.count - (other == index ? 1 : 0))
    }
    return result
  }

  /// The probability that an endpoint of the only group is read in k intervals without jitter.
  ///
  /// The n endpoints that overlap it, a Poisson number, do so every time; channels and fading are
  /// fresh. So it is 1 − (1 − p_n)^k in the mean over n, with p_n = exp(−γ₀N/S̄) (1 − f/M)ⁿ. Without
  /// interference p_n = p, and it is 1 − (1 − p)^k.
  func readShare(after k: Int) -> Double {
    let group = groups[0]
    let alone = Self.aloneSuccess(group)
    let survival = 1 - Self.harm(pow(10, captureDb / 10)) / Double(channels)
    let mean = group.count * overlap(group, group) * Double(channels)
    var probability = exp(-mean)
    var missed = 0.0
    for n in 0..<Int(mean + 12 * mean.squareRoot() + 30) {
      missed += probability * pow(1 - alone * pow(survival, Double(n)), Double(k))
      probability *= mean / Double(n + 1)
    }
    return 1 - missed
  }

  /// The probability that a frame is decoded with nothing else on the air: exp(−γ₀N/S̄).
  static func aloneSuccess(_ group: Group) -> Double {
    exp(-decodeThreshold(bits: group.kind.bits) / group.power)
  }

  /// γ₀ = ∫ PER for n bits that are each wrong with probability exp(−γ/2)/2 (binary orthogonal
  /// signals, non-coherent; Proakis, "Digital Communications"): 2 Σ_{k=1}^{n} (1 − 2⁻ᵏ)/k.
  static func decodeThreshold(bits: Int) -> Double {
    2 * (1...bits).reduce(0) { $0 + (1 - pow(2, -Double($1))) / Double($1) }
  }

  /// The share of frames that an overlapping one of z r times their mean power destroys, z r/(1 + z
  /// r).
  static func harm(_ weightedRatio: Double) -> Double { weightedRatio / (1 + weightedRatio) }

  /// q, the probability that the frame of one endpoint of `other` overlaps on the channel.
  private func overlap(_ own: Group, _ other: Group) -> Double {
    Double(own.kind.ticks + other.kind.ticks - 1)
      / Double(Int64(intervalS) * Ticks.perSecond * Int64(channels))
  }
}
