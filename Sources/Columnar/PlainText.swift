/// The PLAIN form of the strings of a page: of each its length in four bytes, little-endian, and then
/// its bytes.
struct PlainText {
  let values: [UInt8]
  let nullCount: Int
  /// The rows of the least and the greatest string; nil where there is none.
  let extremes: (least: Int, greatest: Int)?

  /// - Parameter validity: whether each row of the column has a value; nil when all have.
  init(_ text: TextColumn, _ rows: Range<Int>, validity: [Bool]?) {
    var nullCount = 0
    var extremes: (least: Int, greatest: Int)?
    let byteCount = text.offsets[rows.upperBound] - text.offsets[rows.lowerBound]
    values = Array(unsafeUninitializedCapacity: byteCount + 4 * rows.count) { room, used in
      let room = UnsafeMutableRawBufferPointer(room)
      text.withStrings { strings in
        for row in rows {
          if let validity, !validity[row] {
            nullCount += 1
            continue
          }
          let string = strings[row]
          room.storeBytes(
            of: UInt32(truncatingIfNeeded: string.count).littleEndian, toByteOffset: used,
            as: UInt32.self)
          room.copy(string, to: used + 4)
          used += 4 + string.count
          guard let known = extremes else {
            extremes = (row, row)
            continue
          }
          if precedes(string, strings[known.least]) { extremes?.least = row }
          if precedes(strings[known.greatest], string) { extremes?.greatest = row }
        }
      }
    }
    self.nullCount = nullCount
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

extension UnsafeMutableRawBufferPointer {
  /// Copies a string, mostly one of some ten bytes, by whole words: the last of them may overlap the
  /// one before.
  @inline(__always)
  func copy(_ string: UnsafeRawBufferPointer, to start: Int) {
    if string.count >= 8 {
      var place = 0
      while place + 8 < string.count {
        copyWord(string, place, to: start, UInt64.self)
        place += 8
      }
      copyWord(string, string.count - 8, to: start, UInt64.self)
    } else if string.count >= 4 {
      copyWord(string, 0, to: start, UInt32.self)
      copyWord(string, string.count - 4, to: start, UInt32.self)
    } else {
      for place in string.indices { self[start + place] = string[place] }
    }
  }

  @inline(__always)
  private func copyWord<Word: BitwiseCopyable>(
    _ string: UnsafeRawBufferPointer, _ place: Int, to start: Int, _ type: Word.Type
  ) {
    storeBytes(
      of: string.loadUnaligned(fromByteOffset: place, as: type), toByteOffset: start + place,
      as: type)
  }
}
