import AMRSimulation
import Glibc
import RadioModel
import RandomStreams

/// One endpoint at a given distance in a field of others, spread evenly over a disc round the
/// receiver, with power falling as distance^−α.
struct UniformField: Sendable {
  /// Frames on the air per m² that overlap a given one, ρ.
  let density: Double
  /// Distance of the endpoint that is looked at, m.
  let distance: Double
  /// α, above 2.
  let exponent: Double
  let captureDb: Double
  /// Radius of the disc, in distances.
  var reach = 5.0

  /// Long frames and a short interval: few endpoints are needed to reach the density.
  private static let kind = FrameKind.idm
  private static let overlap = Double(2 * kind.ticks - 1) / Double(Ticks.perSecond)
  /// Mean power of the endpoint that is looked at over noise.
  private static let power = 0x1p20

  /// Endpoints in the disc, in the mean.
  var endpoints: Double {
    density / Self.overlap * Double.pi * pow(reach * distance, 2)
  }

  /// The probability that its frame is decoded.
  ///
  /// On the whole plane exp(−ρ π r² z^δ Γ(1 + δ) Γ(1 − δ)), δ = 2/α (F. Baccelli, B. Błaszczyszyn
  /// and P. Mühlethaler, "An Aloha Protocol for Multihop Mobile Wireless Networks", IEEE Trans. Inf.
  /// Theory 52(2), 2006). The part beyond the disc, where an interferer of x² = u r² harms
  /// z/(z + u^(α/2)), is taken away by Simpson's rule in v = 1/u.
  var success: Double {
    let d = 2 / exponent
    let z = pow(10, captureDb / 10)
    let plane = pow(z, d) * tgamma(1 + d) * tgamma(1 - d)
    // ∫ z/(z + u^(1/δ)) du from reach² on, with u = v^(−q) so that the integrand is smooth at 0.
    let q = 1 / (1 / d - 1)
    let end = pow(reach, -2 / q)
    let steps = 1000
    var tail = 0.0
    for step in 0...steps {
      let v = end * Double(step) / Double(steps)
      let weight = step == 0 || step == steps ? 1.0 : step % 2 == 1 ? 4 : 2
      tail += weight * q * z / (1 + z * pow(v, q / d))
    }
    tail *= end / Double(steps) / 3
    let alone = ValidatedAir.aloneSuccess(.init(count: 1, power: Self.power, kind: Self.kind))
    return alone * exp(-density * Double.pi * distance * distance * (plane - tail))
  }

  /// Whether its frame is decoded under one seed.
  func decoded(seed: UInt64) -> Batch {
    let draws = RandomStream(seed: seed, .placement, entity: 0)
    var used: UInt32 = 0
    let count = poisson(endpoints, draws, &used)
    func group(_ power: Double) -> ReceiverExperiment.Group {
      ReceiverExperiment.Group(
        count: 1, meanPower: PowerScale.mean(ratioToNoise: power), kind: Self.kind)
    }
    let others = (0..<count).map { index in
      let area = unit(draws.word(used + UInt32(index)))
      return group(Self.power * pow(reach * area.squareRoot(), -exponent))
    }
    var experiment = ReceiverExperiment(groups: [group(Self.power)] + others)
    experiment.captureDb = captureDb
    let read = experiment.read(seed: seed, intervals: 1, order: .census)
    return Batch(counted: 1, successes: read.first == 0 ? 1 : 0)
  }
}

extension ValidationCase {
  /// A frame among interferers at random places.
  static var field: [ValidationCase] {
    [(1e-5, 50.0, 4.0, 6.0), (1e-5, 100, 3.5, 6), (3e-6, 100, 4, 10)].map {
      density, distance, exponent, decibels in
      let field = UniformField(
        density: density, distance: distance, exponent: exponent, captureDb: decibels)
      return ValidationCase(
        name: "disc of 5 r, ρ = \(density * 1e6)/km², r = \(Int(distance)) m, α = \(exponent), "
          + "z = \(Int(decibels)) dB",
        theory: field.success, framesPerBatch: field.endpoints + 1, batch: field.decoded)
    }
  }
}
