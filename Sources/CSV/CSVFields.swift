/// The current row's fields as values; each error names the line and the column.
extension CSVReader {
  /// Whether the field has no text.
  @inlinable
  public func isEmpty(_ column: CSVColumn) -> Bool {
    fields[column.index].start == fields[column.index].end
  }

  /// The field as UTF-8 text.
  public func string(_ column: CSVColumn) throws(CSVError) -> String {
    try text(of: column.index)
  }

  /// The field as UTF-8 text, or nil when it is not UTF-8.
  public func validText(_ column: CSVColumn) -> String? { validText(of: column.index) }

  /// Gives `body` the field's bytes, in which doubled quotes still are.
  @inlinable
  public func withBytes<Result>(
    _ column: CSVColumn, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    let field = fields[column.index]
    return bytes.withUnsafeBufferPointer {
      body(UnsafeBufferPointer(rebasing: $0[field.start..<field.end]))
    }
  }

  /// The field as a decimal whole number within `range`, or nil when it is anything else.
  public func validInt(_ column: CSVColumn, in range: ClosedRange<Int>) -> Int? {
    guard let value = shortNumber(fields[column.index]) ?? withBytes(column, wholeNumber),
      range.contains(value)
    else { return nil }
    return value
  }

  /// The number of a field of one to eight digits, all at once; nil for any other.
  @inline(__always)
  private func shortNumber(_ field: Field) -> Int? {
    let count = field.end - field.start
    // What lies before the field fills the word.
    guard (1...8).contains(count), field.end >= 8 else { return nil }
    let word = bytes.withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: field.end - 8, as: UInt64.self))
    }
    // The last digit is the uppermost byte.
    let own = UInt64.max << UInt64(64 - 8 * count)
    let digits = (word ^ 0x3030_3030_3030_3030) & own
    guard (digits | (digits &+ 0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 == 0 else {
      return nil
    }
    // Neighbours make numbers of two digits, these of four, and these of eight.
    let twos = (digits &* 10 &+ digits >> 8) & 0x00FF_00FF_00FF_00FF
    let fours = (twos &* 100 &+ twos >> 16) & 0x0000_FFFF_0000_FFFF
    return Int((fours &* 10_000 &+ fours >> 32) & 0xFFFF_FFFF)
  }

  /// The field as a decimal whole number within `range`.
  public func int(_ column: CSVColumn, in range: ClosedRange<Int>) throws(CSVError) -> Int {
    if let value = validInt(column, in: range) { return value }
    throw refused(
      column, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
  }

  /// The field as a decimal number within `range`, correctly rounded.
  public func double(
    _ column: CSVColumn, in range: ClosedRange<Double>
  ) throws(CSVError) -> Double {
    let field = fields[column.index]
    if let value = decimalNumber(bytes[field.start..<field.end]), range.contains(value) {
      return value
    }
    throw refused(
      column, expected: "a number from \(short(range.lowerBound)) to \(short(range.upperBound))")
  }

  /// An error saying that the column's field of this row is not what was expected.
  public func refused(_ column: CSVColumn, expected: String) -> CSVError {
    let field = fields[column.index]
    let text = String(
      decoding: bytes[field.start..<min(field.end, field.start + 60)], as: UTF8.self)
    return error(
      "\(name(of: column)): \(text.isEmpty ? "the field is empty" : "found '\(text)'"); "
        + "expected \(expected)")
  }

  func text(of index: Int) throws(CSVError) -> String {
    guard let text = validText(of: index) else {
      throw error("field \(index + 1) is not UTF-8 text; save the file as UTF-8")
    }
    return text
  }

  private func validText(of index: Int) -> String? {
    let field = fields[index]
    if field.hasDoubledQuotes {
      return String(validating: singleQuotes(bytes[field.start..<field.end]), as: UTF8.self)
    }
    return bytes.withUnsafeBufferPointer { input in
      let raw = UnsafeBufferPointer(rebasing: input[field.start..<field.end])
      if let text = shortText(raw) { return text }
      var union: UInt8 = 0
      for byte in raw { union |= byte }
      // ASCII is valid, and by far the most frequent.
      return union < 0x80
        ? String(decoding: raw, as: UTF8.self) : String(validating: raw, as: UTF8.self)
    }
  }
}

/// The text of 4 to 15 ASCII bytes, which identifiers mostly have: the standard library keeps it
/// without memory of its own, and there is nothing to be validated. Nil for other bytes.
private func shortText(_ raw: UnsafeBufferPointer<UInt8>) -> String? {
  let bytes = UnsafeRawBufferPointer(raw)
  // The first bytes and the last ones, which may be the same.
  if (8...15).contains(bytes.count) {
    let head = bytes.loadUnaligned(as: UInt64.self)
    let tail = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
    return (head | tail) & 0x8080_8080_8080_8080 == 0 ? shortText(bytes.count, head, tail) : nil
  }
  if (4...7).contains(bytes.count) {
    let head = bytes.loadUnaligned(as: UInt32.self)
    let tail = bytes.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self)
    return (head | tail) & 0x8080_8080 == 0 ? shortText(bytes.count, head, tail) : nil
  }
  return nil
}

