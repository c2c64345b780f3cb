import AMRSimulation
import Glibc
import RadioModel

/// The load of `census-kernel` on the plain event-queue simulator: what a fast census is worth.
final class EventQueueBaseline: Workload {
  static let benchmarks = [(500, 24), (5_000, 4), (20_000, 1)].map { endpoints, hours in
    Benchmark(name: "event-queue/\(endpoints)", item: "arrival") { context in
      EventQueueBaseline(
        endpoints: endpoints, seconds: context.pick(full: 3600 * hours, tiny: 600))
    }
  }

  private(set) var facts: [Fact]
  private let simulator: EventSimulator
  private let ticks: Int
  private var variant = 0
  private var outcome = EventSimulator.Outcome()

  private init(endpoints: Int, seconds: Int) {
    simulator = EventSimulator(plainOf: endpoints)
    ticks = seconds * Int(Ticks.perSecond)
    facts = [
      Fact(name: "audible endpoints", value: Double(endpoints)),
      Fact(name: "simulated hours", value: Double(seconds) / 3600),
    ]
  }

  func prepare(variant: Int) { self.variant = variant }

  func run() -> Int {
    outcome = simulator.run(seed: UInt64(variant + 1), from: 0, to: ticks)
    return outcome.arrivals
  }

  func digest() -> UInt128 { UInt128(outcome.arrivals) << 64 | UInt128(outcome.decoded) }
}

extension EventSimulator {
  /// Endpoints spread evenly over a plain, by the scenario's defaults.
  ///
  /// With a path-loss exponent n, and whatever the shadowing, the number of endpoints heard with a
  /// mean power above s falls as s^(−2/n), from the weakest that is a link. Here each of `count`
  /// endpoints stands for an equal share of that number.
  init(plainOf count: Int) {
    let scenario = Scenario()
    let receiver = Receiver(
      noiseFigureDb: scenario.collectors.noiseFigureDb, filterKHz: scenario.collectors.filterKHz)
    let threshold = receiver.decodeThreshold(bits: FrameKind.scm.bits)
    let floor = threshold * pow(10, -scenario.radio.linkFloorDb / 10)
    self.init(
      means: (0..<count).map {
        floor * pow((Double($0) + 0.5) / Double(count), -scenario.radio.pathLossExponent / 2)
      },
      channels: scenario.radio.channels,
      period: scenario.endpoints.intervalS * Int(Ticks.perSecond),
      jitter: scenario.endpoints.jitterMs * Int(Ticks.perSecond) / 1000,
      frame: Int(FrameKind.scm.ticks), threshold: threshold,
      capture: pow(10, scenario.radio.captureDb / 10))
  }
}
