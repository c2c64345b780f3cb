import Checksums
import ERTProtocol
import RandomStreams

/// Checksums over bytes in memory.
final class ChecksumSpeed: Workload {
  private typealias Work = @Sendable (Input) -> (items: Int, digest: UInt128)

  static let benchmarks = [
    benchmark("bch", item: "byte", goal: 0.5) { ($0.bytes.count, bch($0.words)) },
    benchmark("crc-32", item: "byte", goal: 0.1) {
      ($0.bytes.count, UInt128(CRC32.checksum($0.bytes)))
    },
    benchmark("frames", item: "frame", goal: 1) { frames($0.bytes) },
    benchmark("sha-256", item: "byte", goal: 0.6) {
      let digest = SHA256.digest($0.bytes)
      return ($0.bytes.count, UInt128(digest.first) << 64 | UInt128(digest.second))
    },
  ]

  private struct Input {
    let words: [UInt64]
    let bytes: [UInt8]
  }

  let goal: Double?
  private let inputs: [Input]
  private let work: Work
  private var variant = 0
  private var result: UInt128 = 0

  private static func benchmark(
    _ name: String, item: String, goal: Double, _ work: @escaping Work
  ) -> Benchmark {
    Benchmark(name: "checksums/\(name)", item: item) { ChecksumSpeed($0, goal: goal, work) }
  }

  private init(_ context: Context, goal: Double, _ work: @escaping Work) {
    self.goal = goal
    self.work = work
    let count = context.pick(full: 1 << 21, tiny: 1 << 13)
    inputs = [UInt32(0), 1].map { variant in
      let draws = RandomStream(seed: 1, .placement, entity: variant)
      let words = (0..<UInt32(count)).map { index in
        let four = draws.words(index)
        return UInt64(four.x) << 32 | UInt64(four.y)
      }
      return Input(words: words, bytes: words.withUnsafeBytes { Array($0) })
    }
  }

  func prepare(variant: Int) { self.variant = variant }

  func run() -> Int {
    let (items, digest) = work(inputs[variant])
    result = digest
    return items
  }

  func digest() -> UInt128 { result }

  /// Of each eight bytes, as in a frame.
  private static func bch(_ words: [UInt64]) -> UInt128 {
    var sum: UInt64 = 0
    for word in words { sum = sum &* 31 &+ UInt64(BCHChecksum.of(word)) }
    return UInt128(sum)
  }

  /// As in the records of uploads of 6,000.
  private static func frames(_ bytes: [UInt8]) -> (Int, UInt128) {
    let (stride, first) = (19, 7)
    var count = 0
    var digest: UInt128 = 0
    bytes.withUnsafeBytes { bytes in
      for start in Swift.stride(from: 0, to: bytes.count, by: 6000 * stride) {
        let part = UnsafeRawBufferPointer(rebasing: bytes[start...].prefix(6000 * stride))
        let frames = part.count / stride
        let valid = ValidFrames(in: part, first: first, stride: stride, count: frames)
        count += frames
        for word in valid.words { digest = digest &* 31 &+ UInt128(word) }
      }
    }
    return (count, digest)
  }
}
