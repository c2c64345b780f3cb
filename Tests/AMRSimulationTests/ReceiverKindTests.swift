import Metering
import RadioModel
import Testing

@testable import AMRSimulation

@Suite("Kinds of receivers")
struct ReceiverKindTests {
  @Test("a demodulator is free again when its frame has ended")
  func demodulators() {
    var one = Demodulators(count: 1)
    #expect(one.seize(0, 192) && !one.seize(0, 192) && !one.seize(191, 300) && one.seize(192, 300))
    var two = Demodulators(count: 2)
    #expect(two.seize(0, 1472) && two.seize(10, 202) && !two.seize(11, 203))
    #expect(two.seize(202, 394) && !two.seize(393, 500) && two.seize(394, 586))
  }

  /// Three strong frames that overlap on three channels, of links 0, 1 and 2.
  private static func heard(_ change: (inout Scenario) -> Void, ids: [UInt32], starts: [UInt32])
    -> [Int]
  {
    var scenario = Scenario()
    scenario.endpoints.intervalS = 2
    scenario.endpoints.jitterMs = 0
    scenario.radio.channels = 255
    scenario.radio.fading = .none
    change(&scenario)
    var transmitters = Transmitters(scenario, endpointIDs: ids)
    transmitters.phases = starts
    transmitters.periods = ids.map { _ in 65_536 }
    let test = DecodeTest(DecodeRule(scenario), noise: PowerScale.noise)
    var links = LinkSet(test: test)
    links.endpoints = ids.indices.map(UInt32.init)
    links.means = ids.map { _ in 1 << 30 }
    links.thresholds = links.means.map {
      DrawThreshold(draws: test.survivingDraws(mean: $0, kind: .scm))
    }
    let air = CollectorAir(
      links: links, collector: CollectorSite(id: CollectorID(rawValue: 9), x: 0, y: 0),
      transmitters: transmitters, scenario: scenario, downTime: DownTime())
    let evaluation = PlainCensus.evaluate(air, from: 0, to: 60_000)
    #expect(evaluation.packets?.notHeard == ids.count - evaluation.receptions.count)
    return evaluation.receptions.map(\.link)
  }

  @Test("a limited receiver takes frames in the order of starts, then of IDs")
  func limited() {
    func heard(_ demodulators: Int, ids: [UInt32], starts: [UInt32]) -> [Int] {
      Self.heard(
        {
          $0.collectors.receiver = .limited
          $0.collectors.demodulators = demodulators
        }, ids: ids, starts: starts)
    }
    #expect(heard(1, ids: [10, 11, 12], starts: [1000, 1191, 1192]) == [0, 2])
    #expect(heard(1, ids: [10, 11, 12], starts: [1001, 1000, 1192]) == [1, 2])
    #expect(heard(1, ids: [12, 10, 11], starts: [1000, 1000, 1000]) == [1])
    #expect(heard(2, ids: [12, 10, 11], starts: [1000, 1000, 1000]) == [1, 2])
    #expect(heard(3, ids: [12, 10, 11], starts: [1000, 1000, 1000]) == [0, 1, 2])
  }

  @Test("a wideband receiver hears its channels and no others")
  func wideband() {
    var all: [Int] = []
    for (first, count) in [(0, 85), (85, 85), (170, 85)] {
      all += Self.heard(
        {
          $0.collectors.receiver = .wideband
          $0.collectors.firstChannel = first
          $0.collectors.heardChannels = count
        }, ids: Array(10..<40), starts: (0..<30).map { 1000 * $0 })
    }
    #expect(all.sorted() == Array(0..<30), "each frame is heard in one third of the band")
  }

  @Test("a limited receiver needs the census: on-demand is refused, the choice is made")
  func census() async throws {
    var scenario = EvaluationOrderTests.scenario(seed: 3, modules: 100)
    #expect(scenario.evaluationOrder == .onDemand)
    scenario.evaluation = .census
    #expect(scenario.evaluationOrder == .census)
    scenario.evaluation = .auto
    scenario.collectors.receiver = .limited
    scenario.collectors.demodulators = 1
    #expect(scenario.evaluationOrder == .census)
    var network = try await EvaluationOrderTests.network(scenario)
    await #expect(throws: EvaluationError.needsCensus) {
      _ = try await network.simulateNextPeriod(order: .onDemand, threads: 1, progress: { _ in })
    }
    let result = try await network.simulateNextPeriod(
      order: .census, threads: 2, progress: { _ in })
    let packets = try #require(result.packets)
    #expect(packets.notHeard > 0 && packets.decoded > result.receptions)
    #expect(
      packets.arrivals == packets.decoded + packets.lostToNoise + packets.lostToInterference
        + packets.notHeard)
  }

  @Test("contradicting keys are refused in one line")
  func refusals() {
    func lines(_ keys: String) -> [String] {
      complaints("{ name: 'a', territory: { meters_csv: 'm.csv' }, \(keys) }")
    }
    #expect(lines("collectors: { receiver: 'limited' }, evaluation: 'census'").isEmpty)
    let order = lines("collectors: { receiver: 'limited' }, evaluation: 'on-demand'")
    #expect(order.count == 1 && order[0].contains("expected 'auto' or 'census'"), "\(order)")
    let band = lines("collectors: { receiver: 'wideband', first_channel: 41 }")
    #expect(
      band.count == 1 && band[0].contains("first_channel + heard_channels - 1 is 50"), "\(band)")
    #expect(lines("collectors: { receiver: 'wideband', first_channel: 40 }").isEmpty)
    let word = lines("radio: { fading: 'rice' }")
    #expect(
      word.count == 1 && word[0].contains("expected 'rayleigh', 'rician' or 'none'"), "\(word)")
  }
}
