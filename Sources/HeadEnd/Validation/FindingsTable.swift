import Columnar
import DeltaTable
import Metering
import VEE

/// Rows of the table `findings`: what validation noticed, and how much it may be worth.
enum FindingsTable {
  static let fields: [TableField] = [
    TableField("endpoint_id", .int64, comment: "the meter module's address on the air"),
    TableField("rule", .string, comment: "what was noticed, such as rollover, stuck or swapped"),
    TableField("commodity", .string, comment: "electric, gas or water"),
    TableField("first_day", .date, comment: "first day concerned"),
    TableField("last_day", .date, comment: "last day concerned in this month"),
    TableField("reads", .int32, comment: "reads concerned, 0 where it is about days"),
    TableField(
      "register_before", .int64, isNullable: true, comment: "the register before, in counts"),
    TableField(
      "register_after", .int64, isNullable: true, comment: "the register after, in counts"),
    TableField(
      "units", .int64,
      comment: "how much may be billed wrongly for it, in the commodity's unit; 0 for what is no "
        + "fault"),
    TableField(
      "partner_id", .int64, isNullable: true,
      comment: "of two endpoints whose meters are interchanged, the other one"),
    TableField("month", .string, comment: "partition: the month that was validated"),
  ]

  /// The columns of a data file, without the partition.
  ///
  /// - Parameter commodity: of an endpoint.
  static func columns(_ findings: [Finding], commodity: (UInt32) -> Commodity) -> [Column] {
    let flags = VEEFlag.allCases
    let commodities = Commodity.allCases
    let data: [(ColumnData, [Bool]?)] = [
      (.int64(findings.map { Int64($0.endpoint) }), nil),
      (
        .dictionary(
          codes: findings.map { UInt8(flags.firstIndex(of: $0.flag)!) },
          values: flags.map(\.rawValue)), nil
      ),
      (
        .dictionary(
          codes: findings.map { UInt8(commodities.firstIndex(of: commodity($0.endpoint))!) },
          values: commodities.map(\.rawValue)), nil
      ),
      (.int32(findings.map { Int32($0.firstDay.number) }), nil),
      (.int32(findings.map { Int32($0.lastDay.number) }), nil),
      (.int32(findings.map { Int32(clamping: $0.reads) }), nil),
      (.int64(findings.map { $0.before ?? 0 }), findings.map { $0.before != nil }),
      (.int64(findings.map { $0.after ?? 0 }), findings.map { $0.after != nil }),
      (.int64(findings.map(\.units)), nil),
      (.int64(findings.map { Int64($0.partner ?? 0) }), findings.map { $0.partner != nil }),
    ]
    return zip(fields, data).map { Column($0.field, $1.0, validity: $1.1) }
  }

  /// The rows of a data file, with the commodity of each.
  static func findings(_ file: StoredFile) throws(HeadEndError) -> [(Finding, Commodity)] {
    let endpoints = try file.integers("endpoint_id")
    let rules = try file.texts("rule")
    let commodities = try file.texts("commodity")
    let first = try file.integers("first_day")
    let last = try file.integers("last_day")
    let reads = try file.integers("reads")
    let before = try file.optionalIntegers("register_before")
    let after = try file.optionalIntegers("register_after")
    let units = try file.integers("units")
    let partners = try file.optionalIntegers("partner_id")
    var findings: [(Finding, Commodity)] = []
    findings.reserveCapacity(endpoints.count)
    for row in endpoints.indices {
      guard let endpoint = UInt32(exactly: endpoints[row]),
        let flag = rules[row].flatMap(VEEFlag.init(rawValue:)),
        let commodity = commodities[row].flatMap(Commodity.init(rawValue:)),
        let firstDay = Int32(exactly: first[row]), let lastDay = Int32(exactly: last[row]),
        units[row].magnitude < 1 << 60
      else {
        throw .damagedStore(
          "\(file.path): row \(row) is not a finding; run 'amr store validate' again")
      }
      findings.append(
        (
          Finding(
            endpoint: endpoint, flag: flag, firstDay: CivilDay(number: Int(firstDay)),
            lastDay: CivilDay(number: Int(lastDay)), reads: Int(reads[row]), before: before[row],
            after: after[row], units: units[row],
            partner: partners[row].map { UInt32(truncatingIfNeeded: $0) }), commodity
        ))
    }
    return findings
  }
}
