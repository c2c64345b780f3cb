import Glibc
import RadioModel

extension ValidationCase {
  /// Fading against noise alone, for each kind of frame.
  static var noise: [ValidationCase] {
    FrameKind.allCases.flatMap { kind in
      [10.0, 15, 20, 30].map { decibels in
        var air = ValidatedAir(
          groups: [ValidatedAir.Group(count: 100, power: pow(10, decibels / 10), kind: kind)])
        air.captureDb = ValidatedAir.noInterference
        return ValidationCase("noise, \(kind.bits) bits, mean Eb/N0 = \(Int(decibels)) dB", air)
      }
    }
  }

  /// Endpoints read after k transmissions, by on-demand evaluation.
  static var reads: [ValidationCase] {
    var independent = ValidatedAir(
      groups: [ValidatedAir.Group(count: 100, power: ValidatedAir.power(ofShare: 0.3))])
    independent.captureDb = ValidatedAir.noInterference
    var crowded = ValidatedAir(load: 2, channels: 5, captureDb: 6, power: pow(10, 1.5))
    crowded.groups[0].power = ValidatedAir.power(ofShare: 0.7)
    return [("read, fading alone, p = 0.3", independent), ("read, G = 2, M = 5", crowded)].flatMap {
      name, air in
      [1, 2, 3, 5, 10].map { k in
        ValidationCase(
          name: "\(name), k = \(k)", theory: air.readShare(after: k),
          framesPerBatch: air.endpoints * Double(k)
        ) { air.read(after: k, seed: $0) }
      }
    }
  }
}

extension ValidatedAir {
  /// The mean power at which noise lets a share of SCM frames pass.
  fileprivate static func power(ofShare share: Double) -> Double {
    -decodeThreshold(bits: FrameKind.scm.bits) / log(share)
  }
}
