/// The counter-based generator Philox4x32 of J. Salmon, M. Moraes, R. Dror and D. Shaw, "Parallel
/// Random Numbers: As Easy as 1, 2, 3" (SC 2011): 128 bits of counter and 64 bits of key give 128
/// random bits, with no state in between.
public enum Philox4x32 {
  /// The fewest rounds that the paper found to pass BigCrush; the draws of the simulation.
  public static let drawRounds = 7
  /// The paper's recommendation, with a margin of safety; used where keys are made.
  public static let keyRounds = 10

  @usableFromInline static let multiplier0: UInt64 = 0xD251_1F53
  @usableFromInline static let multiplier1: UInt64 = 0xCD9E_8D57
  @usableFromInline static let weyl0: UInt32 = 0x9E37_79B9
  @usableFromInline static let weyl1: UInt32 = 0xBB67_AE85

  /// Four random words for a counter and a key.
  @inlinable @inline(__always)
  public static func block(
    _ counter: SIMD4<UInt32>, key: UInt64, rounds: Int = drawRounds
  ) -> SIMD4<UInt32> {
    var x0 = UInt64(counter.x)
    var x1 = UInt64(counter.y)
    var x2 = UInt64(counter.z)
    var x3 = UInt64(counter.w)
    var k0 = UInt32(truncatingIfNeeded: key)
    var k1 = UInt32(truncatingIfNeeded: key >> 32)
    for _ in 0..<rounds {
      let product0 = multiplier0 &* x0
      let product1 = multiplier1 &* x2
      x0 = (product1 >> 32) ^ x1 ^ UInt64(k0)
      x1 = product1 & 0xFFFF_FFFF
      x2 = (product0 >> 32) ^ x3 ^ UInt64(k1)
      x3 = product0 & 0xFFFF_FFFF
      k0 = k0 &+ weyl0
      k1 = k1 &+ weyl1
    }
    return SIMD4(
      UInt32(truncatingIfNeeded: x0), UInt32(truncatingIfNeeded: x1),
      UInt32(truncatingIfNeeded: x2), UInt32(truncatingIfNeeded: x3))
  }
}
