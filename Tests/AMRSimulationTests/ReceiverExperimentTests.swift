import RadioModel
import Testing

@testable import AMRSimulation

@Suite("One receiver")
struct ReceiverExperimentTests {
  private static let rule = DecodeRule(
    thresholds: [9, 10, 13], captureDb: 6, fading: FadingGain(.rayleigh))

  private static func experiment() -> ReceiverExperiment {
    var experiment = ReceiverExperiment(
      groups: [
        .init(count: 40, meanPower: 20 * PowerScale.noise),
        .init(count: 0, meanPower: 5 * PowerScale.noise, kind: .scmPlus),
        .init(count: 15, meanPower: 200 * PowerScale.noise, kind: .idm),
      ], rule: rule)
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

  @Test("a frame is lost when the receiver is down for any of its ticks")
  func downTime() {
    let experiment = ReceiverExperiment(
      groups: [.init(count: 1, meanPower: 1 << 28)], rule: Self.rule)
    var air = experiment.air(seed: 1)
    let start = air.nominalStart(link: 0, k: 3)
    func heard(_ down: Range<Int64>) -> Bool {
      air.downTime = DownTime(
        intervals: [0..<1, start + down.lowerBound..<start + down.upperBound])
      let orders = [EvaluationOrder.census, .onDemand].map {
        $0.evaluate(air, from: start - 10, to: start + 10, level: .best).receptions
      }
      #expect(orders[0] == orders[1])
      return !orders[0].isEmpty
    }
    #expect(heard(-500..<0), "up again at the first tick")
    #expect(!heard(-500..<1))
    #expect(!heard(100..<101))
    #expect(!heard(191..<900))
    #expect(heard(192..<900), "down after the last tick")
  }
}
