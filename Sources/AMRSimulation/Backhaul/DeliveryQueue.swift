import CollectorUpload
import Metering

/// Uploads on their way: takes them period by period and hands them out in the order in which they
/// reach the head-end, holding only what has not arrived.
///
/// The order is that of `Delivery`, which is total, so that it depends neither on threads nor on
/// how often one asks. Everything that can arrive before an instant is known once all periods with
/// an earlier `Scenario.earliestDelivery(ofPeriod:)` have been added.
public struct DeliveryQueue: Sendable {
  private struct Entry: Sendable {
    let delivery: Delivery
    let upload: Upload
  }

  private var waiting: [Entry] = []

  public init() {}

  /// A queue that holds what another one held.
  public init(waiting: [(delivery: Delivery, upload: Upload)]) {
    self.waiting = waiting.map { Entry(delivery: $0.delivery, upload: $0.upload) }
  }

  /// What has not been handed out, in order.
  public var deliveriesWaiting: [(delivery: Delivery, upload: Upload)] {
    waiting.sorted { $0.delivery < $1.delivery }.map { ($0.delivery, $0.upload) }
  }

  /// Whether everything has been handed out.
  public var isEmpty: Bool { waiting.isEmpty }

  /// Takes the deliveries of all uploads of a period.
  public mutating func add(_ result: PeriodResult) {
    for (upload, deliveries) in zip(result.uploads, result.deliveries) {
      for delivery in deliveries { waiting.append(Entry(delivery: delivery, upload: upload)) }
    }
  }

  /// Hands out what arrives before an instant, in order; repeats included.
  public mutating func deliveries(until instant: UTCMilliseconds) -> [(Delivery, Upload)] {
    let firstArrived = waiting.partition { $0.delivery.at < instant }
    let arrived = waiting[firstArrived...].sorted { $0.delivery < $1.delivery }
    waiting.removeSubrange(firstArrived...)
    return arrived.map { ($0.delivery, $0.upload) }
  }
}

extension Scenario {
  /// An instant before which no upload of a period, or of any later one, is delivered.
  ///
  /// A collector uploads when its own clock shows the end of the period.
  ///
  /// - Parameter number: 0 for the first period of the run.
  public func earliestDelivery(ofPeriod number: Int) -> UTCMilliseconds {
    let period = ReportingPeriod(number: number, hours: backhaul.uploadPeriodH)
    let epoch = clock.startOfDay(startDate)
    // Instants are rounded down to a millisecond, clock errors to a tick.
    return epoch + period.end * 1000 - Int64(collectors.clockErrorMs) - 1
  }
}
