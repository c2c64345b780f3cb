internal import CZlib
internal import ChecksumBlocks

/// CRC-32 as used by gzip, PNG and Parquet pages (ISO 3309: polynomial 0x04C11DB7, reflected,
/// initial value and final exclusive-or all ones). The check value of "123456789" is 0xCBF43926.
public struct CRC32: Sendable, Equatable {
  /// The checksum of all bytes given so far; 0 before the first one.
  public private(set) var value: UInt32 = 0

  /// Starts anew, or behind bytes whose checksum is `value`.
  public init(continuing value: UInt32 = 0) { self.value = value }

  /// Whether this processor multiplies without carries; zlib does what it cannot.
  private static let folds = crc32_blocks_is_supported()

  /// Continues the checksum over `bytes`.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    let folded = Self.folds && bytes.count >= 64 ? bytes.count & ~15 : 0
    if folded > 0 { value = crc32_blocks(value, start, folded) }
    if folded < bytes.count {
      value = UInt32(
        truncatingIfNeeded: crc32_z(UInt(value), start + folded, bytes.count - folded))
    }
  }

  /// Continues the checksum over `bytes`.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The checksum of `bytes` alone.
  public static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var crc = CRC32()
    crc.update(bytes)
    return crc.value
  }

  /// The checksum of `bytes` alone.
  public static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBytes { checksum($0) }
  }

  /// The checksum of two pieces joined, from the checksum of each.
  ///
  /// It is an exclusive-or with the second checksum, so that the second piece's own checksum comes
  /// out when `second` is that of both.
  public static func combine(_ first: UInt32, _ second: UInt32, secondByteCount: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32_combine(UInt(first), UInt(second), secondByteCount))
  }
}
