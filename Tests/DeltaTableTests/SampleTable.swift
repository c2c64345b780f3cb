import Columnar
import DeltaTable
import DurableFiles

/// A table of every column type, partitioned by month.
enum SampleTable {
  static let metadata = TableMetadata(
    id: 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef, name: "reads",
    fields: [
      TableField("endpoint_id", .int64, comment: "module number"),
      TableField("day", .date, comment: "slot"),
      TableField("rssi_dbm", .int32, comment: "received power, dBm"),
      TableField("read_at", .timestampMicros, comment: "UTC, µs"),
      TableField("reason", .string, isNullable: true, comment: "why, when not actual"),
      TableField("month", .string, comment: "YYYY-MM, the \"partition\""),
    ], partitionColumns: ["month"], createdAt: 1_700_000_000_000)

  static func create(
    at directory: String, in fileSystem: FileSystem = .system
  ) throws(DeltaError) -> DeltaTable {
    try DeltaTable.create(at: directory, metadata, engine: "amr test", in: fileSystem)
  }

  /// `count` rows whose endpoint ids start at `first`.
  static func columns(_ count: Int, first: Int64 = 0) -> [Column] {
    let rows = 0..<count
    let data: [ColumnData] = [
      .int64(rows.map { first + Int64($0) }),
      .int32(rows.map { 10_227 + Int32($0 % 3) }),
      .int32(rows.map { -110 + Int32($0 % 7) }),
      // Odd microseconds, so that bounds in milliseconds have to widen.
      .int64(rows.map { 883_612_800_000_001 + Int64($0) * 1_000_003 }),
      .dictionary(codes: rows.map { $0 % 5 == 0 ? 0 : 255 }, values: ["late"]),
    ]
    return zip(metadata.dataFields, data).map { Column($0, $1) }
  }

  static func file(
    _ table: DeltaTable, _ count: Int, first: Int64 = 0, month: String = "1998-01", name: String
  ) throws(DeltaError) -> DataFile {
    try table.writeDataFile(
      columns(count, first: first), partition: ["month": month], name: name,
      timestamp: 1_700_000_001_000)
  }

  static func append(_ files: [DataFile], transactions: [String: Int64] = [:]) -> Commit {
    var commit = Commit(operation: "WRITE", timestamp: 1_700_000_002_000)
    commit.adds = files
    commit.transactions = transactions
    return commit
  }
}
