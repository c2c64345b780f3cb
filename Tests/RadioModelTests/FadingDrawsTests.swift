import RadioModel
import RandomStreams
import TestSupport
import Testing

@Suite("Fading draws")
struct FadingDrawsTests {
  static func draws(_ endpoint: UInt32) -> FadingDraws {
    FadingDraws(seed: 3, endpoint: endpoint, collector: 5)
  }

  @Test("draws are uniform, at every place of a block")
  func uniform() {
    // 256 classes of 1,024 draws each: 99.9 % of samples of 255 degrees of freedom are below 330.5.
    var all = [Int](repeating: 0, count: 256)
    var places = [Int](repeating: 0, count: 64 * 16)
    for entity in 0..<64 as Range<UInt32> {
      for k in 0..<4096 as Range<UInt32> {
        let draw = Self.draws(entity).draw(k)
        all[Int(draw >> 24)] += 1
        places[Int(k & 63) * 16 + Int(draw >> 28)] += 1
      }
    }
    #expect(all.reduce(0.0) { $0 + Double(($1 - 1024) * ($1 - 1024)) / 1024 } < 330.5)
    // 64 places × 15 degrees of freedom: 99.9 % are below 1,099.
    #expect(places.reduce(0.0) { $0 + Double(($1 - 256) * ($1 - 256)) / 256 } < 1099)
  }

  @Test("small draws occur as often as they should, alone and in pairs of one block")
  func independent() {
    // The number of draws below 2⁻⁶ in a block of 64 independent ones is binomial.
    let blocks = 40_000
    var counts = [Int](repeating: 0, count: 65)
    for entity in 0..<UInt32(blocks / 4) {
      let link = Self.draws(entity)
      for block in 0..<4 as Range<UInt32> {
        let small = (0..<64).filter { link.draw(block << 6 | $0) < 1 << 26 }
        counts[small.count] += 1
      }
    }
    var chiSquare = 0.0
    var probability = 1.0
    for _ in 0..<64 { probability *= 63.0 / 64 }
    for count in 0..<6 {
      let expected = probability * Double(blocks)
      let difference = Double(counts[count]) - expected
      chiSquare += difference * difference / expected
      probability *= Double(64 - count) / Double(count + 1) / 63
    }
    // 99.9 % of samples of 6 degrees of freedom are below 22.5.
    #expect(chiSquare < 22.5, "\(counts[0..<8])")
  }

  @Test("neighbouring draws are not correlated")
  func uncorrelated() {
    for distance in [1, 4, 63, 64] as [UInt32] {
      var sum = 0.0
      let count = 100_000
      let link = Self.draws(distance + 99)
      for k in 0..<UInt32(count) {
        let first = unit(link.draw(k)) - 0.5
        sum += first * (unit(link.draw(k + distance)) - 0.5) * 12
      }
      // The mean of n products of independent variates of variance 1 has deviation 1/√n.
      #expect(abs(sum / Double(count)) < 3.3 / Double(count).squareRoot(), "distance \(distance)")
    }
  }

  @Test("the search finds what a look at every draw finds", arguments: 1...4 as ClosedRange<UInt64>)
  func search(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<400 {
      let link = Self.draws(UInt32(truncatingIfNeeded: random.next()))
      // Thresholds of all sizes, ranges that cut blocks anywhere.
      let threshold = DrawThreshold(
        draws: UInt32(truncatingIfNeeded: random.next()) >> UInt32(random.next() % 20))
      let low = UInt32(random.next() % 1000)
      let high = low + UInt32(random.next() % 700)
      var count = 0
      let found = link.latest(below: threshold, low: low, high: high, draws: &count)
      let expected = (low...high).last { link.draw($0) < threshold.draws }
      #expect(found?.k == expected, "seed \(seed), \(low)...\(high) below \(threshold.draws)")
      if let found { #expect(found.draw == link.draw(found.k)) }
      #expect(count >= 4)
    }
  }

  @Test("a block's word tells whether any of its draws lies below a threshold")
  func blockWord() {
    let link = Self.draws(17)
    for block in 0..<200 as Range<UInt32> {
      let smallest = (0..<64).map { link.draw(block << 6 | $0) }.min()!
      let word = link.block(of: block << 6)
      #expect(!word.holdsDraw(below: DrawThreshold(draws: smallest)))
      #expect(word.holdsDraw(below: DrawThreshold(draws: smallest + 1)))
    }
    #expect(!link.block(of: 0).holdsDraw(below: DrawThreshold(draws: 0)))
    #expect(link.block(of: 0).holdsDraw(below: DrawThreshold(draws: .max)))
  }
}
