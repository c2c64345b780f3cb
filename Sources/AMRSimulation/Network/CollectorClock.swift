import Metering
import RadioModel
import RandomStreams

/// Simulated time in ticks against stamps in milliseconds, as one collector's clock shows them.
struct CollectorClock: Sendable, Equatable {
  /// What the true start of the run is in UTC.
  let epoch: UTCMilliseconds
  /// Ticks by which the clock is ahead.
  let offset: Int64

  /// A clock whose constant error is drawn once for the collector.
  init(_ scenario: Scenario, site: CollectorSite) {
    epoch = scenario.clock.startOfDay(scenario.startDate)
    let stream = RandomStream(
      seed: scenario.seed, .collectorClock, entity: site.id.rawValue)
    let span = UInt32(2 * scenario.collectors.clockErrorMs + 1)
    let milliseconds = Int64(below(span, stream.word(0))) - Int64(scenario.collectors.clockErrorMs)
    offset = milliseconds * Ticks.perSecond / 1000
  }

  /// What the clock shows at a true time, in whole milliseconds.
  func stamp(_ tick: Int64) -> UTCMilliseconds {
    // The shift rounds down on both sides of zero.
    epoch + ((tick + offset) * 1000) >> 15
  }

  /// The first true tick at which the clock shows a number of whole seconds since the epoch.
  func tick(showingSeconds seconds: Int64) -> Int64 { seconds * Ticks.perSecond - offset }
}

/// The time between two scheduled uploads, by the collector's clock; it never crosses midnight,
/// so that it belongs to one slot.
struct ReportingPeriod: Sendable, Equatable {
  /// 0 for the first period of the run.
  let number: Int
  /// Seconds since the start of the run.
  let start: Int64
  let end: Int64
  /// 0 for the first day of the run.
  let dayNumber: Int

  init(number: Int, hours: Int) {
    self.number = number
    start = Int64(number * hours) * 3600
    end = start + Int64(hours) * 3600
    dayNumber = number * hours / 24
  }
}
