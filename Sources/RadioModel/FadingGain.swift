import PortableMath

/// How the power of one arrival varies about the mean of its link; independent from one arrival to
/// the next, since the channel hops.
public enum FadingKind: Sendable, Equatable {
  /// No direct path: the power is exponential.
  case rayleigh
  /// A direct path of k times the power of all others together, as a ratio.
  case rician(k: Double)
  /// Every arrival has the mean power.
  case none
}

/// The power gain of an arrival, mean 1, as a table from its draw of 32 bits to fixed point.
///
/// A draw u stands for the gain that is exceeded with probability (u + ½) / 2³², so that the gain
/// never rises with the draw. It is exact (rounded to 2⁻²⁰) at 256 points of each octave of
/// 2u + 1 and linear between them, rounded down: monotone, and equal everywhere. For Rayleigh
/// fading that is within 4 · 10⁻⁶ of −ln((u + ½) / 2³²). The weakest 1/512 of Rician draws are on
/// the line to gain 0, that is, fade a little deeper than they should.
public final class FadingGain: Sendable {
  /// Gains have this many fractional bits.
  public static let fractionBits: UInt64 = 20
  /// Octaves of 2u + 1.
  private static let octaves = 33

  /// Entry 256 · o + i is the gain where 2u + 1 = 2ᵒ (1 + i/256), in units of 2⁻²⁰; the last one is
  /// where the probability reaches 1. Never written after `init`.
  ///
  /// Every arrival that is compared with others looks here: no bounds are checked and nothing is
  /// retained.
  @usableFromInline nonisolated(unsafe) let table: UnsafeMutableBufferPointer<UInt32>

  public init(_ kind: FadingKind) {
    var entries = [UInt32](repeating: 0, count: Self.octaves * 256 + 1)
    // Rounding errors of the quantile must not break the order.
    var least = 0.0
    for index in entries.indices.reversed() {
      let octave = Double(sign: .plus, exponent: index >> 8 - Self.octaves, significand: 1)
      let exceeded = octave * (1 + Double(index & 255) / 256)
      least = max(least, kind.gain(exceeded: exceeded))
      entries[index] = UInt32((least * Double(1 << Self.fractionBits)).rounded())
    }
    table = .allocate(capacity: entries.count)
    _ = table.initialize(from: entries)
  }

  deinit { table.deallocate() }

  /// The table; see the type's description.
  public var entries: [UInt32] { Array(table) }

  /// The gain of a draw, below 22.9.
  @inlinable @inline(__always)
  public func gain(_ draw: UInt32) -> UInt64 {
    let odd = UInt64(draw) << 1 | 1
    let octave = 63 - odd.leadingZeroBitCount
    let fraction = odd << (32 - octave) & 0xFFFF_FFFF
    let index = octave << 8 | Int(truncatingIfNeeded: fraction >> 24)
    // 33 octaves and one more entry: 2u + 1 is below 2³³.
    let start = table.baseAddress.unsafelyUnwrapped
    let above = UInt64(start[index])
    let below = UInt64(start[index + 1])
    return (above << 24 &- (above &- below) &* (fraction & 0xFF_FFFF)) >> 24
  }

  /// How many draws have a gain of at least `least`; they are the first ones. The last draw of all
  /// does not count.
  public func draws(ofGainAtLeast least: UInt64) -> UInt32 {
    guard least <= UInt64(table[0]) else { return 0 }
    // The last piece that begins with such a gain.
    var index = 0
    var end = table.count - 1
    while end - index > 1 {
      let middle = (index + end) / 2
      if UInt64(table[middle]) >= least { index = middle } else { end = middle }
    }
    let above = UInt64(table[index])
    let fall = above - UInt64(table[index + 1])
    let place = fall == 0 ? 0xFF_FFFF : min(0xFF_FFFF, (above - least) << 24 / fall)
    // The greatest 2u + 1 that lies no further, and how many u there are up to it.
    let octave = UInt64(index >> 8)
    let odd = 1 << octave + (UInt64(index & 255) << 24 | place) >> (32 - octave)
    return UInt32(clamping: (odd + 1) / 2)
  }

  /// The power of one arrival: mean power times the gain of its draw, less than 2⁴⁴.
  @inlinable @inline(__always)
  public func faded(_ mean: Power, _ draw: UInt32) -> Power {
    (mean &* gain(draw)) >> Self.fractionBits
  }
}

extension FadingKind {
  /// The gain that is exceeded with a probability in (0, 1].
  fileprivate func gain(exceeded probability: Double) -> Double {
    switch self {
    case .rayleigh: -naturalLogarithm(probability)
    case .rician(let k): ricianGain(exceeded: probability, k: k)
    case .none: 1
    }
  }

  /// The probability that the gain exceeds a value.
  ///
  /// Rayleigh: e^−g. Rician: Q₁(√(2k), √(2(1 + k)g)) with Marcum's Q-function (J. Proakis, Digital
  /// Communications, on Ricean fading).
  public func probability(ofGainAbove gain: Double) -> Double {
    switch self {
    case .rayleigh: exponential(-gain)
    case .rician(let k): RicianPower(k: k, gain: gain).above
    case .none: gain < 1 ? 1 : 0
    }
  }
}

/// Newton's method on the logarithm of the probability, which is concave: from the right, each step
/// stays to the right of the solution.
private func ricianGain(exceeded probability: Double, k: Double) -> Double {
  guard probability < 1 else { return 0 }
  let goal = naturalLogarithm(probability)
  // The amplitude is at most that of the direct path plus that of all others.
  let amplitude = (k / (1 + k)).squareRoot() + (-goal / (1 + k)).squareRoot()
  var gain = amplitude * amplitude
  for _ in 0..<100 {
    let power = RicianPower(k: k, gain: gain)
    let step = (goal - naturalLogarithm(power.above)) * power.above / power.density
    gain = max(0, gain - step)
    if step < 1e-13 * gain { break }
  }
  return gain
}

/// The distribution of a Rician power of mean 1 at one value, as a Poisson mixture of Erlang
/// distributions: given j, Poisson with mean k, the power times 1 + k is the sum of j + 1
/// exponential variates of mean 1 (N. Johnson, S. Kotz, N. Balakrishnan, Continuous Univariate
/// Distributions 2, chapter 29: the non-central χ² of two degrees of freedom).
private struct RicianPower {
  /// Probability of a greater gain.
  let above: Double
  let density: Double

  init(k: Double, gain: Double) {
    let x = (1 + k) * gain
    var poisson = exponential(-k)
    // xʲ e⁻ˣ / j!, and the sum of these terms up to j: the probability that j + 1 exceed x.
    var term = exponential(-x)
    var erlang = term
    var above = poisson * erlang
    var density = poisson * term
    var j = 0.0
    repeat {
      j += 1
      poisson *= k / j
      term *= x / j
      erlang += term
      above += poisson * erlang
      density += poisson * term
    } while j < 2 * k || poisson > 1e-22
    self.above = above
    self.density = (1 + k) * density
  }
}
