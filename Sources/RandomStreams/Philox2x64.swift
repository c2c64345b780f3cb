/// The counter-based generator Philox2x64 of J. Salmon, M. Moraes, R. Dror and D. Shaw, "Parallel
/// Random Numbers: As Easy as 1, 2, 3" (SC 2011): 128 bits of counter and 64 bits of key give 128
/// random bits, with no state in between.
///
/// A round is one product of 64 × 64 bits, one instruction of a 64-bit machine, where a round of
/// Philox4x32 takes two products and cuts each in halves.
public enum Philox2x64 {
  /// Draws of the simulation: the reduced number of rounds for which the authors publish answers.
  public static let drawRounds = 7
  /// The paper's recommendation, with a margin of safety; used where keys are made.
  public static let keyRounds = 10

  @usableFromInline static let multiplier: UInt64 = 0xD2B7_4407_B1CE_6E93
  @usableFromInline static let weyl: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// Two random words of 64 bits for a counter and a key.
  @inlinable @inline(__always)
  public static func block(
    _ counter: (UInt64, UInt64), key: UInt64, rounds: Int = drawRounds
  ) -> (UInt64, UInt64) {
    var (x0, x1) = counter
    var roundKey = key
    for _ in 0..<rounds {
      let product = multiplier.multipliedFullWidth(by: x0)
      x0 = product.high ^ roundKey ^ x1
      x1 = product.low
      roundKey = roundKey &+ weyl
    }
    return (x0, x1)
  }
}
