import Checksums
import Columnar
import DeltaTable

/// The columns of the tables, with their meaning and units.
extension StoreTable {
  var fields: [TableField] {
    switch self {
    case .reads: Self.readFields
    case .uploads: Self.uploadFields
    case .quarantine: Self.quarantineFields
    case .registry: Self.registryFields
    case .collectors: Self.collectorFields
    case .daily: DailyTable.fields
    case .monthly: MonthlyTable.fields
    case .groups: GroupsTable.fields
    case .findings: FindingsTable.fields
    }
  }

  var partitionColumns: [String] {
    switch self {
    case .reads, .daily, .monthly, .groups, .findings: ["month"]
    case .quarantine: ["kind"]
    case .uploads, .registry, .collectors: []
    }
  }

  /// - Parameters:
  ///   - createdAt: ms since 1970; also makes the table's identity differ from others'.
  ///   - settings: what of them must never change is kept as properties of `reads`.
  func metadata(createdAt: Int64, storeName: String, settings: StoreSettings) -> TableMetadata {
    let identity = MurmurHash3.hash128(Array("\(storeName)|\(rawValue)|\(createdAt)".utf8))
    return TableMetadata(
      id: identity, name: "amr_\(rawValue)", fields: fields,
      partitionColumns: partitionColumns, createdAt: createdAt,
      configuration: self == .reads ? settings.properties : [:])
  }

  /// Refuses a table whose columns another program took away or changed; added ones are ignored.
  func checkColumns(of table: DeltaTable) throws(HeadEndError) {
    func changed(_ problem: String) -> HeadEndError {
      .damagedStore(
        "\(table.directory): \(problem): another program changed the table; restore it from a copy, or "
          + "make the store anew if an earlier version of amr made it")
    }
    for own in fields.map(\.field) {
      guard let found = table.metadata.fields.first(where: { $0.field.name == own.name })?.field
      else { throw changed("column \(own.name) is missing or of a type that is not read here") }
      if found.type != own.type {
        throw changed("column \(own.name) is \(found.type), expected \(own.type)")
      }
      if found.isNullable != own.isNullable {
        let found = found.isNullable ? "is nullable, expected not" : "is not nullable, expected so"
        throw changed("column \(own.name) \(found)")
      }
    }
    // As `DeltaTable.writeDataFile` will have them: others' columns may be left out where nullable.
    let names = fields.map(\.field.name)
    let needed = table.metadata.fields.map(\.field)
      .filter { !$0.isNullable || names.contains($0.name) }.map(\.name)
    if needed != names {
      throw changed(
        "columns \(needed.joined(separator: ", ")), expected \(names.joined(separator: ", "))")
    }
    if table.metadata.partitionColumns != partitionColumns {
      throw changed(
        "it is partitioned by \(table.metadata.partitionColumns), expected \(partitionColumns)")
    }
  }

  private static let readFields: [TableField] = [
    TableField("endpoint_id", .int64, comment: "the meter module's address on the air"),
    TableField("day", .date, comment: "the slot: local day of the read"),
    TableField("register", .int64, comment: "what the dials showed, in counts"),
    TableField("read_at", .timestampMicros, comment: "start of the frame, UTC, whole seconds"),
    TableField("read_at_ms", .int32, comment: "milliseconds to add to read_at, 0 to 999"),
    TableField(
      "quality", .string,
      comment: "actual, customer, estimated, verified, rejected or missing"),
    TableField(
      "reason", .string, isNullable: true,
      comment: "why this version exists, where it is not the first that came in time"),
    TableField(
      "source", .string, comment: "radio (received), vee (rejected or estimated) or person"),
    TableField("note", .string, isNullable: true, comment: "what a person said of an entry"),
    TableField(
      "version", .int32, comment: "the highest version of an (endpoint_id, day) is current"),
    TableField(
      "collector_id", .int64, isNullable: true, comment: "the collector that received the frame"),
    TableField("rssi_dbm", .int32, isNullable: true, comment: "received power in dBm"),
    TableField("frame_type", .string, isNullable: true, comment: "scm"),
    TableField(
      "ert_type", .int32, isNullable: true, comment: "the frame's ERT type, 0 to 15"),
    TableField(
      "tamper", .int32, isNullable: true,
      comment: "reserved bit x 16 + physical tamper x 4 + encoder tamper"),
    TableField("month", .string, comment: "partition: YYYY-MM of day"),
  ]

  private static let uploadFields: [TableField] = [
    TableField("collector_id", .int64, comment: "who sent the upload"),
    TableField("sequence", .int64, comment: "the collector's number for it"),
    TableField("sha256", .string, comment: "of the upload's bytes, hexadecimal"),
    TableField("created_at", .timestampMicros, comment: "by the collector's clock, UTC"),
    TableField(
      "received_at", .timestampMicros, isNullable: true, comment: "by the head-end's clock, UTC"),
    TableField("records", .int32, comment: "number of receptions in it"),
    TableField("batch", .int64, comment: "the version of reads that took it in"),
  ]

  private static let quarantineFields: [TableField] = [
    TableField("reason", .string, comment: "why it was not taken in"),
    TableField("source", .string, comment: "the file or upload it was found in"),
    TableField("source_offset", .int64, comment: "byte offset of the upload in the source"),
    TableField(
      "byte_count", .int64, isNullable: true, comment: "how many bytes of the source are damaged"),
    TableField("collector_id", .int64, isNullable: true, comment: "who sent it"),
    TableField("sequence", .int64, isNullable: true, comment: "the collector's number for it"),
    TableField("endpoint_id", .int64, isNullable: true, comment: "as the frame says"),
    TableField(
      "read_at", .timestampMicros, isNullable: true, comment: "of the last such frame, UTC"),
    TableField("rssi_dbm", .int32, isNullable: true, comment: "its received power in dBm"),
    TableField("frame", .string, isNullable: true, comment: "its bytes, hexadecimal"),
    TableField(
      "receptions", .int64,
      comment: "how many it stands for: of one endpoint and day, or all of an upload"),
    TableField("detail", .string, comment: "what was wrong, in words"),
    TableField("batch", .int64, comment: "the version of reads that belongs to it"),
    TableField(
      "kind", .string,
      comment: "partition: upload (not in the ledger, may come again) or reception"),
  ]

  private static let registryFields: [TableField] = [
    TableField("endpoint_id", .int64, comment: "the meter module's address on the air"),
    TableField("meter_id", .string, comment: "the meter's faceplate number"),
    TableField(
      "service_point_id", .string,
      comment: "the place supplied; it has one meter of each commodity at a time"),
    TableField("account_id", .string, comment: "who is billed; empty while nobody is"),
    TableField("commodity", .string, comment: "electric, gas or water"),
    TableField("dials", .int32, comment: "digits of the register"),
    TableField("multiplier", .int32, comment: "units per count"),
    TableField("cycle", .int32, comment: "billing cycle, 1 to 21"),
    TableField("installed_at", .timestampMicros, comment: "first instant in service, UTC"),
    TableField(
      "removed_at", .timestampMicros, isNullable: true,
      comment: "first instant no longer in service, UTC"),
    TableField(
      "removed_read", .int64, isNullable: true, comment: "what the dials showed at the removal"),
    TableField(
      "last_billed_read", .int64,
      comment: "what the dials showed at the last bill, or at the installation if that was later"),
    TableField("last_billed_at", .timestampMicros, comment: "when that was, UTC"),
    TableField("service", .string, comment: "how often it is read: daily or monthly"),
  ]

  private static let collectorFields: [TableField] = [
    TableField("collector_id", .int64, comment: "a collector whose uploads are taken in")
  ]
}
