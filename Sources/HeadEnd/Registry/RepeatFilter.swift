/// Tells of many hashes which may have come twice, in about four bytes for each.
///
/// Hashes that came twice are always told, and of the others about one in ten by mistake.
struct RepeatFilter {
  /// A bit for each value of a hash's upper bits: whether it came, and whether it came again.
  private var seen: [UInt64]
  private var again: [UInt64]
  private let shift: UInt64

  /// - Parameter count: how many hashes will be offered.
  init(count: Int) {
    // Sixteen bits for a hash, a power of two of them.
    let bits = max(6, Int.bitWidth - (max(count, 1) * 16 - 1).leadingZeroBitCount)
    shift = UInt64(64 - bits)
    seen = [UInt64](repeating: 0, count: 1 << (bits - 6))
    again = seen
  }

  mutating func insert(_ hash: UInt64) {
    let place = hash >> shift
    let bit: UInt64 = 1 << (place & 63)
    let word = Int(place >> 6)
    again[word] |= seen[word] & bit
    seen[word] |= bit
  }

  /// Whether a hash that was inserted may have been so twice.
  func mayRepeat(_ hash: UInt64) -> Bool {
    let place = hash >> shift
    return again[Int(place >> 6)] >> (place & 63) & 1 == 1
  }
}
