import Glibc
import RadioModel

extension ValidationCase {
  /// All frames of an air, by the census.
  init(_ name: String, _ air: ValidatedAir) {
    self.init(
      name: name, theory: air.success(), framesPerBatch: air.endpoints
    ) { seed in
      let packets = air.packets(seed: seed)
      return Batch(counted: packets.arrivals, successes: packets.decoded)
    }
  }

  /// The frames of one group of an air without jitter, by the census.
  init(_ name: String, _ air: ValidatedAir, group: Int) {
    self.init(
      name: name, theory: air.success(ofGroup: group), framesPerBatch: air.endpoints
    ) { air.decoded(ofGroup: group, seed: $0) }
  }

  /// Overlap alone: every overlap destroys both frames.
  static var aloha: [ValidationCase] {
    let pure = [0.01, 0.05, 0.1, 0.2, 0.5, 1, 2].map {
      ValidationCase("pure ALOHA, G = \($0)", ValidatedAir(load: $0))
    }
    let channels = [(0.5, 3), (1.0, 5), (2, 5), (0.5, 25), (2, 25), (2, 50)].map {
      ValidationCase("\($1) channels, G = \($0)", ValidatedAir(load: $0, channels: $1))
    }
    var jittered = ValidatedAir(load: 0.4)
    jittered.jitterMs = 700
    jittered.clockErrorPpm = 1000
    return pure + channels
      + [ValidationCase("700 ms of jitter, ± 1000 ppm, G = 0.4", jittered)]
  }

  /// A fixed number of endpoints, each of which meets all others.
  static var finitePopulation: [ValidationCase] {
    [(2, FrameKind.scm), (10, .scm), (2, .idm), (5, .idm), (30, .idm)].map { count, kind in
      var air = ValidatedAir(groups: [ValidatedAir.Group(count: Double(count), kind: kind)])
      air.isPoisson = false
      return ValidationCase("population of \(count), \(kind.label)", air)
    }
  }

  /// Short frames among long ones and the reverse.
  static var unequalLengths: [ValidationCase] {
    let mixed = [2.0, 20, 100].flatMap { rate in
      let air = ValidatedAir(
        groups: [
          ValidatedAir.Group(count: 8 * rate), ValidatedAir.Group(count: 2 * rate, kind: .idm),
        ], intervalS: 10)
      return ["SCM", "IDM"].enumerated().map { group, name in
        ValidationCase("\(name) among 80 % SCM, 20 % IDM, \(Int(rate))/s", air, group: group)
      }
    }
    let three = ValidatedAir(
      groups: FrameKind.allCases.map { ValidatedAir.Group(count: 50, kind: $0) }, intervalS: 10)
    return mixed + [
      ValidationCase("SCM+ among SCM, SCM+, IDM, 5/s each", three, group: 1)
    ]
  }

  /// Capture under Rayleigh fading, among equal and unequal mean powers, with and without noise.
  static var capture: [ValidationCase] {
    let equal = [
      (0.01, 1, 6.0), (0.1, 1, 6), (0.5, 1, 6), (1, 5, 6), (2, 1, 6), (0.5, 1, 10), (2, 1, 10),
      (2, 25, 10),
    ].map { load, channels, decibels in
      ValidationCase(
        "capture, z = \(Int(decibels)) dB, M = \(channels), G = \(load)",
        ValidatedAir(load: load, channels: channels, captureDb: decibels))
    }
    var unequal = ValidatedAir(
      groups: [10.0, 100].map { ValidatedAir.Group(count: 60, power: ValidatedAir.loud * $0) })
    unequal.captureDb = 6
    return equal + [
      ValidationCase(
        "capture, z = 6 dB, weak among 10 dB stronger, G = 0.7", unequal, group: 0),
      ValidationCase(
        "capture, z = 6 dB, strong among 10 dB weaker, G = 0.7", unequal, group: 1),
    ]
  }

  /// Capture together with noise: what is decoded, and which of the two lost the rest.
  static var captureAndNoise: [ValidationCase] {
    [(10.0, 0.1), (10, 1), (15, 0.5), (20, 2)].flatMap { decibels, load in
      let air = ValidatedAir(load: load, captureDb: 6, power: pow(10, decibels / 10))
      let name = "z = 6 dB, mean Eb/N0 = \(Int(decibels)) dB, G = \(load)"
      let alone = ValidatedAir.aloneSuccess(air.groups[0])
      return [
        ValidationCase("capture and noise, \(name)", air),
        ValidationCase(
          name: "lost to interference, \(name)", theory: alone - air.success(),
          framesPerBatch: air.endpoints
        ) { seed in
          let packets = air.packets(seed: seed)
          return Batch(counted: packets.arrivals, successes: packets.lostToInterference)
        },
      ]
    }
  }

  /// The plain event-queue simulator under the same theory, so that both programs' shares agree.
  static var eventQueue: [ValidationCase] {
    [(0.1, 1, 60.0), (0.5, 1, 15), (2, 5, 15)].map { load, channels, decibels in
      var air = ValidatedAir(
        load: load, channels: channels, captureDb: 6, power: pow(10, decibels / 10))
      air.groups[0].count.round()
      air.isPoisson = false
      let theory = air.success()
      let simulator = EventSimulator(air)
      return ValidationCase(
        name:
          "event queue, z = 6 dB, mean Eb/N0 = \(Int(decibels)) dB, M = \(channels), G = \(load)",
        theory: theory, framesPerBatch: air.endpoints
      ) { seed in
        let outcome = simulator.run(seed: seed, from: simulator.period, to: 2 * simulator.period)
        return Batch(counted: outcome.arrivals, successes: outcome.decoded)
      }
    }
  }
}

extension EventSimulator {
  /// The same air, without jitter.
  fileprivate init(_ air: ValidatedAir) {
    let group = air.groups[0]
    self.init(
      means: Array(repeating: group.power, count: Int(group.count)), channels: air.channels,
      period: air.intervalS * Int(Ticks.perSecond), jitter: 1, frame: Int(group.kind.ticks),
      threshold: ValidatedAir.decodeThreshold(bits: group.kind.bits),
      capture: pow(10, air.captureDb / 10))
  }
}

extension FrameKind {
  /// The name in print.
  fileprivate var label: String {
    switch self {
    case .scm: "SCM"
    case .scmPlus: "SCM+"
    case .idm: "IDM"
    }
  }
}
