import Columnar
import Metering

/// The lines of a batch as a Parquet file, with the columns of the CSV: instants in UTC as
/// timestamps of microseconds, counts and consumption as 64-bit integers, what is empty as null.
struct ParquetLinesWriter: FormatWriter {
  private let batch: BatchID
  private var lines: [BillingLine] = []
  private var bytes: [UInt8] = []

  init(_ heading: FormatHeading) { batch = heading.batch }

  mutating func append(_ line: BillingLine) { lines.append(line) }

  mutating func finish() throws(BillingError) {
    do throws(ParquetError) {
      bytes = try ParquetWriter.encode(columns, createdBy: "amr").bytes
    } catch {
      throw .controlTotals(batch: batch.description, problem: "as Parquet: \(error)")
    }
  }

  mutating func take() -> [UInt8] {
    let taken = bytes
    bytes = []
    return taken
  }

  private var columns: [Column] {
    [
      name("batch_id") { _ in batch.description }, integer("seq", \.number),
      text("account_id", \.accountID), text("meter_id", \.meterID),
      integer("endpoint_id", \.endpointID), name("commodity") { $0.commodity.rawValue },
      integer("register_id") { _ in 1 }, name("unit") { $0.commodity.billingUnit },
      integer("multiplier", \.multiplier), instant("prev_read_at", \.previousAt),
      integer("prev_read", \.previous), optionalInstant("read_at", \.readAt),
      optionalInteger("read", \.read), optionalInteger("consumption_raw", \.counts),
      optionalInteger("consumption", \.consumption), integer("rollover") { $0.rolledOver ? 1 : 0 },
      name("quality") { $0.quality.rawValue },
      name("read_method", isNullable: true) { $0.readMethod?.rawValue },
      optionalInteger("days", \.days), name("reason", isNullable: true) { $0.reason?.rawValue },
      name("est_method", isNullable: true) { $0.method?.rawValue },
      text("service_point_id", \.servicePointID),
      integer("version", \.version), optionalInteger("previous_consumption", \.previousConsumption),
      name("prev_quality") { $0.previousQuality.rawValue },
      name("prev_est_method", isNullable: true) { $0.previousMethod?.rawValue },
      optionalText("prev_meter_id", \.previousMeterID),
    ]
  }

  private func integer(_ name: String, _ value: (BillingLine) -> Int) -> Column {
    Column(Field(name, .int64), .int64(lines.map { Int64(value($0)) }))
  }

  private func optionalInteger(_ name: String, _ value: (BillingLine) -> Int?) -> Column {
    Column(
      Field(name, .int64, isNullable: true), .int64(lines.map { Int64(value($0) ?? 0) }),
      validity: lines.map { value($0) != nil })
  }

  private func instant(_ name: String, _ value: (BillingLine) -> UTCMilliseconds) -> Column {
    Column(Field(name, .timestampMicros), .int64(lines.map { value($0) * 1000 }))
  }

  private func optionalInstant(
    _ name: String, _ value: (BillingLine) -> UTCMilliseconds?
  ) -> Column {
    Column(
      Field(name, .timestampMicros, isNullable: true),
      .int64(lines.map { (value($0) ?? 0) * 1000 }), validity: lines.map { value($0) != nil })
  }

  private func text(_ name: String, _ value: (BillingLine) -> String) -> Column {
    Column(Field(name, .string), .text(TextColumn(lines.map(value))))
  }

  private func optionalText(_ name: String, _ value: (BillingLine) -> String?) -> Column {
    Column(
      Field(name, .string, isNullable: true), .text(TextColumn(lines.map { value($0) ?? "" })),
      validity: lines.map { value($0) != nil })
  }

  /// A column of few different values, empty where nil.
  private func name(
    _ name: String, isNullable: Bool = false, _ value: (BillingLine) -> String?
  ) -> Column {
    var values: [String] = []
    var codes: [UInt8] = []
    codes.reserveCapacity(lines.count)
    for line in lines {
      guard let text = value(line) else {
        codes.append(ColumnData.nullCode)
        continue
      }
      if let known = values.firstIndex(of: text) {
        codes.append(UInt8(known))
      } else {
        codes.append(UInt8(values.count))
        values.append(text)
      }
    }
    return Column(
      Field(name, .string, isNullable: isNullable),
      .dictionary(codes: codes, values: values))
  }
}
