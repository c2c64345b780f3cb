import Metering
import RadioModel

/// One receiver and endpoints of given mean powers and frames, with no territory round them: what a
/// run computes for each collector, small enough to stand beside a closed form.
///
/// The receiver hears every channel, and its noise is `PowerScale.noise`. Phases, channels and fading
/// are drawn as in a run.
public struct ReceiverExperiment: Sendable {
  /// Endpoints that are alike.
  public struct Group: Sendable, Equatable {
    public var count: Int
    /// Mean received power of each, up to `PowerScale.meanMax`.
    public var meanPower: Power
    public var kind: FrameKind

    public init(count: Int, meanPower: Power, kind: FrameKind = .scm) {
      self.count = count
      self.meanPower = meanPower
      self.kind = kind
    }
  }

  /// Numbers endpoints from 0 through all groups.
  public var groups: [Group]
  /// What decides a frame.
  public var rule: DecodeRule
  /// Seconds between two nominal starts of an endpoint, at least 1.
  public var intervalS = 1
  /// Hop channels, 1…255.
  public var channels = 1
  /// Bound of the jitter in ms.
  public var jitterMs = 0
  /// Bound of the clock error in millionths of the interval.
  public var clockErrorPpm = 0.0

  public init(groups: [Group], rule: DecodeRule) {
    self.groups = groups
    self.rule = rule
  }

  /// Endpoints of all groups.
  public var endpointCount: Int { groups.reduce(0) { $0 + $1.count } }

  /// The endpoints of one group.
  public func endpoints(ofGroup group: Int) -> Range<Int> {
    let first = groups[..<group].reduce(0) { $0 + $1.count }
    return first..<first + groups[group].count
  }

  /// The endpoints, ascending, that had a frame decoded in so many nominal intervals; without
  /// jitter and clock error each sends one frame in each of them.
  public func read(seed: UInt64, intervals: Int, order: EvaluationOrder) -> [Int] {
    evaluate(seed: seed, intervals: intervals, order: order).receptions.map(\.link)
  }

  /// The fate of the frames that start in so many nominal intervals, by the census.
  public func packets(seed: UInt64, intervals: Int) -> PacketCounts {
    let evaluation = evaluate(seed: seed, intervals: intervals, order: .census)
    guard let packets = evaluation.packets else {
      preconditionFailure("the census decides every arrival")
    }
    return packets
  }

  private func evaluate(seed: UInt64, intervals: Int, order: EvaluationOrder) -> Evaluation {
    let interval = Int64(intervalS) * Ticks.perSecond
    // By then every endpoint is on the air, however late its phase and its jitter.
    let from = 4 * interval
    return order.evaluate(
      air(seed: seed), from: from, to: from + Int64(intervals) * interval, level: .best)
  }

  /// What the receiver hears under a seed.
  func air(seed: UInt64) -> CollectorAir {
    var scenario = Scenario()
    scenario.seed = seed
    scenario.endpoints.intervalS = intervalS
    scenario.endpoints.jitterMs = jitterMs
    scenario.endpoints.clockErrorPpm = clockErrorPpm
    scenario.radio.channels = channels
    let test = DecodeTest(rule, noise: PowerScale.noise)
    var links = LinkSet(test: test)
    var kinds: [FrameKind] = []
    for group in groups {
      let threshold = DrawThreshold(
        draws: test.survivingDraws(mean: group.meanPower, kind: group.kind))
      links.means += repeatElement(group.meanPower, count: group.count)
      links.thresholds += repeatElement(threshold, count: group.count)
      kinds += repeatElement(group.kind, count: group.count)
    }
    links.endpoints = kinds.indices.map { UInt32($0) }
    var transmitters = Transmitters(scenario, endpointIDs: kinds.indices.map { UInt32($0 + 1) })
    transmitters.kinds = kinds
    return CollectorAir(
      links: links, collector: CollectorSite(id: CollectorID(rawValue: 1), x: 0, y: 0),
      transmitters: transmitters, scenario: scenario, downTime: DownTime())
  }
}
