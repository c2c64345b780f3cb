import Columnar
import DeltaTable
import Metering

/// Reads and use of a group of endpoints over a day or a month.
struct GroupTotals: Sendable, Equatable {
  var counts = GroupCounts()
  /// Units of the commodity.
  var consumption: Int64 = 0

  mutating func add(_ other: GroupTotals) {
    counts.add(other.counts)
    consumption += other.consumption
  }
}

/// How many days of endpoints had what.
struct GroupCounts: Sendable, Equatable {
  var expected: Int64 = 0
  var actual: Int64 = 0
  var entered: Int64 = 0
  var estimated: Int64 = 0

  mutating func add(_ other: GroupCounts) {
    expected += other.expected
    actual += other.actual
    entered += other.entered
    estimated += other.estimated
  }
}

/// Rows of the table `groups`: the same figures for each billing cycle and each collector area, by
/// day and by month, for each commodity and service apart.
enum GroupsTable {
  static let fields: [TableField] = [
    TableField("period", .string, comment: "day or month"),
    TableField("starts_on", .date, comment: "first day of the period"),
    TableField("grouping", .string, comment: "cycle or collector"),
    TableField(
      "number", .int64, isNullable: true,
      comment: "of the cycle or collector; none for endpoints that no collector received"),
    TableField("commodity", .string, comment: "electric, gas or water"),
    TableField("service", .string, comment: "how often its endpoints are read: daily or monthly"),
    TableField(
      "days_expected", .int64,
      comment:
        "days of its endpoints on which a read was due: all in service, or of monthly service "
        + "the scheduled one"),
    TableField("days_actual", .int64, comment: "those with a good reception"),
    TableField("days_entered", .int64, comment: "those with a read that a person entered"),
    TableField("days_estimated", .int64, comment: "those with an estimate"),
    TableField("consumption", .int64, comment: "in the commodity's unit"),
    TableField("month", .string, comment: "partition: YYYY-MM of starts_on"),
  ]

  enum Grouping: UInt8, CaseIterable, Sendable {
    case cycle
    case collector

    var name: String { self == .cycle ? "cycle" : "collector" }
  }

  struct Key: Hashable, Sendable {
    var grouping: Grouping
    /// 2³² − 1 where there is none.
    var number: UInt32
    var commodity: Commodity
    var service: ReadService
  }

  /// The columns of a data file, without the partition.
  ///
  /// - Parameters:
  ///   - days: one element for each day from `firstDay` on.
  static func columns(_ days: [[Key: GroupTotals]], firstDay: CivilDay) -> [Column] {
    var month: [Key: GroupTotals] = [:]
    for day in days {
      for (key, totals) in day { month[key, default: GroupTotals()].add(totals) }
    }
    var rows: [(isMonth: Bool, day: CivilDay, key: Key, totals: GroupTotals)] = []
    for (number, groups) in ([month] + days).enumerated() {
      let isMonth = number == 0
      let day = firstDay + max(0, number - 1)
      for key in groups.keys.sorted(by: isBefore) {
        rows.append((isMonth, day, key, groups[key]!))
      }
    }
    func totals(_ value: (GroupTotals) -> Int64) -> (ColumnData, [Bool]?) {
      (.int64(rows.map { value($0.totals) }), nil)
    }
    let commodities = Commodity.allCases
    let services = ReadService.allCases
    let data: [(ColumnData, [Bool]?)] = [
      (.dictionary(codes: rows.map { $0.isMonth ? 1 : 0 }, values: ["day", "month"]), nil),
      (.int32(rows.map { Int32($0.day.number) }), nil),
      (
        .dictionary(
          codes: rows.map(\.key.grouping.rawValue), values: Grouping.allCases.map(\.name)), nil
      ),
      (
        .int64(rows.map { Int64($0.key.number) }),
        rows.map { $0.key.number != DayLoad.noCollector }
      ),
      (
        .dictionary(
          codes: rows.map { UInt8(commodities.firstIndex(of: $0.key.commodity)!) },
          values: commodities.map(\.rawValue)), nil
      ),
      (
        .dictionary(
          codes: rows.map { UInt8(services.firstIndex(of: $0.key.service)!) },
          values: services.map(\.rawValue)), nil
      ), totals(\.counts.expected), totals(\.counts.actual), totals(\.counts.entered),
      totals(\.counts.estimated), totals(\.consumption),
    ]
    return zip(fields, data).map { Column($0.field, $1.0, validity: $1.1) }
  }

  private static func isBefore(_ left: Key, _ right: Key) -> Bool {
    (left.grouping.rawValue, left.number, left.commodity.rawValue, left.service.rawValue)
      < (right.grouping.rawValue, right.number, right.commodity.rawValue, right.service.rawValue)
  }
}
