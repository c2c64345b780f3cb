import Columnar
import DeltaTable
import Metering

/// Rows of the table `daily`: what each endpoint used on each day.
struct DailyTable {
  static let fields: [TableField] = [
    TableField("endpoint_id", .int64, comment: "the meter module's address on the air"),
    TableField("day", .date, comment: "local day"),
    TableField(
      "consumption", .int64,
      comment:
        "in the commodity's unit, from the value of the day before to that of the day; below "
        + "0 where an estimate was too high"),
    TableField("quality", .string, comment: "of the day's value, as in reads"),
    TableField("month", .string, comment: "partition: YYYY-MM of day"),
  ]

  private var endpoints: [Int64] = []
  private var units: [Int64] = []
  private var qualities: [UInt8] = []

  init(capacity: Int) {
    endpoints.reserveCapacity(capacity)
    units.reserveCapacity(capacity)
    qualities.reserveCapacity(capacity)
  }

  @inline(__always)
  mutating func append(endpoint: UInt32, units: Int64, quality: Quality) {
    endpoints.append(Int64(endpoint))
    self.units.append(units)
    qualities.append(quality.code)
  }

  /// The columns of a data file, without the partition.
  func columns(day: CivilDay) -> [Column] {
    let data: [ColumnData] = [
      .int64(endpoints), .int32([Int32](repeating: Int32(day.number), count: endpoints.count)),
      .int64(units), .dictionary(codes: qualities, values: Quality.allCases.map(\.rawValue)),
    ]
    return zip(Self.fields, data).map { Column($0.field, $1) }
  }
}
