import CSV
import Metering

/// Writes billing lines as comma-separated text and keeps their control totals.
struct DeterminantWriter {
  /// The columns of the file, in order.
  static let columns = [
    "batch_id", "seq", "account_id", "meter_id", "endpoint_id", "commodity", "register_id", "unit",
    "multiplier", "prev_read_at", "prev_read", "read_at", "read", "consumption_raw", "consumption",
    "rollover", "quality", "read_method", "days", "reason", "est_method",
    "service_point_id", "version", "previous_consumption", "prev_quality", "prev_est_method",
    "prev_meter_id",
  ]

  /// Of the lines as they were given, not as they were written.
  private(set) var totals = ControlTotals()
  private var csv: CSVWriter
  private var lineCount: Int64 = 0
  private let batchID: [UInt8]
  private var previousInstant: InstantText
  private var readInstant: InstantText

  /// - Parameter labels: the time in which instants are written.
  init(batch: BatchID, labels: InstantLabels = .utc) {
    previousInstant = InstantText(labels)
    readInstant = InstantText(labels)
    batchID = Array(batch.description.utf8)
    csv = CSVWriter()
    for name in Self.columns { csv.append(name) }
    csv.endRow()
  }

  /// Appends the next line.
  ///
  /// - Parameter previousMeter: the meter of the read that starts the period, where it is another.
  mutating func append(
    _ line: Determinant, of point: ServicePoint, previousMeter: String? = nil
  ) {
    totals.add(line, of: point.commodity)
    lineCount += 1
    csv.append(batchID)
    csv.append(lineCount)
    csv.append(point.accountID)
    csv.append(point.meterID)
    csv.append(Int64(point.endpoint.rawValue))
    csv.append(point.commodity.rawValue)
    // A module reads one register; further ones would be further lines.
    csv.append(1)
    csv.append(point.commodity.billingUnit)
    csv.append(point.register.multiplier)
    previousInstant.set(line.previous.at)
    csv.append(previousInstant.bytes)
    csv.append(line.previous.count)
    if let read = line.read {
      readInstant.set(read.at)
      csv.append(readInstant.bytes)
      csv.append(read.count)
    } else {
      csv.appendEmpty()
      csv.appendEmpty()
    }
    append(line.counts)
    append(line.consumption)
    csv.append(line.rolledOver ? 1 : 0)
    csv.append(line.quality.rawValue)
    append(line.readMethod)
    append(line.days.map(Int64.init))
    append(line.reason)
    append(line.estimateMethod)
    csv.append(point.servicePointID)
    // An adjustment batch has higher ones, and the former consumption.
    csv.append(1)
    csv.appendEmpty()
    csv.append(line.previousQuality.rawValue)
    append(line.previousMethod)
    if let previousMeter { csv.append(previousMeter) } else { csv.appendEmpty() }
    csv.endRow()
  }

  /// The whole lines written since the last time.
  mutating func take() -> [UInt8] { csv.take() }

  private mutating func append(_ value: Int64?) {
    if let value { csv.append(value) } else { csv.appendEmpty() }
  }

  @inline(__always)
  private mutating func append(_ value: (some RawRepresentable<String>)?) {
    if let value { csv.append(value.rawValue) } else { csv.appendEmpty() }
  }
}
