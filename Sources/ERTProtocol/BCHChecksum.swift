/// The 16-bit checksum of SCM frames: the generator polynomial of the BCH(255,239) code, 0x6F63,
/// used like a CRC with initial value 0, most significant bit first, no final XOR.
///
/// A frame's checksum is taken over bytes 2…9. Bits 16…20 among them are zeros of the preamble.
public enum BCHChecksum {
  /// x¹⁶ + x¹⁴ + x¹³ + x¹¹ + x¹⁰ + x⁹ + x⁸ + x⁶ + x⁵ + x + 1 without its leading term.
  public static let polynomial: UInt16 = 0x6F63

  /// Entry 256·p + b is the checksum of byte b followed by p zero bytes.
  private static let table: [UInt16] = {
    var table = [UInt16](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var register = UInt16(byte) << 8
      for position in 0..<8 {
        for _ in 0..<8 {
          register = register & 0x8000 != 0 ? register << 1 ^ polynomial : register << 1
        }
        table[256 * position + byte] = register
      }
    }
    return table
  }()

  /// The checksum of eight bytes, the first in the most significant place.
  @inline(__always)
  public static func of(_ bytes: UInt64) -> UInt16 {
    table.withUnsafeBufferPointer { table in
      var register: UInt16 = 0
      for position in 0..<8 {
        register ^= table[256 * position + Int(truncatingIfNeeded: bytes >> (8 * position) & 0xFF)]
      }
      return register
    }
  }
}
