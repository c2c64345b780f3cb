/// Reads DELTA_BINARY_PACKED.
enum DeltaDecoding {
  static func decode32(
    _ content: inout PageContent, count: Int
  ) throws(ParquetError) -> [Int32] {
    try decode(&content, count)
  }

  static func decode64(
    _ content: inout PageContent, count: Int
  ) throws(ParquetError) -> [Int64] {
    try decode(&content, count)
  }

  /// Exactly `count` values, a number the caller has bounded. All sums wrap, as the format demands.
  private static func decode<Value: FixedWidthInteger & SignedInteger>(
    _ content: inout PageContent, _ count: Int
  ) throws(ParquetError) -> [Value] {
    let blockSize = try content.varint()
    let miniblocks = try content.varint()
    let total = try content.varint()
    guard 128...65_536 ~= blockSize, blockSize.isMultiple(of: 128), 1...512 ~= miniblocks,
      blockSize.isMultiple(of: miniblocks), (blockSize / miniblocks).isMultiple(of: 32)
    else {
      throw content.error("delta blocks of \(blockSize) values in \(miniblocks) miniblocks")
    }
    guard total == UInt64(count) else {
      throw content.error("\(total) delta-encoded values where \(count) are expected")
    }
    let first = Value(truncatingIfNeeded: try content.zigzag())
    if count == 0 { return [] }
    let groups = Int(blockSize / miniblocks) / 32
    var failure: ParquetError?
    let values = [Value](unsafeUninitializedCapacity: count) { values, used in
      values.initializeElement(at: 0, to: first)
      do throws(ParquetError) {
        try decodeBlocks(&content, groups, Int(miniblocks), values)
        used = count
      } catch {
        failure = error
        used = 0
      }
    }
    if let failure { throw failure }
    return values
  }

  /// Decodes all values after the first one, which is there.
  @inline(__always)
  private static func decodeBlocks<Value: FixedWidthInteger & SignedInteger>(
    _ content: inout PageContent, _ groups: Int, _ miniblocks: Int,
    _ values: UnsafeMutableBufferPointer<Value>
  ) throws(ParquetError) {
    var filled = 1
    while filled < values.count {
      let least = Value(truncatingIfNeeded: try content.zigzag())
      let widths = try content.take(miniblocks)
      for index in widths.range {
        let width = Int(widths.bytes[index])
        // Miniblocks after the last value have no bytes, whatever width they state.
        if filled == values.count { break }
        guard width <= Value.bitWidth else {
          throw content.error("values of \(width) bits in a column of \(Value.bitWidth) bits")
        }
        let packed = try content.take(groups * 4 * width)
        packed.bytes.withUnsafeBytes { all in
          for group in 0..<groups {
            let start = packed.range.lowerBound + group * 4 * width
            let end = min(filled + 32, values.count)
            unpack(all, start, width, least, filled..<end, values)
            filled = end
          }
        }
      }
    }
  }

  /// Decodes at most 32 values from the 4 × `width` bytes at `start`.
  @inline(__always)
  private static func unpack<Value: FixedWidthInteger & SignedInteger>(
    _ bytes: UnsafeRawBufferPointer, _ start: Int, _ width: Int, _ least: Value,
    _ places: Range<Int>, _ values: UnsafeMutableBufferPointer<Value>
  ) {
    if places.isEmpty { return }
    var running = values[places.lowerBound &- 1]
    if width == 0 {
      for place in places {
        running = running &+ least
        values.initializeElement(at: place, to: running)
      }
      return
    }
    let mask = UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- width)
    // A word that begins up to seven bits before the value holds all of it.
    let fitsWord = width <= 57 && start &+ 4 &* width &+ 8 <= bytes.count
    var bit = 0
    for place in places {
      let at = start &+ bit &>> 3
      let shift = UInt64(truncatingIfNeeded: bit & 7)
      let word =
        fitsWord
        ? UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)) &>> shift
        : anyWord(bytes, at, shift)
      running = running &+ least &+ Value(truncatingIfNeeded: word & mask)
      values.initializeElement(at: place, to: running)
      bit &+= width
    }
  }

  /// The 64 bits that begin `shift` bits behind byte `at`; zeros behind the last byte.
  private static func anyWord(_ bytes: UnsafeRawBufferPointer, _ at: Int, _ shift: UInt64) -> UInt64
  {
    var word: UInt64 = 0
    for byte in at..<min(at + 8, bytes.count) {
      word |= UInt64(bytes[byte]) << UInt64((byte - at) * 8)
    }
    word >>= shift
    // The ninth byte holds the top bits of a wide value.
    if shift > 0, at + 8 < bytes.count { word |= UInt64(bytes[at + 8]) << (64 - shift) }
    return word
  }
}
