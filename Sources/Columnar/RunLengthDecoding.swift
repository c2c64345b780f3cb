/// Reads the RLE / bit-packed hybrid of levels and dictionary codes.
enum RunLengthDecoding {
  /// Which of `count` rows have a value, 1 or 0 for each; nil when all have.
  static func presence(
    _ content: inout PageContent, count: Int
  ) throws(ParquetError) -> [Int32]? {
    let levels = try decode(&content, width: 1, count: count)
    try content.expectEnd()
    return levels.contains(0) ? levels : nil
  }

  /// Exactly `count` values of `width` bits (0...31). The caller has bounded `count`.
  static func decode(
    _ content: inout PageContent, width: Int, count: Int
  ) throws(ParquetError) -> [Int32] {
    var values: [Int32] = []
    values.reserveCapacity(count)
    while values.count < count {
      let header = try content.varint()
      let left = count - values.count
      if header & 1 == 0 {
        guard 1...UInt64(left) ~= header >> 1 else {
          throw content.error("a run of \(header >> 1) values where \(left) are left")
        }
        var value: UInt32 = 0
        for shift in 0..<(width + 7) / 8 {
          value |= UInt32(try content.byte()) << UInt32(shift * 8)
        }
        guard value >> UInt32(width) == 0 else {
          throw content.error("the value \(value) does not fit in \(width) bits")
        }
        values.append(contentsOf: repeatElement(Int32(value), count: Int(header >> 1)))
      } else {
        // Only the last group may go beyond the values, by the zeros that fill it.
        guard 1...UInt64((left + 7) / 8) ~= header >> 1 else {
          throw content.error("\(header >> 1) groups of 8 values where \(left) values are left")
        }
        let groups = Int(header >> 1)
        let packed = try content.take(groups * width)
        unpack(packed, width: width, count: min(groups * 8, left), &values)
      }
    }
    return values
  }

  /// Appends `count` values from as many bytes as they take.
  private static func unpack(
    _ packed: PageContent, width: Int, count: Int, _ values: inout [Int32]
  ) {
    let mask = (UInt64(1) << UInt64(width)) - 1
    let (start, end) = (packed.range.lowerBound, packed.range.upperBound)
    let unpacked = packed.bytes.withUnsafeBytes { bytes in
      [Int32](unsafeUninitializedCapacity: count) { values, used in
        for index in 0..<count {
          let bit = index &* width
          let at = start &+ bit &>> 3
          var word: UInt64 = 0
          if at &+ 8 <= bytes.count {
            word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
          } else {
            for byte in at..<end { word |= UInt64(bytes[byte]) << UInt64((byte - at) * 8) }
          }
          // At most 31 bits of a value follow at most seven of the one before.
          word &>>= UInt64(truncatingIfNeeded: bit & 7)
          values.initializeElement(at: index, to: Int32(truncatingIfNeeded: word & mask))
        }
        used = count
      }
    }
    values.append(contentsOf: unpacked)
  }
}
