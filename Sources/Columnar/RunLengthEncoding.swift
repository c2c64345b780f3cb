// The RLE / bit-packed hybrid (apache/parquet-format, Encodings.md) of levels and dictionary codes.

enum RunLengthEncoding {
  /// The bits that hold every code of a dictionary of `count` values; at least 1.
  static func width(ofDictionary count: Int) -> Int {
    max(1, Int.bitWidth - max(count - 1, 0).leadingZeroBitCount)
  }

  /// Appends `values`, each of which fits in `width` bits (1...32).
  static func append(
    _ values: UnsafeBufferPointer<Int32>, width: Int, to out: inout [UInt8]
  ) {
    let count = values.count
    var start = 0
    while start < count {
      let run = runLength(values, from: start, atMost: count - start)
      if run >= 8 || start + run == count {
        append(values[start], count: run, width: width, to: &out)
        start += run
        continue
      }
      // Packed groups of 8 go on until a run that pays begins at a group's start.
      var end = start + 8
      while end < count, runLength(values, from: end, atMost: 8) < 8 { end += 8 }
      out.appendVarint(UInt64((end - start) / 8) << 1 | 1)
      pack(values, start..<end, width: width, to: &out)
      start = end
    }
  }

  /// Appends a run of one value.
  static func append(_ value: Int32, count: Int, width: Int, to out: inout [UInt8]) {
    out.appendVarint(UInt64(count) << 1)
    for byte in 0..<(width + 7) / 8 {
      out.append(UInt8(truncatingIfNeeded: value >> Int32(byte * 8)))
    }
  }

  private static func runLength(
    _ values: UnsafeBufferPointer<Int32>, from start: Int, atMost limit: Int
  ) -> Int {
    let end = min(start + limit, values.count)
    var next = start + 1
    while next < end, values[next] == values[start] { next += 1 }
    return next - start
  }

  /// Packs a whole number of groups of 8; rows past the last value are zeros.
  private static func pack(
    _ values: UnsafeBufferPointer<Int32>, _ rows: Range<Int>, width: Int, to out: inout [UInt8]
  ) {
    let size = rows.count / 8 * width
    // Four bytes are stored at a time, so the last store may run over.
    let packed = [UInt8](unsafeUninitializedCapacity: size + 4) { buffer, used in
      var place = UnsafeMutableRawPointer(buffer.baseAddress!)
      var pending: UInt64 = 0
      var bits = 0
      for row in rows.lowerBound..<min(rows.upperBound, values.count) {
        // Fewer than 32 bits are pending here, and a value has at most 32.
        pending |=
          UInt64(UInt32(bitPattern: values[row])) &<< UInt64(truncatingIfNeeded: bits)
        bits &+= width
        if bits >= 32 {
          place.storeBytes(
            of: UInt32(truncatingIfNeeded: pending).littleEndian, as: UInt32.self)
          pending &>>= 32
          bits &-= 32
          place += 4
        }
      }
      // The last group may lack values.
      let end = UnsafeMutableRawPointer(buffer.baseAddress!) + size
      while place < end {
        place.storeBytes(of: UInt32(truncatingIfNeeded: pending).littleEndian, as: UInt32.self)
        pending = 0
        place += 4
      }
      used = size
    }
    out.append(contentsOf: packed)
  }
}
