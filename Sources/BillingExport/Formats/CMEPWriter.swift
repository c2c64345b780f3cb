import CSV
import Metering

/// California Metering Exchange Protocol 1.20, records `MEPMD01`: for each line one of the register,
/// with the read that starts the period and the one that ends it, and where something is billed one
/// of the consumption.
///
/// The register's record has the flag `N32`, missing, and no value where no read can be billed; where
/// a meter was exchanged it has the present meter's read alone, as the other is of another register.
/// Flags are those of the version of 2008, a letter and a bit mask, as its readers take no others:
/// `R0` for a read, `E0` for an estimate, with 8192 where the register rolled over and 65536 where the
/// meter was exchanged. Times are standard time, and every one is written.
struct CMEPWriter: FormatWriter {
  /// Record type, version and sender.
  private static let start = Array("MEPMD01,20080501,AMR".utf8)
  private var csv = CSVWriter()
  private let createdMinutes: [UInt8]
  private let windowEnd: UTCMilliseconds
  private var start: CompactInstant
  private var end: CompactInstant
  private let limits: CarriedText
  private let receiver: String
  private let purpose: String

  init(_ heading: FormatHeading) throws(BillingError) {
    limits = CarriedText(format: .cmep, batch: heading.batch)
    start = CompactInstant(heading.clock)
    end = start
    start.set(heading.createdAt)
    createdMinutes = start.minutes
    windowEnd = heading.windowEnd
    receiver = try limits.printable(
      heading.receiver ?? heading.batch.utility, "receiver", limit: 16, line: nil)
    purpose = heading.batch.revision == 1 ? "OK" : "RESEND"
  }

  mutating func append(_ line: BillingLine) throws(BillingError) {
    let account = try limits.printable(
      line.accountID, "account_id", limit: 12, line: line.number)
    let meter = try limits.printable(line.meterID, "meter_id", limit: 12, line: line.number)
    start.set(line.previousAt)
    end.set(line.readAt ?? windowEnd)
    let isExchanged = line.previousMeterID != nil
    let unit = line.commodity.billingUnit
    let mask = (line.rolledOver ? 1 << 13 : 0) | (isExchanged ? 1 << 16 : 0)
    let flag = (line.quality == .estimated ? "E" : "R") + String(mask)
    begin(line, account, meter, unit: unit + "REG")
    csv.append(Int64(line.multiplier))
    csv.appendEmpty()
    csv.append(isExchanged ? 1 : 2)
    if !isExchanged {
      append(start, line.previousQuality == .estimated ? "E0" : "R0", line.previous)
    }
    if line.consumption != nil, let read = line.read {
      append(end, flag, read)
    } else {
      append(end, "N32", nil)
    }
    csv.endRow()
    guard let consumption = line.consumption, let readAt = line.readAt else { return }
    begin(line, account, meter, unit: unit)
    csv.append("1")
    csv.append(interval(from: line.previousAt, to: readAt))
    csv.append(1)
    append(end, flag, consumption)
    csv.endRow()
  }

  mutating func finish() {}

  mutating func take() -> [UInt8] { csv.take() }

  /// The fields up to the units.
  private mutating func begin(
    _ line: BillingLine, _ account: String, _ meter: String, unit: String
  ) {
    csv.append(encoded: Self.start)
    csv.append(line.endpointID)
    csv.append(receiver)
    csv.append(account)
    csv.append(createdMinutes)
    csv.append(meter)
    csv.append(purpose)
    csv.append(line.commodity.cmepCode)
    csv.append(unit)
  }

  private mutating func append(_ at: CompactInstant, _ flag: String, _ value: Int?) {
    csv.append(at.minutes)
    csv.append(flag)
    if let value { csv.append(Int64(value)) } else { csv.appendEmpty() }
  }

  /// The time between the minutes of two reads as `MMDDHHMM`, without months; empty for more than 99
  /// days.
  private func interval(from start: UTCMilliseconds, to end: UTCMilliseconds) -> String {
    let minute: Int64 = 60_000
    let minutes = Int(end / minute - start / minute)
    guard (0..<100 * 1440).contains(minutes) else { return "" }
    return [0, minutes / 1440, minutes / 60 % 24, minutes % 60]
      .map { $0 < 10 ? "0\($0)" : "\($0)" }.joined()
  }
}

extension Commodity {
  fileprivate var cmepCode: String {
    switch self {
    case .electric: "E"
    case .gas: "G"
    case .water: "W"
    }
  }
}