@inline(__always)
private func shortText<Word: BitwiseCopyable>(_ count: Int, _ head: Word, _ tail: Word) -> String {
  String(unsafeUninitializedCapacity: count) { room in
    let room = UnsafeMutableRawBufferPointer(room)
    room.storeBytes(of: head, as: Word.self)
    room.storeBytes(of: tail, toByteOffset: count - MemoryLayout<Word>.size, as: Word.self)
    return count
  }
}

/// The text of a quoted field with each doubled quote made single.
private func singleQuotes(_ raw: ArraySlice<UInt8>) -> [UInt8] {
  var text: [UInt8] = []
  text.reserveCapacity(raw.count)
  var wasQuote = false
  for byte in raw {
    wasQuote = byte == quote && !wasQuote
    if !wasQuote { text.append(byte) }
  }
  return text
}

/// A decimal whole number with an optional sign, or nil when the text is anything else or too big.
private func wholeNumber(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
  guard let first = text.first else { return nil }
  let isNegative = first == UInt8(ascii: "-")
  let start = isNegative || first == UInt8(ascii: "+") ? 1 : 0
  guard start < text.count else { return nil }
  var value = 0
  // So many digits cannot be too big a number.
  if text.count <= 18 {
    for place in start..<text.count {
      let digit = text[place] &- 48
      guard digit <= 9 else { return nil }
      value = value &* 10 &+ Int(digit)
    }
    return isNegative ? -value : value
  }
  for place in start..<text.count {
    let digit = Int(text[place]) - 48
    guard (0...9).contains(digit) else { return nil }
    let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
    let (sum, carries) = tens.subtractingReportingOverflow(digit)
    if overflows || carries { return nil }
    value = sum
  }
  // Accumulated below zero, where one more value fits than above.
  return isNegative ? value : (value == .min ? nil : -value)
}

/// A decimal number, or nil when the text is anything else: no hexadecimal, NaN or infinity.
private func decimalNumber(_ text: ArraySlice<UInt8>) -> Double? {
  var digits = 0
  var significand: UInt64 = 0
  var fraction = 0
  var seenPoint = false
  var position = text.startIndex
  let isNegative = text.first == UInt8(ascii: "-")
  if isNegative || text.first == UInt8(ascii: "+") { position += 1 }
  while position < text.endIndex, digits <= 15 {
    let byte = text[position]
    if byte == UInt8(ascii: "."), !seenPoint {
      seenPoint = true
    } else if byte &- 48 <= 9 {
      significand = significand * 10 + UInt64(byte - 48)
      digits += 1
      if seenPoint { fraction += 1 }
    } else {
      break
    }
    position += 1
  }
  // Both operands are exact up to 15 digits, so that one division rounds correctly (Clinger 1990).
  if position == text.endIndex, (1...15).contains(digits) {
    let value = Double(significand) / powersOfTen[fraction]
    return isNegative ? -value : value
  }
  let isDecimal = text.allSatisfy { byte in
    byte &- 48 <= 9 || "+-.eE".utf8.contains(byte)
  }
  guard isDecimal else { return nil }
  guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else {
    return nil
  }
  return value
}

private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]

/// A bound in a message: whole numbers without a fraction.
private func short(_ value: Double) -> String {
  let text = String(value)
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
