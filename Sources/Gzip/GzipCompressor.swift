/// Makes gzip members (RFC 1952), one per call, without time or name in them, so that equal input
/// gives equal output. One compressor serves many pages: setting up costs more than a small page.
public final class GzipCompressor {
  private let deflation: Deflation

  /// What zlib looks for in the bytes.
  public enum Effort: Sendable {
    /// How often each byte comes, nothing else.
    case frequencies
    /// Also runs of one byte.
    case runs
    /// Also repeated strings, the first that are found: zlib's level 1.
    case quick
    /// Also repeated strings, with patience: zlib's level 6.
    case thorough
    /// The same, for numbers that are distributed at random: short strings are passed over.
    case filtered

    fileprivate var level: CInt {
      switch self {
      case .frequencies, .runs, .quick: 1
      case .thorough, .filtered: 6
      }
    }

    fileprivate var strategy: Deflation.Strategy {
      switch self {
      case .frequencies: .frequencies
      case .runs: .runs
      case .quick, .thorough: .usual
      case .filtered: .filtered
      }
    }
  }

  public init(_ effort: Effort) throws(GzipError) {
    deflation = try Deflation(.gzip, level: effort.level, effort.strategy)
  }

  /// The gzip form of `bytes`; nil when it would not be smaller than `limit` bytes.
  public func compress(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
    if limit <= 1 { return nil }
    return bytes.withUnsafeBufferPointer { deflation.compress($0, .finish, limit: limit - 1) }
  }
}
