import PortableMath
import RadioModel

/// Decides nearly every pair of module and collector without its power: tables over the shadowing
/// that a pair would need for a link.
///
/// A pair's *need* is what its own shadowing must be at least, in dB, to lift it to the floor of
/// links. It depends on the distance and on what the endpoint loses at all collectors, its *offset*.
/// Tables are indexed by the need above the smallest possible shadowing in steps of 1/64 dB.
struct LinkScreen: Sendable {
  private static let stepsPerDb = 64.0

  /// By distance class: the index of a module with no offset, rounded down.
  private let needs: [Int32]
  /// By need: a link's shadowing draws below this leave it under the floor for sure.
  private let words: [UInt32]
  /// By need: what a module without a link adds to the noise, in units of 2⁻²⁰ of it.
  private let faint: [UInt32]

  /// - Parameters:
  ///   - budgetDb: transmit power and antenna gains over the receiver's noise.
  ///   - floorDb: the weakest mean of a link over the receiver's noise.
  ///   - greatestOffsetDb: no endpoint's offset is farther from 0.
  init(
    budgetDb: Double, floorDb: Double, pathLoss: PathLoss, shadowing: Shadowing,
    greatestOffsetDb: Double
  ) {
    let lowestDb = -shadowing.greatestOwnDb
    func index(needDb: Double) -> Int32 {
      // A hair of margin leaves close calls to the exact power.
      Int32(((needDb - 1e-5 - lowestDb) * Self.stepsPerDb).rounded(.down))
    }
    needs = (0..<DistanceClass.count).map { number in
      // As much again for the rounding of distances.
      let nearest = Double(DistanceClass.nearest(number)) / 100 * (1 - 1e-5)
      return index(needDb: floorDb - budgetDb + pathLoss.db(squaredMetres: nearest))
    }
    let greatest = max(needs.last! + index(needDb: lowestDb + greatestOffsetDb), 0)
    let reach = max(index(needDb: shadowing.greatestOwnDb) + 1, 0)
    words = (0...reach).map { Self.leastWord(needDb: lowestDb + Double($0) / 64, shadowing) }
    faint = Self.faintPowers(
      count: Int(max(greatest, reach)) + 1, lowestDb: lowestDb, floorDb: floorDb, shadowing)
  }

  /// An offset in dB as a distance between indices, rounded down.
  static func steps(offsetDb: Double) -> Int32 {
    Int32((offsetDb * stepsPerDb).rounded(.down))
  }

  /// The reverse of `steps(offsetDb:)`.
  static func offsetDb(steps: Int32) -> Double { Double(steps) / stepsPerDb }

  /// The index of a pair at a squared distance in dm², rounded down; `offset` in steps.
  @inline(__always)
  func index(squaredDecimetres: Float, offset: Int32) -> Int {
    let need = needs[DistanceClass.number(squaredDecimetres)] &+ offset
    return Int(truncatingIfNeeded: max(0, need))
  }

  /// The least shadowing draw that may give a link; nil where none does.
  @inline(__always)
  func leastWord(_ index: Int) -> UInt32? { index < words.count ? words[index] : nil }

  /// What a module without a link adds to the noise on average, in units of 2⁻²⁰ of it.
  @inline(__always)
  func faintPower(_ index: Int) -> UInt64 { UInt64(faint[min(index, faint.count - 1)]) }

  /// The first draw whose shadowing reaches a need.
  private static func leastWord(needDb: Double, _ shadowing: Shadowing) -> UInt32 {
    var low: UInt32 = 0
    var high = UInt32.max
    while low < high {
      let middle = low + (high - low) / 2
      if shadowing.own(word: middle) < needDb { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// For each need the mean power over those of 4,096 equally probable values of shadowing that
  /// stay below it.
  private static func faintPowers(
    count: Int, lowestDb: Double, floorDb: Double, _ shadowing: Shadowing
  ) -> [UInt32] {
    let values = (0..<4096).map { shadowing.own(word: UInt32($0) << 20 | 1 << 19) }
    var below = 0
    var sum = 0.0
    return (0..<count).map { index in
      let needDb = lowestDb + (Double(index) + 0.5) / stepsPerDb
      while below < values.count, values[below] < needDb {
        sum += ratio(decibels: values[below])
        below += 1
      }
      if below == 0 { return 0 }
      let mean = ratio(decibels: max(-300, floorDb - needDb)) * sum / Double(below)
      return UInt32(min(mean * 0x1p20, 0x1p32 - 1))
    }
  }
}

/// Squared distances in dm² as whole numbers, 256 classes to the octave.
enum DistanceClass {
  private static let shift: UInt32 = 15
  private static let first = Float(1).bitPattern >> shift
  /// Up to 2⁴⁹ dm², 2,300 km.
  static let count = 49 << 8

  @inline(__always)
  static func number(_ squaredDecimetres: Float) -> Int {
    let bits = max(1, squaredDecimetres).bitPattern >> shift
    return min(Int(truncatingIfNeeded: bits &- first), count - 1)
  }

  /// The smallest squared distance of a class.
  static func nearest(_ number: Int) -> Float {
    Float(bitPattern: (UInt32(number) + first) << shift)
  }
}
