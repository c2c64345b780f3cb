import Metering
import RadioModel
import RandomStreams

/// One arrival of an upload at the head-end.
public struct Delivery: Sendable, Comparable {
  /// True time of the arrival, whatever the collector's clock shows.
  public let at: UTCMilliseconds
  public let collector: CollectorID
  /// Of the upload, from 1 for each collector.
  public let sequence: UInt64
  /// 0 for the first arrival, then one for each repeat.
  public let copy: Int

  public init(at: UTCMilliseconds, collector: CollectorID, sequence: UInt64, copy: Int) {
    self.at = at
    self.collector = collector
    self.sequence = sequence
    self.copy = copy
  }

  public static func < (left: Self, right: Self) -> Bool {
    (left.at, left.collector.rawValue, left.sequence, left.copy)
      < (right.at, right.collector.rawValue, right.sequence, right.copy)
  }
}

/// When uploads reach the head-end.
///
/// After the end of a reporting period each concentrator polls its collectors one after the
/// other. An attempt is put off while collector or concentrator is down, may be lost and tried
/// again, or may succeed while its acknowledgement is lost, so that the same bytes come again.
struct DeliverySchedule: Sendable {
  /// After so many attempts the link is taken to work.
  private static let attemptsMax = 40

  private let backhaul: BackhaulSpec
  private let seed: UInt64
  private let epoch: UTCMilliseconds
  private let concentratorDownTimes: [DownTime]

  init(_ scenario: Scenario, collectorCount: Int) {
    backhaul = scenario.backhaul
    seed = scenario.seed
    epoch = scenario.clock.startOfDay(scenario.startDate)
    let outages = OutageModel(
      seed: scenario.seed, stream: .concentratorOutage,
      perYear: scenario.faults.concentratorOutagesPerYear,
      meanHours: scenario.faults.concentratorOutageH)
    let concentrators =
      (collectorCount + backhaul.collectorsPerConcentrator - 1)
      / backhaul.collectorsPerConcentrator
    // Uploads of the last day still travel on the day after it.
    concentratorDownTimes = (0..<concentrators).map {
      outages.downTime(entity: UInt32($0), days: scenario.days + 1)
    }
  }

  /// The arrivals of one upload, in order of time.
  ///
  /// - Parameters:
  ///   - index: the collector's place in the list of collectors.
  ///   - end: true ticks of the end of the reporting period.
  func deliveries(
    collector: CollectorSite, index: Int, downTime: DownTime, period: ReportingPeriod, end: Int64
  ) -> [Delivery] {
    let place = index % backhaul.collectorsPerConcentrator
    let concentrator = concentratorDownTimes[index / backhaul.collectorsPerConcentrator]
    let window = Int64(backhaul.pollWindowMin) * 60 * Ticks.perSecond
    let turn = window * Int64(place) / Int64(backhaul.collectorsPerConcentrator)
    let retry = Int64(backhaul.retryMin) * 60 * Ticks.perSecond
    let draws = RandomStream(seed: seed, .delivery, entity: collector.id.rawValue)
    var deliveries: [Delivery] = []
    var time = end + turn
    for attempt in 0..<Self.attemptsMax {
      while true {
        let up = concentrator.end(from: downTime.end(from: time))
        if up == time { break }
        // When a line comes back everyone has a turn again.
        time = up + turn
      }
      let words = draws.words(UInt32(attempt), sub: UInt32(period.number))
      let isLast = attempt == Self.attemptsMax - 1
      if unit(words.x) >= backhaul.lossProbability || isLast {
        deliveries.append(
          Delivery(
            at: epoch + (time * 1000) >> 15, collector: collector.id,
            sequence: UInt64(period.number + 1), copy: deliveries.count))
        if unit(words.y) >= backhaul.ackLossProbability { break }
      }
      time += retry
    }
    return deliveries
  }
}
