import Glibc
import RadioModel
import RandomStreams
import TestSupport
import Testing

@testable import AMRSimulation

/// χ² of counts against equal expectations.
func chiSquare(_ counts: [Int]) -> Double {
  let expected = Double(counts.reduce(0, +)) / Double(counts.count)
  return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
}

/// Whether χ² is within 4.5 standard deviations of its mean, the degrees of freedom.
func isPlausible(chiSquare: Double, freedom: Int) -> Bool {
  abs(chiSquare - Double(freedom)) < 4.5 * (2 * Double(freedom)).squareRoot()
}

@Suite("Hops: jitter and channel of a transmission")
struct HopTests {
  /// The hops of many endpoints' own streams.
  private static func hops(span: UInt32, channels: UInt32, seed: UInt64) -> [Hop] {
    (0..<400 as Range<UInt32>).flatMap { endpoint in
      let stream = RandomStream(seed: seed, .timing, entity: 20_000_000 + endpoint)
      return (0..<500 as Range<UInt32>).map {
        Hop(stream.word($0), jitterSpan: span, channels: channels)
      }
    }
  }

  @Test("every channel is used equally often", arguments: [2, 3, 25, 50, 255] as [UInt32], [1, 2])
  func channels(channels: UInt32, seed: UInt64) {
    var counts = [Int](repeating: 0, count: Int(channels))
    for hop in Self.hops(span: 8192, channels: channels, seed: seed) {
      counts[Int(hop.channel)] += 1
    }
    let value = chiSquare(counts)
    #expect(isPlausible(chiSquare: value, freedom: Int(channels) - 1), "seed \(seed): \(value)")
  }

  @Test(
    "jitter is uniform below its span", arguments: [64, 983, 8192, 65_536, 1 << 20] as [UInt32])
  func jitter(span: UInt32) {
    var counts = [Int](repeating: 0, count: 64)
    for hop in Self.hops(span: span, channels: 50, seed: 3) {
      #expect(hop.jitter < span)
      counts[Int(UInt64(hop.jitter) * 64 / UInt64(span))] += 1
    }
    // 983 ticks do not divide into 64 equal classes.
    let expected = (0..<64).map { piece -> Double in
      let low = (UInt64(piece) * UInt64(span) + 63) / 64
      let high = (UInt64(piece + 1) * UInt64(span) + 63) / 64
      return Double(high - low) / Double(span) * 200_000
    }
    let value = zip(counts, expected).reduce(0) { $0 + pow(Double($1.0) - $1.1, 2) / $1.1 }
    #expect(isPlausible(chiSquare: value, freedom: 63), "\(value)")
  }

  @Test("jitter and channel are independent")
  func independence() {
    var counts = [Int](repeating: 0, count: 50 * 16)
    for hop in Self.hops(span: 8192, channels: 50, seed: 4) {
      counts[Int(hop.channel) * 16 + Int(hop.jitter) / 512] += 1
    }
    let value = chiSquare(counts)
    #expect(isPlausible(chiSquare: value, freedom: 799), "\(value)")
  }

  @Test("neighbouring transmissions and neighbouring endpoints hop independently")
  func neighbours() {
    var next = [Int](repeating: 0, count: 400)
    var beside = [Int](repeating: 0, count: 400)
    for endpoint in 0..<400 as Range<UInt32> {
      let one = RandomStream(seed: 5, .timing, entity: endpoint)
      let other = RandomStream(seed: 5, .timing, entity: endpoint + 1)
      for k in 0..<400 as Range<UInt32> {
        func channel(_ word: UInt32) -> Int {
          Int(Hop(word, jitterSpan: 1, channels: 20).channel)
        }
        next[channel(one.word(k)) * 20 + channel(one.word(k + 1))] += 1
        beside[channel(one.word(k)) * 20 + channel(other.word(k))] += 1
      }
    }
    #expect(isPlausible(chiSquare: chiSquare(next), freedom: 399), "\(chiSquare(next))")
    #expect(isPlausible(chiSquare: chiSquare(beside), freedom: 399), "\(chiSquare(beside))")
  }

  @Test(
    "a sequence uses every channel once a round, neighbours far apart",
    arguments: [1, 2, 3, 25, 50, 255] as [UInt32])
  func sequence(channels: UInt32) {
    let sequence = HopSequence(channels: channels)
    for (offset, first) in [(0, 0), (UInt8(channels - 1), 7), (3, UInt32.max - 600)]
      as [(UInt8, UInt32)]
    {
      let round = (first..<first + channels).map { sequence.channel(offset: offset, k: $0) }
      #expect(Set(round) == Set(0..<UInt8(channels)))
      #expect(round[0] == sequence.channel(offset: offset, k: first + channels))
    }
    #expect(channels < 25 || abs(Double(sequence.step) / Double(channels) - 0.618) < 0.03)
  }

  @Test("an endpoint's channels follow its own offset, and jitter is drawn as ever")
  func sequenceOnAir() {
    let means = [Power](repeating: 1 << 20, count: 40)
    let random = AirStatisticsTests.Setting(channels: 50, jitterMs: 300, means: means).air(seed: 1)
    let inTurn = AirStatisticsTests.Setting(
      channels: 50, jitterMs: 300, hopping: .sequence, means: means
    ).air(seed: 1)
    var offsets: Set<UInt8> = []
    for link in 0..<40 {
      let first = inTurn.hop(link: link, k: 0).channel
      offsets.insert(first)
      for k in 0..<200 as Range<UInt32> {
        let hop = inTurn.hop(link: link, k: k)
        #expect(hop.jitter == random.hop(link: link, k: k).jitter)
        #expect(hop.channel == HopSequence(channels: 50).channel(offset: first, k: k))
      }
    }
    #expect(offsets.count > 15)
  }

  @Test("the extremes of a word reach the extremes of span and channels")
  func extremes() {
    for (span, channels) in [(1, 1), (8192, 50), (65_536, 255), (117_964_800, 255)]
      as [(UInt32, UInt32)]
    {
      #expect(Hop(0, jitterSpan: span, channels: channels).jitter == 0)
      #expect(Hop(0, jitterSpan: span, channels: channels).channel == 0)
      let last = Hop(.max, jitterSpan: span, channels: channels)
      #expect(last.channel == UInt8(channels - 1))
      #expect(last.jitter == (span <= 65_536 ? span - 1 : UInt32(UInt64(span) * 65_535 / 65_536)))
    }
  }
}
