import PortableMath

/// The rule of bit errors: a frame of n bits is decoded with the probability Π (1 − Pb(SINR of the
/// bit)) that every bit is right.
///
/// Exactly, it is decoded when Σ −ln(1 − Pb) over its bits is less than −ln v, v being a uniform
/// draw of the frame. The SINR of a bit is S / (N + ΣI), ΣI over the arrivals that overlap one of the
/// bit's two chips or more; they count as noise of their power. So a frame survives an overlap at its
/// start, middle or end alike when the bits that are touched are few, or what touches them faint
/// enough; that the preamble is hit harms no more than any other bits. The bits are added up in
/// integers, so that the result does not depend on the order.
public struct BitErrorTable: Sendable {
  /// Entries of −ln(1 − Pb) for each unit of Eb/N0.
  private static let perUnit = 16
  /// −ln(1 − Pb) at Eb/N0 = i/16 in units of 2⁻³², never rising, the last one 0.
  private let losses: [UInt32]
  private let exponential = FadingGain(.rayleigh)

  /// The table of a receiver.
  public init(_ receiver: Receiver) {
    // Beyond the end even a long frame has no error.
    let end = 64 + 16 * receiver.noiseCells
    losses = (0...end * Self.perUnit).map { index in
      let gamma = Double(index) / Double(Self.perUnit)
      let wrong = receiver.bitErrorProbability(gamma: gamma)
      return UInt32((-naturalLogarithm(1 - wrong) * 0x1p32).rounded(.down))
    }
  }

  /// −ln(1 − Pb) of one bit over noise and interference, in units of 2⁻³²; never falls with them and
  /// never rises with the signal.
  @inline(__always)
  public func loss(signal: Power, noise: Power) -> UInt64 {
    // 10 fractional bits, 4 of which choose the entry.
    let ratio = signal << 10 / noise
    let index = ratio >> 6
    guard index < UInt64(losses.count - 1) else { return 0 }
    let above = UInt64(losses[Int(index)])
    let below = UInt64(losses[Int(index) + 1])
    return (above << 6 - (above - below) * (ratio & 63)) >> 6
  }

  /// Σ −ln(1 − Pb) over the bits of a frame, in units of 2⁻³².
  public func loss(
    signal: Power, noise: Power, bits: Int, interference: Interference
  ) -> UInt64 {
    // Between two neighbouring cuts the interference is constant.
    var cuts = [0, bits]
    for piece in interference.pieces { cuts += [piece.bits.lowerBound, piece.bits.upperBound] }
    cuts.sort()
    var sum: UInt64 = 0
    for (start, end) in zip(cuts, cuts.dropFirst()) where start < end {
      var power = noise
      for piece in interference.pieces where piece.bits.contains(start) { power += piece.power }
      sum += UInt64(end - start) * loss(signal: signal, noise: power)
    }
    return sum
  }

  /// −ln v of a frame's draw of decoding, in units of 2⁻³².
  public func tolerance(_ draw: UInt32) -> UInt64 {
    exponential.gain(draw) << (32 - FadingGain.fractionBits)
  }

  /// The least signal of a frame that passes over noise alone with the luckiest draw.
  public func leastSignal(noise: Power, bits: Int) -> Power {
    var low: Power = 0
    var high: Power = 1 << 44
    while low < high {
      let middle = (low + high) / 2
      let passes = UInt64(bits) * loss(signal: middle, noise: noise) < tolerance(0)
      if passes { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// What overlaps one frame on its channel.
public struct Interference: Sendable {
  /// The sum of the whole power.
  public var total: Power = 0
  /// The bits of the frame that each arrival touches, where they matter.
  public var pieces: [(bits: Range<Int>, power: Power)] = []
  @usableFromInline let keepsPieces: Bool

  /// Nothing as yet; the rule tells whether the touched bits matter.
  @inlinable @inline(__always)
  public init(for rule: DecodeRule) { keepsPieces = rule.countsBitErrors }

  /// Adds an arrival that is on the air in the ticks [from, to), counted from the frame's start, of
  /// which at least one lies within the frame's `length`.
  @inlinable @inline(__always)
  public mutating func add(_ power: Power, from: Int64, to: Int64, length: Int64) {
    total &+= power
    if keepsPieces {
      pieces.append((Int(max(0, from) / 2)..<Int((min(length, to) + 1) / 2), power))
    }
  }
}
