import RandomStreams
import Testing

@Suite("Random streams")
struct RandomStreamsTests {
  /// `kat_vectors` of the Random123 library, all of this generator, and some of its
  /// `old_kat_vectors` in which one word of the counter stands out: rounds, counter, key, answer.
  static let knownAnswers: [(Int, SIMD4<UInt32>, UInt64, SIMD4<UInt32>)] = [
    (7, SIMD4(0, 0, 0, 0), 0, SIMD4(0x5f6f_b709, 0x0d89_3f64, 0x4f12_1f81, 0x4f73_0a48)),
    (
      7, SIMD4(repeating: .max), .max,
      SIMD4(0x5207_ddc2, 0x4516_5e59, 0x4d8e_e751, 0x8c52_f662)
    ),
    (
      7, SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), 0x299f_31d0_a409_3822,
      SIMD4(0x4dfc_caba, 0x190a_87f0, 0xc473_62ba, 0xb6b5_242a)
    ),
    (10, SIMD4(0, 0, 0, 0), 0, SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
    (
      10, SIMD4(repeating: .max), .max,
      SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
    ),
    (
      10, SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), 0x299f_31d0_a409_3822,
      SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
    ),
    (7, SIMD4(1, 0, 0, 0), 1, SIMD4(0x6b32_57c3, 0x820c_5486, 0x4de0_8b66, 0x8771_d665)),
    (7, SIMD4(0, 1, 0, 0), 1 << 32, SIMD4(0x8244_69c3, 0xe2b3_aee2, 0xf27d_3e79, 0x69e5_de86)),
    (
      7, SIMD4(0, 0, 1, 0), 0xffff_ffff << 32,
      SIMD4(0xf891_827e, 0x3b2f_7ecf, 0x41cb_eeb4, 0x596c_72b8)
    ),
    (7, SIMD4(0, 0, 0, 1), 1 << 63, SIMD4(0x0d55_76d6, 0xd37a_4b50, 0x2d54_4d55, 0x33f6_54d6)),
  ]

  @Test("Philox4x32 gives the published answers")
  func philox() {
    for (rounds, counter, key, answer) in Self.knownAnswers {
      #expect(Philox4x32.block(counter, key: key, rounds: rounds) == answer)
    }
  }

  @Test("a draw depends on each of seed, stream, entity, index and sub-stream")
  func independence() {
    var seen: Set<UInt32> = []
    for seed in [1, 2] as [UInt64] {
      for name in [StreamName.fading, .timing] {
        for entity in [7, 8, 7 << 16] as [UInt32] {
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
