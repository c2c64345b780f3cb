import CSV
import Metering

/// AEMO's Meter Data File Format, NEM13: accumulation reads of electricity, one record 250 and one
/// 550 for each line that is billed. Other lines are in the batch's list of exceptions.
///
/// The service point's ID stands for the NMI. Times are standard time, as the market's are. After
/// an exchange the quantity is not the difference of the two reads; reason code 1 says so.
struct NEM13Writer: FormatWriter {
  private static let sender = "AMR"
  private static let stream = Array("11,1,11,11".utf8)
  private var csv = CSVWriter()
  private var created: CompactInstant
  private var start: CompactInstant
  private var end: CompactInstant
  private let limits: CarriedText
  private let nextScheduledRead: String

  init(_ heading: FormatHeading) throws(BillingError) {
    limits = CarriedText(format: .nem13, batch: heading.batch)
    created = CompactInstant(heading.clock)
    start = created
    end = created
    created.set(heading.createdAt)
    let month = heading.batch.month
    let next = heading.batch.cycle.scheduledRead(
      year: month.month == 12 ? month.year + 1 : month.year, month: month.month % 12 + 1)
    nextScheduledRead = next.description.filter { $0 != "-" }
    let receiver = try limits.plain(
      heading.receiver ?? heading.batch.utility, "receiver", limit: 10, line: nil)
    for field in ["100", "NEM13"] { csv.append(field) }
    csv.append(created.minutes)
    csv.append(Self.sender)
    csv.append(receiver)
    csv.endRow()
  }

  mutating func append(_ line: BillingLine) throws(BillingError) {
    guard line.commodity == .electric else {
      throw .cannotCarry(
        format: .nem13, batch: limits.batch.description, line: line.number, field: "commodity",
        value: line.commodity.rawValue, expected: "electric alone, as NEM13 has no other units")
    }
    guard let consumption = line.consumption, let read = line.read, let readAt = line.readAt
    else { return }
    csv.append("250")
    csv.append(
      try limits.checked(
        line.servicePointID, "service_point_id", limit: 10, line: line.number,
        letters: "ASCII letters and digits, which stand for the NMI"
      ) { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "a")...UInt8(ascii: "z"):
          true
        default: false
        }
      })
    // The NMI's configuration, the register and the data stream: one register, so one suffix.
    csv.append(encoded: Self.stream)
    csv.append(try limits.plain(line.meterID, "meter_id", limit: 12, line: line.number))
    // From the grid to the customer.
    csv.append("E")
    start.set(line.previousAt)
    end.set(readAt)
    append(
      line.previous, start, line.previousQuality, line.previousMethod, isExchanged: false)
    append(read, end, line.quality, line.method, isExchanged: line.previousMeterID != nil)
    csv.append(Int64(consumption))
    csv.append("KWH")
    csv.append(line.reason == .finalBill ? "" : nextScheduledRead)
    csv.append(created.bytes)
    csv.appendEmpty()
    csv.endRow()
    csv.append("550")
    csv.append(line.previousQuality == .estimated ? "E" : "N")
    csv.appendEmpty()
    csv.append(line.reason == .finalBill ? "S" : line.quality == .estimated ? "E" : "N")
    csv.appendEmpty()
    csv.endRow()
  }

  mutating func finish() {
    csv.append("900")
    csv.endRow()
  }

  mutating func take() -> [UInt8] { csv.take() }

  /// A read, when it was taken, its quality and method, reason code and description.
  private mutating func append(
    _ read: Int, _ at: CompactInstant, _ quality: Quality, _ method: EstimateMethod?,
    isExchanged: Bool
  ) {
    csv.append(Int64(read))
    csv.append(at.bytes)
    switch quality {
    case .estimated: csv.append((method ?? .byHistory).nemQualityMethod)
    // A customer's read is a substitute of type 67.
    case .customer: csv.append("S67")
    case .actual, .verified, .missing, .rejected: csv.append("A")
    }
    // Meter changed, customer read, communications fault: a substitute needs a reason.
    csv.append(
      isExchanged
        ? "1" : quality == .customer ? "75" : method == .betweenReads ? "76" : "")
    csv.appendEmpty()
  }
}

extension EstimateMethod {
  /// A forward estimate (E), or a substitute (S) where a later read is known, and the type for
  /// accumulation meters: 62 previous read, 63 customer class, 64 agreed method.
  fileprivate var nemQualityMethod: String {
    switch self {
    case .byHistory: "E62"
    case .byClassAverage: "E63"
    case .betweenReads: "S64"
    }
  }
}
