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
    var last = Value(truncatingIfNeeded: try content.zigzag())
    var values: [Value] = []
    if count == 0 { return values }
    values.reserveCapacity(count)
    values.append(last)
    let groups = Int(blockSize / miniblocks) / 32
    while values.count < count {
      let least = Value(truncatingIfNeeded: try content.zigzag())
      let widths = try content.take(Int(miniblocks))
      for index in widths.range {
        let width = Int(widths.bytes[index])
        // Miniblocks after the last value have no bytes, whatever width they state.
        if values.count == count { break }
        guard width <= Value.bitWidth else {
          throw content.error("values of \(width) bits in a column of \(Value.bitWidth) bits")
        }
        let packed = try content.take(groups * 4 * width)
        for group in 0..<groups {
          let start = packed.range.lowerBound + group * 4 * width
          unpack(
            packed.bytes, start, width, least, min(32, count - values.count), &last, &values)
        }
      }
    }
    return values
  }

  /// Appends `count` values, at most 32, from the 4 × `width` bytes at `start`.
  @inline(__always)
  private static func unpack<Value: FixedWidthInteger & SignedInteger>(
    _ bytes: [UInt8], _ start: Int, _ width: Int, _ least: Value, _ count: Int,
    _ last: inout Value, _ values: inout [Value]
  ) {
    let mask = width == 64 ? UInt64.max : (UInt64(1) << UInt64(width)) - 1
    var running = last
    bytes.withUnsafeBytes { all in
      for index in 0..<count {
        let bit = index &* width
        let at = start &+ bit / 8
        let shift = UInt64(bit % 8)
        var word: UInt64
        if at &+ 9 <= all.count {
          word = UInt64(littleEndian: all.loadUnaligned(fromByteOffset: at, as: UInt64.self))
          word &>>= shift
          // The ninth byte holds the top bits of a wide value.
          if shift > 0 { word |= UInt64(all[at &+ 8]) &<< (64 &- shift) }
        } else {
          word = 0
          for byte in at..<all.count where byte < at &+ 8 {
            word |= UInt64(all[byte]) << UInt64((byte &- at) &* 8)
          }
          word &>>= shift
        }
        running = running &+ least &+ Value(truncatingIfNeeded: word & mask)
        values.append(running)
      }
    }
    last = running
  }
}
