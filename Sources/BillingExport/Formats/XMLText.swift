/// Bytes of an XML document under construction.
struct XMLText {
  private(set) var bytes: [UInt8] = []

  /// Appends markup as it stands.
  @inline(__always)
  mutating func append(_ markup: StaticString) {
    bytes.append(
      contentsOf: UnsafeBufferPointer(
        start: markup.utf8Start, count: markup.utf8CodeUnitCount))
  }

  /// Appends markup, or text that has nothing to escape.
  mutating func append(verbatim markup: [UInt8]) { bytes += markup }

  /// Appends a whole number.
  mutating func append(_ value: Int) { bytes.append(contentsOf: String(value).utf8) }

  /// Appends text with what XML means something by written as entities.
  mutating func append(escaped text: String) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): append("&amp;")
      case UInt8(ascii: "<"): append("&lt;")
      case UInt8(ascii: ">"): append("&gt;")
      case UInt8(ascii: "\""): append("&quot;")
      default: bytes.append(byte)
      }
    }
  }

  /// The 32 digits of an identifier in the form of a UUID.
  mutating func append(_ identifier: UInt128) {
    for place in 0..<32 {
      if place == 8 || place == 12 || place == 16 || place == 20 {
        bytes.append(UInt8(ascii: "-"))
      }
      let digit = UInt8(truncatingIfNeeded: identifier >> UInt128(124 - 4 * place)) & 15
      bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
    }
  }

  /// The bytes so far; the text goes on empty.
  mutating func take() -> [UInt8] {
    let taken = bytes
    bytes.removeAll(keepingCapacity: true)
    return taken
  }
}

/// Whether XML 1.0 has all characters of a text: of the control characters only tab and line ends.
func isXMLText(_ text: String) -> Bool {
  text.unicodeScalars.allSatisfy { scalar in
    scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
      || scalar == "\t" || scalar == "\n" || scalar == "\r"
  }
}
