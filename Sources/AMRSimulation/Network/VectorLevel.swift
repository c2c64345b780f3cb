import ArrivalLanes

/// Vector instructions of the processor that the census may use; the results are the same.
public enum VectorLevel: Int, Sendable, CaseIterable {
  /// What every x86-64 has (128 bits), and what a compiler makes of it elsewhere.
  case baseline
  /// x86-64-v3: AVX2, 256 bits.
  case v3
  /// x86-64-v4: AVX-512, 512 bits.
  case v4

  /// The widest one of this processor.
  public static let best = VectorLevel(rawValue: Int(vector_level_best().rawValue)) ?? .baseline

  /// Those that this processor has.
  public static var available: [VectorLevel] { allCases.filter { $0.rawValue <= best.rawValue } }

  var level: vector_level { vector_level(UInt32(rawValue)) }
}
