import RandomStreams

/// What a word of 32 bits costs from the generator in use and from the others that were weighed.
///
/// Every call has another index and another entity, as in a walk over endpoints.
final class Generators: Workload {
  static let benchmarks = [
    benchmark("philox4x32-7") { philox($0, $1, rounds: 7) },
    benchmark("philox4x32-8") { philox($0, $1, rounds: 8) },
    benchmark("philox4x32-10") { philox($0, $1, rounds: 10) },
    benchmark("threefry4x32-12") { threefry($0, $1, rounds: 12) },
    benchmark("threefry4x32-20") { threefry($0, $1, rounds: 20) },
    benchmark("philox2x64-7") { seed, calls in
      total(calls) { index, entity in
        let counter = (UInt64(index) << 32 | sub, UInt64(entity) << 32 | stream)
        let two = CandidateGenerators.philox2x64(counter, key: seed, rounds: 7)
        return UInt32(truncatingIfNeeded: two.0 &+ (two.1 >> 32))
      }
    },
    benchmark("squares32") { seed, calls in
      let key = KnownAnswers.squaresKey &+ seed << 1
      // One word a call, and a counter of 64 bits, too short for entity, sub-stream and stream.
      return total(wordsPerCall * calls) { index, _ in
        CandidateGenerators.squares32(UInt64(index), key: key)
      }
    },
  ]

  private static let wordsPerCall = 4
  private static let sub: UInt64 = 1
  private static let stream: UInt64 = 5

  private let calls: Int
  private let work: @Sendable (UInt64, Int) -> UInt32
  private var seed: UInt64 = 1
  private var result: UInt32 = 0

  private init(
    _ context: Context, work: @escaping @Sendable (UInt64, Int) -> UInt32
  ) throws {
    try KnownAnswers.check()
    calls = context.pick(full: 1 << 22, tiny: 1 << 12)
    self.work = work
  }

  func prepare(variant: Int) { seed = UInt64(variant) + 1 }

  func run() -> Int {
    result = work(seed, calls)
    return calls * Self.wordsPerCall
  }

  func digest() -> UInt128 { UInt128(result) }

  private static func benchmark(
    _ name: String, _ work: @escaping @Sendable (UInt64, Int) -> UInt32
  ) -> Benchmark {
    Benchmark(name: "generators/\(name)", item: "word") { try Generators($0, work: work) }
  }

  /// The product's own code.
  @inline(__always)
  private static func philox(_ seed: UInt64, _ calls: Int, rounds: Int) -> UInt32 {
    total(calls) { index, entity in
      folded(Philox4x32.block(counter(index, entity), key: seed, rounds: rounds))
    }
  }

  @inline(__always)
  private static func threefry(_ seed: UInt64, _ calls: Int, rounds: Int) -> UInt32 {
    let key = SIMD4(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32), 0, 0)
    return total(calls) { index, entity in
      folded(CandidateGenerators.threefry4x32(counter(index, entity), key: key, rounds: rounds))
    }
  }

  @inline(__always)
  private static func counter(_ index: UInt32, _ entity: UInt32) -> SIMD4<UInt32> {
    SIMD4(index, UInt32(sub), entity, UInt32(stream))
  }

  @inline(__always)
  private static func folded(_ words: SIMD4<UInt32>) -> UInt32 {
    words.x &+ words.y ^ words.z &+ words.w
  }

  @inline(__always)
  private static func total(_ calls: Int, _ word: (_ index: UInt32, _ entity: UInt32) -> UInt32)
    -> UInt32
  {
    var sum: UInt32 = 0
    for index in 0..<UInt32(calls) { sum = sum &+ word(index, 20_000_000 &+ 3 &* index) }
    return sum
  }
}

/// Published answers of the candidates, so that what is measured is the real thing. Philox4x32 has
/// them in its own tests.
private enum KnownAnswers {
  /// A key of Squares is no free number.
  static let squaresKey: UInt64 = 0x3bc8_bca4_d301_945b

  /// Compares with `kat_vectors` of Random123 and, for Squares, with the first numbers of the test
  /// set of the Python package randomgen.
  static func check() throws(WrongAnswer) {
    // Twelve rounds have no published answer; they are the first twelve of these.
    let four = CandidateGenerators.threefry4x32(
      SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      key: SIMD4(0xa409_3822, 0x299f_31d0, 0x082e_fa98, 0xec4e_6c89), rounds: 20)
    guard four == SIMD4(0x59cd_1dbb, 0xb887_9579, 0x86b5_d00c, 0xac8b_6d84) else {
      throw WrongAnswer(generator: "Threefry4x32")
    }
    let two = CandidateGenerators.philox2x64(
      (0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344), key: 0xa409_3822_299f_31d0, rounds: 7)
    guard two == (0x98ed_1534_392b_f372, 0x6752_8b15_6888_2fd5) else {
      throw WrongAnswer(generator: "Philox2x64")
    }
    let squares = (0..<4).map { CandidateGenerators.squares32($0, key: squaresKey) }
    guard squares == [0x5167_ea8b, 0x0e03_102b, 0xe59f_61d7, 0x943a_c4d0] else {
      throw WrongAnswer(generator: "Squares32")
    }
  }
}

/// A candidate's code does not give its published answer.
private struct WrongAnswer: Error, CustomStringConvertible {
  let generator: String

  var description: String {
    "\(generator): its answer is not the published one; mend CandidateGenerators.swift"
  }
}
