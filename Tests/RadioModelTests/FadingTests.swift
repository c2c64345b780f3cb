import Glibc
import RadioModel
import TestSupport
import Testing

@Suite("Rayleigh fading")
struct FadingTests {
  private static let table = FadingGain(.rayleigh)

  /// −ln((u + ½) / 2³²) by the system's logarithm.
  private static func exact(_ draw: UInt32) -> Double {
    draw > 1 << 31
      ? -log1p(-(Double(UInt32.max - draw) + 0.5) * 0x1p-32) : -log((Double(draw) + 0.5) * 0x1p-32)
  }

  /// The draws around every border of an octave and of its 256 pieces.
  private static let borders: [UInt32] = {
    var draws: Set<UInt32> = Set(0...2100)
    for octave in 9...32 {
      for piece in 0...256 as ClosedRange<UInt64> {
        // (2u + 1) has the border's value where 2u + 1 = 2^octave · (1 + piece/256).
        let border = Int64((UInt64(1) << UInt64(octave)) * (256 + piece) / 512)
        for near in border - 3...border + 3 where (0...0xFFFF_FFFF).contains(near) {
          draws.insert(UInt32(near))
        }
      }
    }
    return draws.sorted()
  }()

  @Test("never rises with the draw, across every border")
  func monotoneAtBorders() {
    for (low, high) in zip(Self.borders, Self.borders.dropFirst()) {
      #expect(Self.table.gain(low) >= Self.table.gain(high), "\(low) and \(high)")
    }
    #expect(Self.table.gain(.max) == 0)
    #expect(Double(Self.table.gain(0)) * 0x1p-20 < 22.9)
  }

  @Test("never rises with the draw, anywhere", arguments: [11, 12] as [UInt64])
  func monotoneAtRandom(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<200_000 {
      let low = UInt32(truncatingIfNeeded: random.next())
      let apart = UInt32(truncatingIfNeeded: random.next() >> (32 + random.next() % 32))
      let high = low.addingReportingOverflow(apart).overflow ? .max : low + apart
      if Self.table.gain(low) < Self.table.gain(high) {
        Issue.record("seed \(seed): \(low) and \(high)")
        return
      }
    }
  }

  @Test("is within 4 millionths of −ln((u + ½)/2³²)")
  func exactness() {
    var random = SplitMix64(seed: 20)
    let others = (0..<200_000).map { _ in UInt32(truncatingIfNeeded: random.next()) }
    var worst = 0.0
    for draw in Self.borders + others {
      worst = max(worst, abs(Double(Self.table.gain(draw)) * 0x1p-20 - Self.exact(draw)))
    }
    #expect(worst < 4e-6, "\(worst)")
  }

  @Test("has mean 1 over all draws")
  func mean() {
    // Every 4096th draw, at the middle of its stretch.
    var sum: UInt64 = 0
    for piece in 0..<UInt32(1 << 20) { sum += Self.table.gain(piece << 12 | 0x800) }
    #expect(abs(Double(sum) * 0x1p-40 - 1) < 3e-6)
  }

  @Test("is exponential: 32 classes of equal probability", arguments: [1, 2, 3] as [UInt64])
  func distribution(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var counts = [Int](repeating: 0, count: 32)
    let total = 320_000
    for _ in 0..<total {
      let gain = Double(Self.table.gain(UInt32(truncatingIfNeeded: random.next()))) * 0x1p-20
      counts[min(31, Int((1 - exp(-gain)) * 32))] += 1
    }
    let expected = Double(total) / 32
    let chiSquare = counts.reduce(0.0) { $0 + pow(Double($1) - expected, 2) / expected }
    // 31 degrees of freedom: 10…67 leaves out 2 in 10,000.
    #expect((10...67).contains(chiSquare), "seed \(seed): \(chiSquare)")
  }

  @Test("known margins: P(power > mean − m dB) = exp(−10^(−m/10))")
  func margins() {
    for (db, expected) in [(3.0, 0.605811), (10, 0.904837), (20, 0.990050)] {
      let border = UInt64(pow(10, -db / 10) * 0x1p20)
      var low: UInt64 = 0
      var high: UInt64 = 1 << 32
      while low < high {
        let middle = (low + high) / 2
        if Self.table.gain(UInt32(middle)) > border { low = middle + 1 } else { high = middle }
      }
      #expect(abs(Double(low) * 0x1p-32 - expected) < 3e-6, "\(db) dB")
    }
  }

  @Test("the strongest mean with the strongest draw stays below 2⁴⁴, without overflow")
  func strongest() {
    let exact = PowerScale.meanMax.multipliedReportingOverflow(by: Self.table.gain(0))
    #expect(!exact.overflow)
    #expect(Self.table.faded(PowerScale.meanMax, 0) == exact.partialValue >> 20)
    #expect(Self.table.faded(PowerScale.meanMax, 0) < 1 << 44)
    #expect(Self.table.faded(PowerScale.meanMax, .max) == 0)
    #expect(Self.table.faded(0, 0) == 0)
  }
}
