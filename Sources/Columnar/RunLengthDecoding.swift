/// Reads the RLE / bit-packed hybrid of levels and dictionary codes.
enum RunLengthDecoding {
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

  private static func unpack(
    _ packed: PageContent, width: Int, count: Int, _ values: inout [Int32]
  ) {
    let mask = (UInt64(1) << UInt64(width)) - 1
    var pending: UInt64 = 0
    var bits = 0
    var next = packed.range.lowerBound
    for _ in 0..<count {
      while bits < width {
        pending |= UInt64(packed.bytes[next]) << UInt64(bits)
        next += 1
        bits += 8
      }
      values.append(Int32(truncatingIfNeeded: pending & mask))
      pending >>= UInt64(width)
      bits -= width
    }
  }
}
