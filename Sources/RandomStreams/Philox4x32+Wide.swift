extension Philox4x32 {
  /// The blocks of eight consecutive counters (first … first + 7, sub, 0, 0), word by word: lane i
  /// of word w is word w of block first + i, in the lower half of its 64 bits.
  ///
  /// Products of 32-bit halves of 64-bit lanes are one instruction on every x86-64; they ignore
  /// the upper halves, which are therefore cleared only once, at the end.
  @inlinable @inline(__always)
  public static func eightBlocks(
    first: UInt32, sub: UInt32, key: UInt64, rounds: Int = drawRounds
  ) -> (SIMD8<UInt64>, SIMD8<UInt64>, SIMD8<UInt64>, SIMD8<UInt64>) {
    let mask = SIMD8<UInt64>(repeating: 0xFFFF_FFFF)
    let multiplier0 = SIMD8<UInt64>(repeating: Self.multiplier0)
    let multiplier1 = SIMD8<UInt64>(repeating: Self.multiplier1)
    var x0 = SIMD8<UInt64>(repeating: UInt64(first)) &+ SIMD8(0, 1, 2, 3, 4, 5, 6, 7)
    var x1 = SIMD8<UInt64>(repeating: UInt64(sub))
    var x2 = SIMD8<UInt64>()
    var x3 = SIMD8<UInt64>()
    var k0 = UInt32(truncatingIfNeeded: key)
    var k1 = UInt32(truncatingIfNeeded: key >> 32)
    for _ in 0..<rounds {
      let product0 = multiplier0 &* (x0 & mask)
      let product1 = multiplier1 &* (x2 & mask)
      x0 = product1 &>> 32 ^ x1 ^ SIMD8(repeating: UInt64(k0))
      x1 = product1
      x2 = product0 &>> 32 ^ x3 ^ SIMD8(repeating: UInt64(k1))
      x3 = product0
      k0 = k0 &+ weyl0
      k1 = k1 &+ weyl1
    }
    return (x0 & mask, x1 & mask, x2 & mask, x3 & mask)
  }
}
