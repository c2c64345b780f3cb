import RandomStreams
import Testing

@Suite("Random streams")
struct RandomStreamsTests {
  /// `kat_vectors` of the Random123 library.
  static let knownAnswers:
    [(rounds: Int, counter: (UInt64, UInt64), key: UInt64, answer: (UInt64, UInt64))] = [
      (7, (0, 0), 0, (0xb41d_a69f_bfef_c666, 0x511e_9ce1_a553_4056)),
      (7, (.max, .max), .max, (0xa469_6cc0_4462_015d, 0x7247_82da_e171_69e9)),
      (
        7, (0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344), 0xa409_3822_299f_31d0,
        (0x98ed_1534_392b_f372, 0x6752_8b15_6888_2fd5)
      ),
      (10, (0, 0), 0, (0xca00_a045_9843_d731, 0x66c2_4222_c9a8_45b5)),
      (10, (.max, .max), .max, (0x65b0_21d6_0cd8_310f, 0x4d02_f322_2f86_df20)),
      (
        10, (0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344), 0xa409_3822_299f_31d0,
        (0x0a5e_742c_2997_341c, 0xb0f8_83d3_8000_de5d)
      ),
    ]

  @Test("Philox2x64 gives the published answers")
  func philox() {
    for (rounds, counter, key, answer) in Self.knownAnswers {
      #expect(Philox2x64.block(counter, key: key, rounds: rounds) == answer)
    }
  }

  @Test("a draw depends on each of seed, stream, entity, index and sub-stream")
  func independence() {
    var seen: Set<UInt32> = []
    for seed in [1, 2] as [UInt64] {
      for name in [StreamName.fading, .timing] {
        for entity in [7, 8, 7 << 32] as [UInt64] {
          for sub in [0, 1] as [UInt32] {
            let stream = RandomStream(seed: seed, name, entity: entity)
            for index in 0..<64 as Range<UInt32> { seen.insert(stream.word(index, sub: sub)) }
          }
        }
      }
    }
    // 1,536 draws of 32 bits: the chance of one or more equal pairs is 3 in 10,000.
    #expect(seen.count >= 1535)
  }

  @Test("a word is the lane of its block")
  func lanes() {
    let stream = RandomStream(seed: 5, .fading, entity: 6)
    for index in 0..<16 as Range<UInt32> {
      #expect(stream.word(index, sub: 9) == stream.words(index / 4, sub: 9)[Int(index % 4)])
    }
  }

  @Test("draws below a bound reach every value about equally often")
  func bounded() {
    let stream = RandomStream(seed: 11, .delivery, entity: 0)
    var counts = [Int](repeating: 0, count: 50)
    for index in 0..<50_000 as Range<UInt32> { counts[Int(below(50, stream.word(index)))] += 1 }
    let chiSquare = counts.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
    // 49 degrees of freedom: 99.9 % of samples lie below 85.4.
    #expect(chiSquare < 85.4)
  }
}
