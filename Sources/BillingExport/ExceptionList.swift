import CSV
import Metering

/// An endpoint that was heard and that the registry does not know.
public struct UnknownEndpoint: Sendable, Equatable {
  public let endpointID: UInt32
  /// Receptions that were refused.
  public let receptions: Int
  /// When it was heard last.
  public let lastHeardAt: UTCMilliseconds

  public init(endpointID: UInt32, receptions: Int, lastHeardAt: UTCMilliseconds) {
    self.endpointID = endpointID
    self.receptions = receptions
    self.lastHeardAt = lastHeardAt
  }
}

/// What a clerk should look at in a batch, as a CSV: one row for each line with a reason, in the
/// order of the lines, and then one for each unknown endpoint that was heard.
struct ExceptionList {
  static let columns = [
    "batch_id", "number", "status", "reason", "account_id", "service_point_id", "meter_id",
    "endpoint_id", "commodity", "line", "explanation", "action",
  ]

  private(set) var count = 0
  private var csv = CSVWriter()
  private let batch: [UInt8]
  private var start: InstantText
  private var end: InstantText
  private let window: ReadWindow

  init(_ heading: FormatHeading) {
    batch = Array(heading.batch.description.utf8)
    window = heading.window
    start = InstantText(
      InstantLabels(clock: heading.clock, daylightSaving: heading.daylightSaving))
    end = start
    for name in Self.columns { csv.append(name) }
    csv.endRow()
  }

  mutating func append(_ line: BillingLine) {
    guard let reason = line.reason else { return }
    begin(line.consumption == nil ? "held" : "billed", reason.rawValue)
    csv.append(line.accountID)
    csv.append(line.servicePointID)
    csv.append(line.meterID)
    csv.append(line.endpointID)
    csv.append(line.commodity.rawValue)
    csv.append(line.number)
    csv.append(explanation(of: reason, line))
    csv.append(reason.action)
    csv.endRow()
  }

  mutating func append(_ endpoint: UnknownEndpoint) {
    begin("notice", "unknown_endpoint")
    for _ in 0..<3 { csv.appendEmpty() }
    csv.append(Int(endpoint.endpointID))
    csv.appendEmpty()
    csv.appendEmpty()
    end.set(endpoint.lastHeardAt)
    csv.append(
      "heard \(endpoint.receptions) \(endpoint.receptions == 1 ? "time" : "times"), last at "
        + "\(text(end)), and the registry does not have it")
    csv.append(
      "If it is ours, add its meter to the registry and take that in with 'amr ingest'; what was "
        + "heard will count then.")
    csv.endRow()
  }

  mutating func take() -> [UInt8] { csv.take() }

  private mutating func begin(_ status: String, _ reason: String) {
    count += 1
    csv.append(batch)
    csv.append(count)
    csv.append(status)
    csv.append(reason)
  }

  private func text(_ instant: InstantText) -> String {
    String(decoding: instant.bytes, as: UTF8.self)
  }

  private mutating func explanation(of reason: ExceptionReason, _ line: BillingLine) -> String {
    start.set(line.previousAt)
    if let readAt = line.readAt { end.set(readAt) }
    let opening = "\(line.previous) at \(text(start))"
    let closing = line.read.map { "\($0) at \(text(end))" } ?? "no read"
    let days = line.days.map { "\($0) days" } ?? "an unknown number of days"
    let use = line.consumption.map { "\($0) \(line.commodity.billingUnit)" } ?? "nothing"
    return switch reason {
    case .missingStartRead: "nobody noted what the meter showed when the account began"
    case .finalBill: "the supply or the account ended: \(use) billed, from \(opening) to \(closing)"
    case .withdrawn:
      line.previousConsumption.map {
        "what was billed before, \($0) \(line.commodity.billingUnit), is not due"
      } ?? "what was reported before is not due"
    case .noReadInWindow:
      "no read from \(window.first) to \(window.last) can be billed; the last bill ended with "
        + opening
    case .negativeConsumption: "the register went back, from \(opening) to \(closing)"
    case .beyondDials: "the read \(closing) does not fit the dials that the registry states"
    case .missingOutRead: "a meter was removed and nobody noted what it showed"
    case .meterExchange: "the meter was exchanged in the period: \(use) on both meters together"
    case .estimatedTwice: "estimated, as was the bill before: \(use) over \(days)"
    case .estimateCredit: "the estimate before was too high: \(use)"
    case .shortPeriod, .longPeriod: "\(days) since the last billed read, \(opening): \(use)"
    case .highBill: "\(use) over \(days), high against the daily use of the bill before"
    }
  }
}

extension ExceptionReason {
  /// What the clerk does about it.
  fileprivate var action: String {
    switch self {
    case .missingStartRead: "Enter the start read in the registry (installed_read)."
    case .finalBill: "Send the final bill; if it has no consumption, have the meter read."
    case .withdrawn: "Take the former bill back."
    case .noReadInWindow: "Have the meter read, or ask the customer, and enter the read."
    case .negativeConsumption:
      "Check the meter's number and its last read, and enter a verified read."
    case .beyondDials: "Correct the number of dials in the registry."
    case .missingOutRead: "Enter the read at removal in the registry (removed_read)."
    case .meterExchange: "None, unless the reads at the exchange look wrong."
    case .estimatedTwice: "Have the meter read: an actual read is due every other month."
    case .estimateCredit: "Credit the customer."
    case .shortPeriod, .longPeriod: "Prorate the fixed charges."
    case .highBill: "Check the read before the bill is sent."
    }
  }
}
