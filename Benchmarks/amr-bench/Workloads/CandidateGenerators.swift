/// Generators that were weighed against the product's, from their papers. A loop over a function
/// of 32-bit words is vectorised by the compiler, which does it better than `SIMD` types by hand.
enum CandidateGenerators {
  /// Philox2x64 of Salmon et al. (SC 2011).
  @inline(__always)
  static func philox2x64(_ counter: (UInt64, UInt64), key: UInt64, rounds: Int) -> (UInt64, UInt64)
  {
    var (x0, x1) = counter
    var key = key
    for _ in 0..<rounds {
      let product = x0.multipliedFullWidth(by: 0xD2B7_4407_B1CE_6E93)
      (x0, x1) = (product.high ^ key ^ x1, product.low)
      key = key &+ 0x9E37_79B9_7F4A_7C15
    }
    return (x0, x1)
  }

  /// Threefry4x32 of the same paper: sums, rotations and exclusive ors only.
  ///
  /// - Parameter rounds: 12 or 20.
  @inline(__always)
  static func threefry4x32(_ counter: SIMD4<UInt32>, key: SIMD4<UInt32>, rounds: Int)
    -> SIMD4<UInt32>
  {
    let (key0, key1, key2, key3) = (key.x, key.y, key.z, key.w)
    let key4 = 0x1BD1_1BDA ^ key0 ^ key1 ^ key2 ^ key3
    var words = ThreefryWords(counter)
    words.add(key0, key1, key2, key3)
    words.mixEvenGroup()
    words.add(key1, key2, key3, key4 &+ 1)
    words.mixOddGroup()
    words.add(key2, key3, key4, key0 &+ 2)
    words.mixEvenGroup()
    words.add(key3, key4, key0, key1 &+ 3)
    if rounds == 20 {
      words.mixOddGroup()
      words.add(key4, key0, key1, key2 &+ 4)
      words.mixEvenGroup()
      words.add(key0, key1, key2, key3 &+ 5)
    }
    return SIMD4(words.x0, words.x1, words.x2, words.x3)
  }

  /// Squares32 of B. Widynski, "Squares: A Fast Counter-Based RNG" (arXiv:2004.06278).
  @inline(__always)
  static func squares32(_ counter: UInt64, key: UInt64) -> UInt32 {
    let y = counter &* key
    let z = y &+ key
    var x = halvesSwapped(y &* y &+ y)
    x = halvesSwapped(x &* x &+ z)
    x = halvesSwapped(x &* x &+ y)
    return UInt32(truncatingIfNeeded: (x &* x &+ z) >> 32)
  }

  @inline(__always)
  private static func halvesSwapped(_ x: UInt64) -> UInt64 { x << 32 | x >> 32 }
}

/// The four words of Threefry, which take four rounds at a time. Kept apart from one another: the
/// compiler vectorises a loop over words, and none over vectors.
private struct ThreefryWords {
  var x0, x1, x2, x3: UInt32

  @inline(__always)
  init(_ counter: SIMD4<UInt32>) { (x0, x1, x2, x3) = (counter.x, counter.y, counter.z, counter.w) }

  @inline(__always)
  mutating func add(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32) {
    (x0, x1, x2, x3) = (x0 &+ a, x1 &+ b, x2 &+ c, x3 &+ d)
  }

  @inline(__always)
  mutating func mixEvenGroup() {
    mixTwoRounds((10, 26), (11, 21))
    mixTwoRounds((13, 27), (23, 5))
  }

  @inline(__always)
  mutating func mixOddGroup() {
    mixTwoRounds((6, 20), (17, 11))
    mixTwoRounds((25, 10), (18, 20))
  }

  @inline(__always)
  private mutating func mixTwoRounds(_ first: (UInt32, UInt32), _ second: (UInt32, UInt32)) {
    Self.mix(&x0, &x1, first.0)
    Self.mix(&x2, &x3, first.1)
    Self.mix(&x0, &x3, second.0)
    Self.mix(&x2, &x1, second.1)
  }

  @inline(__always)
  private static func mix(_ a: inout UInt32, _ b: inout UInt32, _ turn: UInt32) {
    a = a &+ b
    b = (b &<< turn | b &>> (32 - turn)) ^ a
  }
}
