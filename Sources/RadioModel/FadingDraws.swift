import RandomStreams

/// The fading draws of one link: 32 uniform bits for each transmission, defined so that a whole
/// block of transmissions that fading loses is recognised by a single word.
///
/// Sixty-four consecutive transmissions form a block. Its word tells the smallest draw of the block
/// and which transmission has it; the other draws are uniform above that. The 64 draws are
/// independent to within 2⁻²⁶: the smallest of n independent uniform numbers has the distribution
/// 1 − (1 − x)ⁿ, each of the n is it with equal probability, and the others are then independent
/// and uniform above it.
///
/// Where one frame in thousands passes, a search takes one call of the generator for each 256
/// transmissions instead of 64 calls.
public struct FadingDraws: Sendable {
  private let seed: UInt64
  private let endpoint: UInt32
  private let collector: UInt32

  @inline(__always)
  public init(seed: UInt64, endpoint: UInt32, collector: UInt32) {
    self.seed = seed
    self.endpoint = endpoint
    self.collector = collector
  }

  /// The draw of transmission k.
  @inline(__always)
  public func draw(_ k: UInt32) -> UInt32 {
    block(of: k).draw(own: ownWords(k >> 2)[Int(k & 3)], k: k)
  }

  /// The own words of transmissions 4·index … 4·index + 3, from which their block makes draws.
  @inline(__always)
  public func ownWords(_ index: UInt32) -> SIMD4<UInt32> {
    RandomStream(seed: seed, .fading, entity: endpoint).words(index, sub: collector)
  }

  /// The words of blocks 4·index … 4·index + 3.
  @inline(__always)
  private func blockWords(_ index: UInt32) -> SIMD4<UInt32> {
    RandomStream(seed: seed, .fadingBlock, entity: endpoint).words(index, sub: collector)
  }

  /// The block that contains transmission k.
  @inline(__always)
  public func block(of k: UInt32) -> FadingBlock {
    let number = k >> FadingBlock.shift
    return FadingBlock(word: blockWords(number >> 2)[Int(number & 3)])
  }

  /// The latest transmission in [low, high] whose draw lies below a threshold, with its draw.
  ///
  /// `draws` counts the words that were computed.
  @inline(__always)
  public func latest(
    below threshold: DrawThreshold, low: UInt32, high: UInt32, draws: inout Int
  ) -> (k: UInt32, draw: UInt32)? {
    var number = high >> FadingBlock.shift
    let lowest = low >> FadingBlock.shift
    var words = blockWords(number >> 2)
    draws += 4
    while true {
      let block = FadingBlock(word: words[Int(number & 3)])
      if block.holdsDraw(below: threshold) {
        let first = number << FadingBlock.shift
        let found = latest(
          in: block, below: threshold, low: max(low, first),
          high: min(high, first | (1 << FadingBlock.shift - 1)), draws: &draws)
        if let found { return found }
      }
      if number == lowest { return nil }
      number -= 1
      if number & 3 == 3 {
        words = blockWords(number >> 2)
        draws += 4
      }
    }
  }

  /// The same within one block.
  @inline(__always)
  private func latest(
    in block: FadingBlock, below threshold: DrawThreshold, low: UInt32, high: UInt32,
    draws: inout Int
  ) -> (k: UInt32, draw: UInt32)? {
    var k = high
    var own = ownWords(k >> 2)
    draws += 4
    while true {
      if let draw = block.draw(own: own[Int(k & 3)], k: k, below: threshold) { return (k, draw) }
      if k == low { return nil }
      k -= 1
      if k & 3 == 3 {
        own = ownWords(k >> 2)
        draws += 4
      }
    }
  }
}

/// What 64 consecutive transmissions of a link have in common: the smallest of their draws.
public struct FadingBlock: Sendable {
  /// A block has 2^shift transmissions.
  @usableFromInline static let shift: UInt32 = 6
  /// The number of different values of a smallest draw.
  fileprivate static let smallestCount: UInt32 = 1 << (32 - shift)

  /// The upper bits are the rank of the smallest draw, the lower ones its place in the block.
  private let word: UInt32

  @inline(__always)
  fileprivate init(word: UInt32) { self.word = word }

  /// Whether transmission k is the first of its block.
  @inline(__always)
  public static func starts(at k: UInt32) -> Bool { k & (1 << shift - 1) == 0 }

  /// Whether any draw of the block lies below the threshold.
  @inline(__always)
  public func holdsDraw(below threshold: DrawThreshold) -> Bool {
    word >> Self.shift < threshold.ranks
  }

  /// The draw of transmission k of this block, which has the own word `own`.
  @inline(__always)
  public func draw(own: UInt32, k: UInt32) -> UInt32 {
    Self.draw(own: own, k: k, word: word, smallest: Self.smallest(rank: word >> Self.shift))
  }

  /// The same, of the block with this word, whose smallest draw is known.
  @inline(__always)
  public static func draw(own: UInt32, k: UInt32, word: UInt32, smallest: UInt32) -> UInt32 {
    if isSmallest(k, word) { return smallest }
    let above = (UInt64(own) &* (1 << 32 &- UInt64(smallest))) >> 32
    return smallest &+ UInt32(truncatingIfNeeded: above)
  }

  /// The same, or nil where it does not lie below the threshold.
  @inline(__always)
  public func draw(own: UInt32, k: UInt32, below threshold: DrawThreshold) -> UInt32? {
    // No draw but the smallest lies below its own word.
    guard own < threshold.draws || Self.isSmallest(k, word) else { return nil }
    let draw = draw(own: own, k: k)
    return draw < threshold.draws ? draw : nil
  }

  @inline(__always)
  private static func isSmallest(_ k: UInt32, _ word: UInt32) -> Bool {
    (k ^ word) & (1 << shift - 1) == 0
  }

  /// The quantile 1 − (1 − p)^(1/64) at p = (rank + ½) / 2²⁶, in units of 2⁻³², rounded down.
  ///
  /// Square roots are exact to the last bit on every machine, and the result never falls with
  /// the rank.
  @inline(__always)
  fileprivate static func smallest(rank: UInt32) -> UInt32 {
    var root = (Double(smallestCount &- rank) - 0.5) / Double(smallestCount)
    for _ in 0..<shift { root = root.squareRoot() }
    return UInt32((1 - root) * 0x1p32)
  }
}

/// A bound on draws, and the same bound on the words of blocks.
public struct DrawThreshold: Sendable, Equatable {
  /// How many of the 2³² draws lie below the bound.
  public let draws: UInt32
  /// How many of the 2²⁶ ranks of a smallest draw lie below it.
  fileprivate let ranks: UInt32

  public init(draws: UInt32) {
    self.draws = draws
    // The distribution tells the rank to within rounding.
    var above = 1 - Double(draws) * 0x1p-32
    for _ in 0..<FadingBlock.shift { above *= above }
    var ranks = UInt32((1 - above) * Double(FadingBlock.smallestCount))
    while ranks < FadingBlock.smallestCount, FadingBlock.smallest(rank: ranks) < draws {
      ranks += 1
    }
    while ranks > 0, FadingBlock.smallest(rank: ranks - 1) >= draws { ranks -= 1 }
    self.ranks = ranks
  }
}
