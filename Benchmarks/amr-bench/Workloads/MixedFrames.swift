import AMRSimulation
import RadioModel

/// The census of one receiver on whose air frames of different lengths meet.
final class MixedFrames: Workload {
  static let benchmark = Benchmark(name: "census-kernel/5000-mixed", item: "arrival") {
    MixedFrames($0)
  }

  /// The design's goal for frames of one length.
  let goal: Double? = 4.5
  let facts: [Fact]
  private let experiment: ReceiverExperiment
  private let intervals: Int
  private var seed: UInt64 = 0
  private var packets = PacketCounts()

  private init(_ context: Context) {
    // Mean powers from 10 dB under the threshold of SCM to 50 dB over it, as on a plain; one endpoint
    // in ten sends IDM.
    var groups: [ReceiverExperiment.Group] = []
    for step in 0..<25 {
      let mean = PowerScale.noise * 2 << UInt64(step * 2 / 3)
      groups.append(.init(count: 180, meanPower: mean))
      groups.append(.init(count: 20, meanPower: mean, kind: .idm))
    }
    let thresholds = Receiver(noiseFigureDb: 0, filterKHz: 32.768).decodeThresholds
    var experiment = ReceiverExperiment(
      groups: groups,
      rule: DecodeRule(thresholds: thresholds, captureDb: 6, fading: FadingGain(.rayleigh)))
    experiment.intervalS = 30
    experiment.channels = 50
    experiment.jitterMs = 250
    experiment.clockErrorPpm = 50
    self.experiment = experiment
    intervals = context.pick(full: 720, tiny: 40)
    facts = [
      Fact(name: "endpoints", value: Double(experiment.endpointCount)),
      Fact(name: "share of IDM", value: 0.1),
    ]
  }

  func prepare(variant: Int) { seed = UInt64(1 + variant) }

  func run() async throws -> Int {
    packets = experiment.packets(seed: seed, intervals: intervals)
    return packets.arrivals
  }

  func digest() -> UInt128 { UInt128(packets.decoded) << 64 | UInt128(packets.lostToInterference) }
}
