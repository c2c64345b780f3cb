internal import CZlib

/// CRC-32 as used by gzip, PNG and Parquet pages (ISO 3309: polynomial 0x04C11DB7, reflected,
/// initial value and final exclusive-or all ones). The check value of "123456789" is 0xCBF43926.
public struct CRC32: Sendable, Equatable {
  /// The checksum of all bytes given so far; 0 before the first one.
  public private(set) var value: UInt32 = 0

  public init() {}

  /// Continues the checksum over `bytes`.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    value = UInt32(
      truncatingIfNeeded: crc32_z(
        UInt(value), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
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
}
