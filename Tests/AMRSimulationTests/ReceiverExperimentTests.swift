import RadioModel
import Testing

@testable import AMRSimulation

@Suite("One receiver")
struct ReceiverExperimentTests {
  private static func experiment() -> ReceiverExperiment {
    var experiment = ReceiverExperiment(groups: [
      .init(count: 40, meanPower: 20 * PowerScale.noise),
      .init(count: 0, meanPower: 5 * PowerScale.noise, kind: .scmPlus),
      .init(count: 15, meanPower: 200 * PowerScale.noise, kind: .idm),
    ])
    experiment.channels = 3
    return experiment
  }

  @Test("endpoints are numbered through all groups")
  func numbering() {
    let experiment = Self.experiment()
    #expect(experiment.endpointCount == 55)
    #expect(experiment.endpoints(ofGroup: 0) == 0..<40)
    #expect(experiment.endpoints(ofGroup: 1).isEmpty)
    #expect(experiment.endpoints(ofGroup: 2) == 40..<55)
  }

  @Test("both orders read the same endpoints", arguments: [1, 4])
  func ordersAgree(intervals: Int) {
    for seed in 1...50 as ClosedRange<UInt64> {
      let read = Self.experiment().read(seed: seed, intervals: intervals, order: .census)
      #expect(
        read == Self.experiment().read(seed: seed, intervals: intervals, order: .onDemand),
        "seed \(seed)")
      #expect(read == read.sorted() && !read.isEmpty, "seed \(seed)")
    }
  }

  @Test("every endpoint sends once an interval, and each frame has one fate")
  func packets() {
    for seed in 1...50 as ClosedRange<UInt64> {
      let packets = Self.experiment().packets(seed: seed, intervals: 3)
      #expect(packets.arrivals == 3 * 55, "seed \(seed)")
      #expect(
        packets.decoded + packets.lostToNoise + packets.lostToInterference == packets.arrivals,
        "seed \(seed)")
      #expect(packets.notHeard == 0)
    }
  }
}
