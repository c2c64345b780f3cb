/// The counter-based generator Philox4x32 of J. Salmon, M. Moraes, R. Dror and D. Shaw, "Parallel
/// Random Numbers: As Easy as 1, 2, 3" (SC 2011): 128 bits of counter and 64 bits of key give 128
/// random bits, with no state in between.
///
/// Its products of 32 × 32 bits exist as vector instructions on every x86-64, and one call serves
/// four draws. For a given key no two counters give the same 128 bits.
public enum Philox4x32 {
  /// Seven rounds, the fewest that pass every test of TestU01's BigCrush (table 2 of the paper).
  public static let drawRounds = 7

  @usableFromInline static let multiplier0: UInt64 = 0xD251_1F53
  @usableFromInline static let multiplier1: UInt64 = 0xCD9E_8D57
  @usableFromInline static let weyl0: UInt32 = 0x9E37_79B9
  @usableFromInline static let weyl1: UInt32 = 0xBB67_AE85

  /// Four random words of 32 bits for a counter and a key, whose lower half is the first key word.
  @inlinable @inline(__always)
  public static func block(
    _ counter: SIMD4<UInt32>, key: UInt64, rounds: Int = drawRounds
  ) -> SIMD4<UInt32> {
    var (x0, x1, x2, x3) = (counter.x, counter.y, counter.z, counter.w)
    var key0 = UInt32(truncatingIfNeeded: key)
    var key1 = UInt32(truncatingIfNeeded: key >> 32)
    for _ in 0..<rounds {
      let product0 = UInt64(x0) &* multiplier0
      let product1 = UInt64(x2) &* multiplier1
      x0 = UInt32(truncatingIfNeeded: product1 >> 32) ^ x1 ^ key0
      x1 = UInt32(truncatingIfNeeded: product1)
      x2 = UInt32(truncatingIfNeeded: product0 >> 32) ^ x3 ^ key1
      x3 = UInt32(truncatingIfNeeded: product0)
      key0 = key0 &+ weyl0
      key1 = key1 &+ weyl1
    }
    return SIMD4(x0, x1, x2, x3)
  }
}
