/// The independent streams of draws that a run uses. A number, once used, keeps its meaning.
public enum StreamName: UInt32, Sendable, CaseIterable {
  case placement = 1
  case meterTraits = 2
  case transmitterTraits = 3
  case timing = 4
  case fading = 5
  case shadowing = 6
  case dailyUse = 7
  case weather = 8
  case collectorClock = 9
  case receiverOutage = 10
  case concentratorOutage = 11
  case delivery = 12
  case registerStart = 13
}

/// The draws of one (seed, stream, entity): a pure function from an index to 32 random bits.
///
/// Any draw can be computed at any time by anyone, so threads and shards agree without talking.
public struct RandomStream: Sendable, Equatable {
  /// 64 bits that stand for (seed, stream, entity).
  public let key: UInt64

  /// The stream of an entity (an endpoint, a collector, a day …) under a seed.
  public init(seed: UInt64, _ name: StreamName, entity: UInt64) {
    let counter = (entity, UInt64(name.rawValue) | 0x414D_5200 << 32)
    key = Philox2x64.block(counter, key: seed, rounds: Philox2x64.keyRounds).0
  }

  /// A stream whose key is already known.
  @inlinable
  public init(key: UInt64) { self.key = key }

  /// Draws 4·index … 4·index + 3 of a sub-stream (a collector, a day …; 0 where there is none) and
  /// of a part of it.
  @inlinable @inline(__always)
  public func words(_ index: UInt32, sub: UInt32 = 0, part: UInt32 = 0) -> SIMD4<UInt32> {
    let (low, high) = block(index, sub, part)
    return SIMD4(
      UInt32(truncatingIfNeeded: low), UInt32(truncatingIfNeeded: low >> 32),
      UInt32(truncatingIfNeeded: high), UInt32(truncatingIfNeeded: high >> 32))
  }

  /// One draw of a part of a sub-stream.
  @inlinable @inline(__always)
  public func word(_ index: UInt32, sub: UInt32 = 0, part: UInt32 = 0) -> UInt32 {
    let (low, high) = block(index >> 2, sub, part)
    return UInt32(truncatingIfNeeded: (index & 2 == 0 ? low : high) >> UInt64((index & 1) << 5))
  }

  @inlinable @inline(__always)
  func block(_ index: UInt32, _ sub: UInt32, _ part: UInt32) -> (UInt64, UInt64) {
    Philox2x64.block((UInt64(index) | UInt64(sub) << 32, UInt64(part)), key: key)
  }
}

/// A whole number below `bound`, uniform to within bound / 2³².
@inlinable @inline(__always)
public func below(_ bound: UInt32, _ word: UInt32) -> UInt32 {
  UInt32(truncatingIfNeeded: (UInt64(word) &* UInt64(bound)) >> 32)
}

/// A number in (0, 1).
@inlinable @inline(__always)
public func unit(_ word: UInt32) -> Double { (Double(word) + 0.5) * 0x1p-32 }
