import SystemMemory

/// Tells of many hashes which may have come twice, in about four bytes for each.
///
/// Hashes that came twice are always told, and of the others about one in ten by mistake.
struct RepeatFilter {
  /// A bit for each value of a hash's upper bits: of two words the first tells whether it came, the
  /// second whether it came again.
  private let words: [UInt64]
  private let shift: UInt64

  init(_ hashes: [[UInt64]]) {
    // Sixteen bits for a hash, a power of two of them.
    let count = hashes.reduce(0) { $0 + $1.count }
    let bits = max(6, Int.bitWidth - (max(count, 1) * 16 - 1).leadingZeroBitCount)
    let shift = UInt64(64 - bits)
    let wordCount = 2 << (bits - 6)
    words = Array(unsafeUninitializedCapacity: wordCount) { words, initializedCount in
      UnsafeMutableRawBufferPointer(words).adviseLargePages()
      words.initialize(repeating: 0)
      initializedCount = wordCount
      for part in hashes {
        for hash in part {
          let place = hash >> shift
          let bit: UInt64 = 1 << (place & 63)
          let word = Int(place >> 6) * 2
          words[word + 1] |= words[word] & bit
          words[word] |= bit
        }
      }
    }
    self.shift = shift
  }

  /// Whether one of the hashes may have come twice.
  @inline(__always)
  func mayRepeat(_ hash: UInt64) -> Bool {
    let place = hash >> shift
    return words[Int(place >> 6) * 2 + 1] >> (place & 63) & 1 == 1
  }
}
