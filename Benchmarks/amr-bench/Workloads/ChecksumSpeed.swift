import Checksums
import ERTProtocol
import RandomStreams

/// Checksums over bytes in memory.
final class ChecksumSpeed: Workload {
  static let benchmarks = [
    Benchmark(name: "checksums/bch", item: "byte") { ChecksumSpeed($0) { words, _ in bch(words) } },
    Benchmark(name: "checksums/crc-32", item: "byte") {
      ChecksumSpeed($0) { _, bytes in UInt128(CRC32.checksum(bytes)) }
    },
    Benchmark(name: "checksums/sha-256", item: "byte") {
      ChecksumSpeed($0) { _, bytes in
        SHA256.digest(bytes).prefix(16).reduce(0) { $0 << 8 | UInt128($1) }
      }
    },
  ]

  private let inputs: [(words: [UInt64], bytes: [UInt8])]
  private let work: @Sendable ([UInt64], [UInt8]) -> UInt128
  private var variant = 0
  private var result: UInt128 = 0

  private init(_ context: Context, work: @escaping @Sendable ([UInt64], [UInt8]) -> UInt128) {
    self.work = work
    let count = context.pick(full: 1 << 21, tiny: 1 << 13)
    inputs = [UInt32(0), 1].map { variant in
      let draws = RandomStream(seed: 1, .placement, entity: variant)
      let words = (0..<UInt32(count)).map { index in
        let four = draws.words(index)
        return UInt64(four.x) << 32 | UInt64(four.y)
      }
      return (words, words.withUnsafeBytes { Array($0) })
    }
  }

  func prepare(variant: Int) { self.variant = variant }

  func run() -> Int {
    result = work(inputs[variant].words, inputs[variant].bytes)
    return inputs[variant].bytes.count
  }

  func digest() -> UInt128 { result }

  /// Of each eight bytes, as in a frame.
  private static func bch(_ words: [UInt64]) -> UInt128 {
    var sum: UInt64 = 0
    for word in words { sum = sum &* 31 &+ UInt64(BCHChecksum.of(word)) }
    return UInt128(sum)
  }
}
