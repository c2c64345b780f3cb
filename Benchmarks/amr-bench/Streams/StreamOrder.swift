import RadioModel
import RandomStreams

/// An order in which draws are handed to a statistical battery: the simulator's own draws, keyed
/// as it keys them, laid out so that a likeness between neighbours of any kind would show.
enum StreamOrder: String, CaseIterable, Sendable {
  /// The fading words of one link, by transmission; after k = 2³² − 1 the generator's index goes on.
  case alongK = "along-k"
  /// Fading words: transmission 0 of 4,096 consecutive endpoints at one collector, transmission 1 …
  case interleaved
  /// Fading words: transmission 0 of one endpoint at 4,096 consecutive collectors, transmission 1 …
  case collectors
  /// Jitter and channel words of 4,096 consecutive endpoints, as `interleaved`.
  case timing
  /// What `FadingDraws` makes of the fading and block words, as `interleaved`.
  case fadingDraws = "fading-draws"
  /// The same draws of one link, by transmission: those of a block stand together.
  case fadingDrawsAlongK = "fading-draws-along-k"
  /// The first four fading words of one link under the seeds 0, 1, 2 …
  case seeds
  /// No stream of the simulator: a 32-bit hash of endpoint and transmission, as `interleaved`, to
  /// see that a battery tells it apart.
  case mixingHash = "mixing-hash"

  /// All of them, for people.
  static let names = allCases.map(\.rawValue).joined(separator: ", ")

  /// Words of a chunk.
  static let chunkCount = 4 * rowCount
  private static let rowCount = 4096
  private static let firstEndpoint: UInt32 = 20_000_000
  private static let seed: UInt64 = 1

  /// Puts chunk `number` of the order into `words`, which has `chunkCount` of them.
  ///
  /// A chunk is four rows, one for each word of a call of the generator, or as many calls in turn.
  func fill(_ words: inout [UInt32], chunk number: UInt32) {
    let endpoint = Self.firstEndpoint
    switch self {
    case .alongK:
      let stream = RandomStream(seed: Self.seed, .fading, entity: endpoint)
      Self.fillInTurn(&words) { stream.words(number &* UInt32(Self.rowCount) &+ $0, sub: 1) }
    case .interleaved:
      Self.fillRows(&words) {
        RandomStream(seed: Self.seed, .fading, entity: endpoint + $0).words(number, sub: 1)
      }
    case .collectors:
      let stream = RandomStream(seed: Self.seed, .fading, entity: endpoint)
      Self.fillRows(&words) { stream.words(number, sub: 1 + $0) }
    case .timing:
      Self.fillRows(&words) {
        RandomStream(seed: Self.seed, .timing, entity: endpoint + $0).words(number)
      }
    case .fadingDraws:
      Self.fillRows(&words) {
        let draws = FadingDraws(seed: Self.seed, endpoint: endpoint + $0, collector: 1)
        return Self.four { lane in draws.draw(4 &* number &+ lane) }
      }
    case .fadingDrawsAlongK:
      let draws = FadingDraws(seed: Self.seed, endpoint: endpoint, collector: 1)
      Self.fillInTurn(&words) { call in
        let first = 4 &* (number &* UInt32(Self.rowCount) &+ call)
        return Self.four { lane in draws.draw(first &+ lane) }
      }
    case .seeds:
      Self.fillInTurn(&words) {
        let seed = UInt64(number) * UInt64(Self.rowCount) + UInt64($0)
        return RandomStream(seed: seed, .fading, entity: endpoint).words(0, sub: 1)
      }
    case .mixingHash:
      Self.fillRows(&words) { place in
        Self.four { Self.mixed(Self.mixed(endpoint + place) &+ 4 &* number &+ $0) }
      }
    }
  }

  /// Word j of call i goes to row j, place i.
  private static func fillRows(_ words: inout [UInt32], _ call: (UInt32) -> SIMD4<UInt32>) {
    for place in 0..<rowCount {
      let four = call(UInt32(place))
      for row in 0..<4 { words[row * rowCount + place] = four[row] }
    }
  }

  /// The words of one call after those of the other.
  private static func fillInTurn(_ words: inout [UInt32], _ call: (UInt32) -> SIMD4<UInt32>) {
    for index in 0..<rowCount {
      let four = call(UInt32(index))
      for lane in 0..<4 { words[4 * index + lane] = four[lane] }
    }
  }

  private static func four(_ word: (UInt32) -> UInt32) -> SIMD4<UInt32> {
    SIMD4(word(0), word(1), word(2), word(3))
  }

  /// The last step of the 32-bit MurmurHash3.
  private static func mixed(_ word: UInt32) -> UInt32 {
    var word = (word ^ word >> 16) &* 0x85EB_CA6B
    word = (word ^ word >> 13) &* 0xC2B2_AE35
    return word ^ word >> 16
  }
}
