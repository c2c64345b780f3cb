/// Tells of many hashes which may have come twice, in about four bytes for each.
///
/// Hashes that came twice are always told, and of the others about one in ten by mistake.
struct RepeatFilter {
  /// A bit for each value of a hash's upper bits: whether it came again.
  private let again: [UInt64]
  private let shift: UInt64

  init(_ hashes: [UInt64]) {
    // Sixteen bits for a hash, a power of two of them.
    let bits = max(6, Int.bitWidth - (max(hashes.count, 1) * 16 - 1).leadingZeroBitCount)
    let shift = UInt64(64 - bits)
    var seen = [UInt64](repeating: 0, count: 1 << (bits - 6))
    var again = seen
    // In a loop of its own, so that the processor waits for many places of the memory together.
    seen.withUnsafeMutableBufferPointer { seen in
      again.withUnsafeMutableBufferPointer { again in
        for hash in hashes {
          let place = hash >> shift
          let bit: UInt64 = 1 << (place & 63)
          let word = Int(place >> 6)
          again[word] |= seen[word] & bit
          seen[word] |= bit
        }
      }
    }
    self.again = again
    self.shift = shift
  }

  /// Whether one of the hashes may have come twice.
  func mayRepeat(_ hash: UInt64) -> Bool {
    let place = hash >> shift
    return again[Int(place >> 6)] >> (place & 63) & 1 == 1
  }
}
