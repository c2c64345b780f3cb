/// The DELTA_LENGTH_BYTE_ARRAY form of the strings of a page (apache/parquet-format, Encodings.md):
/// their lengths as DELTA_BINARY_PACKED, and then their bytes, end to end.
struct TextPage {
  let values: [UInt8]
  let nullCount: Int
  /// The rows of the least and the greatest string; nil where there is none.
  let extremes: (least: Int, greatest: Int)?

  /// - Parameter validity: whether each row of the column has a value; nil when all have.
  init(_ text: TextColumn, _ rows: Range<Int>, validity: [Bool]?) {
    var extremes: (least: Int, greatest: Int)?
    var lengths: [Int32] = []
    lengths.reserveCapacity(rows.count)
    text.withStrings { strings in
      for row in rows {
        if let validity, !validity[row] { continue }
        let string = strings[row]
        // The page of a longer string is refused for its size.
        lengths.append(Int32(truncatingIfNeeded: string.count))
        guard let known = extremes else {
          extremes = (row, row)
          continue
        }
        if precedes(string, strings[known.least]) { extremes?.least = row }
        if precedes(strings[known.greatest], string) { extremes?.greatest = row }
      }
    }
    var values = lengths.withUnsafeBufferPointer { DeltaEncoding.encode($0, .narrow) }
    let all = text.offsets[rows.lowerBound]..<text.offsets[rows.upperBound]
    values.reserveCapacity(values.count + all.count)
    if let validity {
      for row in rows where validity[row] {
        values += text.bytes[text.offsets[row]..<text.offsets[row + 1]]
      }
    } else {
      values += text.bytes[all]
    }
    self.values = values
    nullCount = rows.count - lengths.count
    self.extremes = extremes
  }
}

/// The strings of a column as bytes.
struct TextBytes {
  let bytes: UnsafeRawBufferPointer
  let offsets: UnsafeBufferPointer<Int>

  subscript(row: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[offsets[row]..<offsets[row + 1]])
  }
}

extension TextColumn {
  func withStrings(_ body: (TextBytes) -> Void) {
    bytes.withUnsafeBytes { bytes in
      offsets.withUnsafeBufferPointer { body(TextBytes(bytes: bytes, offsets: $0)) }
    }
  }
}

/// Whether a string comes before another by the values of their bytes.
private func precedes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
  var place = 0
  while true {
    let (one, other) = (word(left, at: place), word(right, at: place))
    if one != other { return one < other }
    place += 8
    // Of equal words the shorter one is the other's beginning: zero bytes stand for those it lacks.
    if left.count <= place || right.count <= place { return left.count < right.count }
  }
}

/// Eight bytes in the order of their values, with zero bytes for those that the string lacks.
@inline(__always)
private func word(_ string: UnsafeRawBufferPointer, at place: Int) -> UInt64 {
  if place + 8 <= string.count {
    return UInt64(bigEndian: string.loadUnaligned(fromByteOffset: place, as: UInt64.self))
  }
  var word: UInt64 = 0
  for offset in place..<place + 8 {
    word = word << 8 | (offset < string.count ? UInt64(string[offset]) : 0)
  }
  return word
}
