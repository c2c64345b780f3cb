/// Writes comma-separated rows (RFC 4180, lines end with CRLF) into a growing buffer of bytes.
///
/// A field is quoted only when it needs to be. The caller takes the bytes whenever it likes, so
/// that a file of any length passes through a small buffer:
///
///     var csv = CSVWriter()
///     csv.append("endpoint_id")
///     csv.append("register")
///     csv.endRow()
///     csv.append(20_000_001)
///     csv.append(48_213)
///     csv.endRow()
///     try file.write(csv.take())
public struct CSVWriter: Sendable {
  /// The first `count` bytes are written; the rest is room.
  private var storage: [UInt8]
  /// Bytes written since the last `take`.
  public private(set) var count = 0
  /// Where the current row starts.
  private var rowStart = 0
  /// Whether the current row has a field, so that a comma is due before the next one.
  private var hasField = false

  /// Most bytes of an Int64 (sign and 19 digits) with its comma and the overrun of 8-byte stores.
  private static let roomForInteger = 1 + 20 + 8

  public init(capacity: Int = 1 << 16) {
    storage = [UInt8](repeating: 0, count: max(capacity, 64))
  }

  /// Appends a whole number.
  public mutating func append(_ value: Int64) {
    reserve(Self.roomForInteger)
    let start = count
    let at = hasField ? start + 1 : start
    hasField = true
    count = storage.withUnsafeMutableBytes { bytes in
      bytes[start] = comma
      return writeDecimal(value, to: bytes, at: at)
    }
  }

  /// Appends a whole number.
  public mutating func append(_ value: Int) { append(Int64(value)) }

  /// Appends text.
  public mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  /// Appends text given as UTF-8.
  public mutating func append(_ text: [UInt8]) {
    text.withUnsafeBufferPointer { append($0) }
  }

  /// Appends fields as they stand in a row: joined by commas, and quoted where that is needed.
  public mutating func append(encoded fields: [UInt8]) {
    fields.withUnsafeBufferPointer { copy($0) }
  }

  /// Appends a field without text.
  public mutating func appendEmpty() { append(UnsafeBufferPointer(start: nil, count: 0)) }

  /// Ends the row. A row of one empty field is written `""`, as a bare line end would be no row.
  public mutating func endRow() {
    reserve(4)
    if count == rowStart {
      store(quote)
      store(quote)
    }
    store(carriageReturn)
    store(lineFeed)
    rowStart = count
    hasField = false
  }

  /// The bytes written so far; the writer goes on empty, keeping its buffer.
  ///
  /// Call it between rows: what is appended next starts a row.
  public mutating func take() -> [UInt8] {
    let bytes = Array(storage[..<count])
    count = 0
    rowStart = 0
    hasField = false
    return bytes
  }

  private mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
    let needsQuotes = text.contains { byte in
      byte == comma || byte == quote || byte == carriageReturn || byte == lineFeed
    }
    if !needsQuotes { return copy(text) }
    reserve(2 * text.count + 3)
    if hasField { store(comma) }
    hasField = true
    store(quote)
    for byte in text {
      if byte == quote { store(quote) }
      store(byte)
    }
    store(quote)
  }

  /// Appends bytes that need no quotes, after a comma where one is due.
  private mutating func copy(_ text: UnsafeBufferPointer<UInt8>) {
    reserve(text.count + 1)
    if hasField { store(comma) }
    hasField = true
    let start = count
    storage.withUnsafeMutableBytes { bytes in
      UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
        .copyMemory(from: UnsafeRawBufferPointer(text))
    }
    count += text.count
  }

  private mutating func store(_ byte: UInt8) {
    storage[count] = byte
    count += 1
  }

  private mutating func reserve(_ room: Int) {
    if storage.count - count < room {
      let grown = max(storage.count, room)
      storage.append(contentsOf: repeatElement(0, count: grown))
    }
  }
}

/// Writes a decimal number at `offset` and returns the offset after it; the eight bytes that
/// follow may be overwritten, so `bytes` must have 28 bytes of room there.
private func writeDecimal(
  _ value: Int64, to bytes: UnsafeMutableRawBufferPointer, at offset: Int
) -> Int {
  var at = offset
  if value < 0 {
    bytes[at] = UInt8(ascii: "-")
    at += 1
  }
  let group: UInt64 = 100_000_000
  let magnitude = value.magnitude
  if magnitude < group { return writeLeadingGroup(magnitude, to: bytes, at: at) }
  let (upper, lowest) = magnitude.quotientAndRemainder(dividingBy: group)
  if upper < group {
    at = writeLeadingGroup(upper, to: bytes, at: at)
  } else {
    at = writeLeadingGroup(upper / group, to: bytes, at: at)
    bytes.storeBytes(of: eightDigits(upper % group).littleEndian, toByteOffset: at, as: UInt64.self)
    at += 8
  }
  bytes.storeBytes(of: eightDigits(lowest).littleEndian, toByteOffset: at, as: UInt64.self)
  return at + 8
}

/// Writes a number below 10⁸ without leading zeros and returns the offset after it.
private func writeLeadingGroup(
  _ value: UInt64, to bytes: UnsafeMutableRawBufferPointer, at offset: Int
) -> Int {
  let digits = eightDigits(value)
  let leadingZeros = min((digits ^ asciiZeros).trailingZeroBitCount >> 3, 7)
  let shifted = digits >> UInt64(8 * leadingZeros)
  bytes.storeBytes(of: shifted.littleEndian, toByteOffset: offset, as: UInt64.self)
  return offset + 8 - leadingZeros
}

private let asciiZeros: UInt64 = 0x3030_3030_3030_3030

/// The eight decimal digits of a number below 10⁸ as ASCII, the first one in the lowest byte.
///
/// Splits all parts of the number at once: into two of four digits, four of two, eight of one.
/// 10486/2²⁰ and 103/2¹⁰ stand for 1/100 and 1/10, exact for the floors of numbers below 10⁴ and
/// 10², and no product reaches its neighbour.
@inline(__always)
private func eightDigits(_ value: UInt64) -> UInt64 {
  let fours = value / 10_000 | (value % 10_000) << 32
  let hundreds = ((fours &* 10_486) >> 20) & 0x0000_007F_0000_007F
  let twos = hundreds | (fours &- hundreds &* 100) << 16
  let tens = ((twos &* 103) >> 10) & 0x000F_000F_000F_000F
  let ones = tens | (twos &- tens &* 10) << 8
  return ones | asciiZeros
}
