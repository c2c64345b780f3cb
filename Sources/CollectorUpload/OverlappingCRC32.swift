import Checksums

/// CRC-32 of parts of a source that overlap one another, asked for by ascending start.
///
/// However many parts a byte lies in, it is looked at once for all of them, and again only where it
/// is less than a block away from a part's ends. The checksums from a common start to the end of
/// each block are kept, and the checksum of what lies between two of those ends follows from theirs.
struct OverlappingCRC32 {
  private static let blockByteCount = 4096

  /// Offset in the source of the end that `prefixes[0]` belongs to.
  private var first = 0
  /// Checksums from the common start to `first`, and to the end of each block behind it.
  private var prefixes: [UInt32] = [0]

  /// - Parameters:
  ///   - part: offsets in the source, starting no earlier than those of the last call.
  ///   - bytes: of the source, from `base` on, with all of `part`.
  mutating func checksum(of part: Range<Int>, in bytes: UnsafeRawBufferPointer, base: Int) -> UInt32
  {
    func update(_ crc: UInt32, _ range: Range<Int>) -> UInt32 {
      var crc = CRC32(continuing: crc)
      crc.update(
        UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound - base..<range.upperBound - base]))
      return crc.value
    }
    forget(before: part.lowerBound)
    while end + Self.blockByteCount <= part.upperBound {
      prefixes.append(update(prefixes.last!, end..<end + Self.blockByteCount))
    }
    let low = (part.lowerBound - first + Self.blockByteCount - 1) / Self.blockByteCount
    let high = (part.upperBound - first) / Self.blockByteCount
    guard low < high else { return update(0, part) }
    let (middle, tail) = (end(of: low), end(of: high))
    let head = update(0, part.lowerBound..<middle)
    let both = CRC32.combine(prefixes[low], prefixes[high], secondByteCount: tail - middle)
    return update(
      CRC32.combine(head, both, secondByteCount: tail - middle), tail..<part.upperBound)
  }

  private func end(of block: Int) -> Int { first + block * Self.blockByteCount }

  private var end: Int { end(of: prefixes.count - 1) }

  /// Drops what no part from `start` on needs, so that memory depends on the longest part alone.
  private mutating func forget(before start: Int) {
    if start > end {
      first = start
      prefixes = [0]
      return
    }
    let passed = (start - first) / Self.blockByteCount
    if passed > prefixes.count / 2 {
      first = end(of: passed)
      prefixes.removeFirst(passed)
    }
  }
}
