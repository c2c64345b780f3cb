import Columnar
import DeltaTable
import Metering

/// Rows of the table `daily`: what each endpoint used on each day.
enum DailyTable {
  static let fields: [TableField] = [
    TableField("endpoint_id", .int64, comment: "the meter module's address on the air"),
    TableField("day", .date, comment: "local day"),
    TableField(
      "consumption", .int64,
      comment:
        "in the commodity's unit, from the value of the day before to that of the day; below "
        + "0 where an estimate was too high"),
    TableField(
      "quality", .string,
      comment:
        "of the day's value, as in reads, which has no estimates of days between monthly reads"),
    TableField("month", .string, comment: "partition: YYYY-MM of day"),
  ]

  /// The columns of a day's data file, without the partition.
  ///
  /// - Parameter endpoints: all of the registry.
  static func columns(_ use: DayUse, of day: CivilDay, endpoints: [Int64]) -> [Column] {
    let codes = DayValue.allCases.map(\.quality.code)
    let chosen = use.chosen(endpoints)
    let data: [ColumnData] = [
      .int64(chosen), .int32([Int32](repeating: Int32(day.number), count: chosen.count)),
      .int64(use.chosen(use.units)),
      .dictionary(
        codes: use.chosen(use.values).map { codes[Int($0.rawValue)] },
        values: Quality.allCases.map(\.rawValue)),
    ]
    return zip(fields, data).map { Column($0.field, $1) }
  }
}
