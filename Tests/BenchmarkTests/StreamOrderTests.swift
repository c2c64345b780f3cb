import RadioModel
import RandomStreams
import TestSupport
import Testing

/// What a statistical battery is given must be the draws of the simulator, in the order promised.
@Suite("amr-bench --stream")
struct StreamOrderTests {
  static let rowCount = 4096
  static let firstEndpoint: UInt32 = 20_000_000

  /// The draw at a place of an order, from the simulator's own interface.
  struct Expectation: Sendable {
    let order: String
    let word: @Sendable (_ place: Int) -> UInt32
  }

  static let expectations = [
    Expectation(order: "along-k") { place in
      RandomStream(seed: 1, .fading, entity: firstEndpoint).word(UInt32(place), sub: 1)
    },
    interleaved("interleaved") { across, k in
      RandomStream(seed: 1, .fading, entity: firstEndpoint + across).word(k, sub: 1)
    },
    interleaved("collectors") { across, k in
      RandomStream(seed: 1, .fading, entity: firstEndpoint).word(k, sub: 1 + across)
    },
    interleaved("timing") { across, k in
      RandomStream(seed: 1, .timing, entity: firstEndpoint + across).word(k)
    },
    interleaved("fading-draws") { across, k in
      FadingDraws(seed: 1, endpoint: firstEndpoint + across, collector: 1).draw(k)
    },
    Expectation(order: "fading-draws-along-k") { place in
      FadingDraws(seed: 1, endpoint: firstEndpoint, collector: 1).draw(UInt32(place))
    },
    Expectation(order: "seeds") { place in
      RandomStream(seed: UInt64(place / 4), .fading, entity: firstEndpoint)
        .word(UInt32(place % 4), sub: 1)
    },
  ]

  static func interleaved(
    _ order: String, _ word: @escaping @Sendable (_ across: UInt32, _ k: UInt32) -> UInt32
  ) -> Expectation {
    Expectation(order: order) { word(UInt32($0 % rowCount), UInt32($0 / rowCount)) }
  }

  @Test("An order holds the simulator's draws and ends with its reader", arguments: expectations)
  func orderHoldsDraws(_ expectation: Expectation) throws {
    // Ten rows: more than two of the chunks that the program makes.
    let count = 10 * Self.rowCount
    let run = try runCommand(
      "/bin/sh",
      [
        "-c", "\"$0\" --stream \"$1\" | head -c \"$2\"", try AMRBenchTests.program(),
        expectation.order, "\(4 * count)",
      ])
    try #require(run.exitCode == 0 && run.output.count == 4 * count, "\(run.errorText)")
    let words = run.output.withUnsafeBytes { bytes in
      (0..<count).map { UInt32(littleEndian: bytes.load(fromByteOffset: 4 * $0, as: UInt32.self)) }
    }
    let firstDifference = (0..<count).first { words[$0] != expectation.word($0) }
    #expect(firstDifference == nil)
  }
}
