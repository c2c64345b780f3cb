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
  case fadingBlock = 14
  case tractStreets = 15
  case endpointShadowing = 16
  case ismNoise = 20
  case decoding = 21
  case packetSample = 22
  case meterTrouble = 23
  case productivity = 24
  case siteAccess = 25
  case moduleLife = 26
  case batteryLife = 27
  case streetAccess = 28
  case accountMove = 29
  case milestone = 30
  case wakeUp = 31
  case tone = 32
}

/// The draws of one (seed, stream, entity): a pure function from an index to 32 random bits.
///
/// Any draw can be computed at any time by anyone, so threads and shards agree without talking.
/// The seed is the generator's key; stream, entity, sub-stream and index are its counter. So no
/// two draws of a run share a counter, and nothing need be stored for a stream.
public struct RandomStream: Sendable, Equatable {
  public let seed: UInt64
  public let name: StreamName
  public let entity: UInt32

  /// The stream of an entity (an endpoint, a collector, a day …) under a seed.
  @inlinable @inline(__always)
  public init(seed: UInt64, _ name: StreamName, entity: UInt32) {
    self.seed = seed
    self.name = name
    self.entity = entity
  }

  /// Draws 4·index … 4·index + 3 of a sub-stream (a collector, a day …; 0 where there is none).
  @inlinable @inline(__always)
  public func words(_ index: UInt32, sub: UInt32 = 0) -> SIMD4<UInt32> {
    Philox4x32.block(SIMD4(index, sub, entity, name.rawValue), key: seed)
  }

  /// One draw of a sub-stream.
  @inlinable @inline(__always)
  public func word(_ index: UInt32, sub: UInt32 = 0) -> UInt32 {
    words(index >> 2, sub: sub)[Int(index & 3)]
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
