import Columnar
import DurableFiles
import TestSupport
import Testing

private let writer = #"""
  import sys, pyarrow as pa, pyarrow.parquet as pq
  path, version, codec, encoding = sys.argv[1:]
  n = 5000
  table = pa.table({
      "id": pa.array([i * i % 1009 - 500 for i in range(n)], pa.int64()),
      "small": pa.array([None if i % 7 == 0 else i for i in range(n)], pa.int32()),
      "day": pa.array([10000 + i // 24 for i in range(n)], pa.date32()),
      "stamp": pa.array([i * 1000003 for i in range(n)], pa.timestamp("us", "UTC")),
      "kind": pa.array([["gas", "water", None][i % 3] for i in range(n)], pa.string()),
      "note": pa.array([None if i % 11 == 0 else "n%d" % i for i in range(n)], pa.string()),
  })
  plain = encoding == "plain"
  pq.write_table(table, path, compression=codec, data_page_version=version, row_group_size=2000,
      data_page_size=4000, write_page_checksum=True, use_dictionary=["kind"],
      column_encoding=None if plain else {"id": "DELTA_BINARY_PACKED", "small": "DELTA_BINARY_PACKED",
          "day": "DELTA_BINARY_PACKED", "stamp": "DELTA_BINARY_PACKED", "note": "DELTA_LENGTH_BYTE_ARRAY"})
  """#

@Suite(
  "Files of other writers",
  .enabled(if: Witness.shouldRun("pyarrow"), "needs pyarrow"))
struct ForeignFileTests {
  @Test(
    "pyarrow's pages, codecs and encodings are read",
    arguments: [
      ("1.0", "none", "plain"), ("1.0", "gzip", "delta"), ("2.0", "gzip", "plain"),
      ("2.0", "none", "delta"),
    ])
  func pyarrow(version: String, codec: String, encoding: String) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("foreign.parquet")
    let result = try Witness.run(writer, [path, version, codec, encoding])
    #expect(result.exitCode == 0, "\(result.errorText)")
    let file = try ParquetFile(try FileSystem.system.readFile(path))
    let rows = 0..<5000
    let kinds: [UInt8] = [0, 1, ColumnData.nullCode]
    try expectEqual(
      file,
      [
        Column(
          Field("id", .int64, isNullable: true), .int64(rows.map { Int64($0 * $0 % 1009 - 500) })),
        Column(
          Field("small", .int32, isNullable: true), .int32(rows.map(Int32.init)),
          validity: rows.map { $0 % 7 != 0 }),
        Column(
          Field("day", .date, isNullable: true), .int32(rows.map { 10_000 + Int32($0 / 24) })),
        Column(
          Field("stamp", .timestampMicros, isNullable: true),
          .int64(rows.map { Int64($0) * 1_000_003 })),
        Column(
          Field("kind", .string, isNullable: true),
          .dictionary(codes: rows.map { kinds[$0 % 3] }, values: ["gas", "water"])),
        Column(
          Field("note", .string, isNullable: true), .text(TextColumn(rows.map { "n\($0)" })),
          validity: rows.map { $0 % 11 != 0 }),
      ])
  }
}
