/// MurmurHash3, the 128-bit variant for 64-bit machines, by Austin Appleby (public domain).
/// Not cryptographic: it tells equal data from different data, not honest data from forged.
public enum MurmurHash3 {
  /// The hash of `bytes`. The low 64 bits are the reference code's first output word `h1`, the high
  /// 64 bits its `h2`, so the little-endian bytes of the result are the reference's 16 bytes.
  public static func hash128(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt128 {
    var h1 = UInt64(seed)
    var h2 = UInt64(seed)
    let whole = bytes.count & ~15
    var offset = 0
    while offset < whole {
      let k1 = word(bytes, offset)
      let k2 = word(bytes, offset + 8)
      h1 ^= scramble1(k1)
      h1 = (rotate(h1, 27) &+ h2) &* 5 &+ 0x52dc_e729
      h2 ^= scramble2(k2)
      h2 = (rotate(h2, 31) &+ h1) &* 5 &+ 0x3849_5ab5
      offset += 16
    }
    var tail1: UInt64 = 0
    var tail2: UInt64 = 0
    for index in whole..<bytes.count {
      let byte = UInt64(bytes[index])
      let position = index & 15
      if position < 8 {
        tail1 |= byte << UInt64(position * 8)
      } else {
        tail2 |= byte << UInt64((position - 8) * 8)
      }
    }
    // An absent tail is zero, and both scramblings keep zero.
    h2 ^= scramble2(tail2)
    h1 ^= scramble1(tail1)
    h1 ^= UInt64(bytes.count)
    h2 ^= UInt64(bytes.count)
    h1 = h1 &+ h2
    h2 = h2 &+ h1
    h1 = finish(h1)
    h2 = finish(h2)
    h1 = h1 &+ h2
    h2 = h2 &+ h1
    return UInt128(h2) << 64 | UInt128(h1)
  }

  /// The hash of `bytes`, as above.
  public static func hash128(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt128 {
    bytes.withUnsafeBytes { hash128($0, seed: seed) }
  }

  private static let multiplier1: UInt64 = 0x87c3_7b91_1142_53d5
  private static let multiplier2: UInt64 = 0x4cf5_ad43_2745_937f

  @inline(__always)
  private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @inline(__always)
  private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
    value << count | value >> (64 - count)
  }

  @inline(__always)
  private static func scramble1(_ value: UInt64) -> UInt64 {
    rotate(value &* multiplier1, 31) &* multiplier2
  }

  @inline(__always)
  private static func scramble2(_ value: UInt64) -> UInt64 {
    rotate(value &* multiplier2, 33) &* multiplier1
  }

  @inline(__always)
  private static func finish(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed ^= mixed >> 33
    mixed = mixed &* 0xff51_afd7_ed55_8ccd
    mixed ^= mixed >> 33
    mixed = mixed &* 0xc4ce_b9fe_1a85_ec53
    mixed ^= mixed >> 33
    return mixed
  }
}
