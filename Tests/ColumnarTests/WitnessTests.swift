import Columnar
import DurableFiles
import TestSupport
import Testing

/// Prints, one line per column and reader: reader, column, rows, nulls, exact sum (of lengths for
/// text), least, greatest; and for pyarrow also what the statistics say.
private let reader = #"""
  import sys, pyarrow as pa, pyarrow.parquet as pq, pyarrow.compute as pc, duckdb, polars as pl
  path = sys.argv[1]
  def show(reader, name, rows, nulls, total, low, high):
      print(reader, name, rows, nulls, total, repr(low), repr(high), sep="|")
  def measure(reader, table):
      for name in table.column_names:
          column = table[name]
          if pa.types.is_date(column.type): column = column.cast(pa.int32())
          if pa.types.is_timestamp(column.type): column = column.cast(pa.timestamp("us", "UTC")).cast(pa.int64())
          values = [v for v in column.to_pylist() if v is not None]
          if not pa.types.is_integer(column.type): values = [v.encode() for v in values]
          total = sum(len(v) if isinstance(v, bytes) else v for v in values)
          show(reader, name, len(column), len(column) - len(values), total,
               min(values, default=None), max(values, default=None))
  file = pq.ParquetFile(path, page_checksum_verification=True)
  table = file.read()
  measure("pyarrow", table)
  measure("duckdb", duckdb.sql(f"from read_parquet('{path}')").to_arrow_table())
  measure("polars", pl.read_parquet(path).to_arrow())
  for i, name in enumerate(table.column_names):
      for g in range(file.metadata.num_row_groups):
          chunk = file.metadata.row_group(g).column(i)
          part = file.read_row_group(g, columns=[name]).column(0)
          bounds = pc.min_max(part).as_py()
          stats = chunk.statistics
          assert stats.null_count == part.null_count, (name, g, "nulls")
          if bounds["min"] is not None:
              assert (stats.min, stats.max) == (bounds["min"], bounds["max"]), (name, g, stats, bounds)
          assert chunk.has_column_index and chunk.has_offset_index, name
          if name in ("note", "remark"):
              assert set(chunk.encodings) == {"RLE", "DELTA_LENGTH_BYTE_ARRAY"}, (name, chunk.encodings)
  assert file.metadata.created_by == "amr test"
  """#

@Suite(
  "Other readers of our files",
  .enabled(
    if: Witness.shouldRun("pyarrow", "duckdb", "polars"), "needs pyarrow, duckdb and polars"))
struct ParquetWitnessTests {
  @Test(
    "three readers and the statistics agree with the columns written",
    arguments: [0, 1, 2, 128, 129, 20_480, 20_481, 50_000])
  func readers(rowCount: Int) throws {
    let columns = sampleColumns(rowCount, seed: 11)
    try expectReaders(of: try ParquetWriter.encode(columns, createdBy: "amr test"), columns)
  }

  @Test("three readers agree with what is written densely, in groups of several sizes")
  func dense() throws {
    let columns = sampleColumns(200_000, seed: 12)
    let groups = try [0..<1, 1..<150_000, 150_000..<200_000].map { rows in
      try ParquetWriter.encodeGroup(columns.map { $0.rows(rows) }, .dense)
    }
    try expectReaders(of: try ParquetWriter.assemble(groups, createdBy: "amr test"), columns)
  }

  private func expectReaders(of encoded: EncodedParquet, _ columns: [Column]) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("sample.parquet")
    try FileSystem.system.writeAtomically(encoded.bytes, to: path)
    let result = try Witness.run(reader, [path])
    #expect(result.exitCode == 0, "\(result.errorText)")
    let lines = Set(result.outputText.split(separator: "\n").map(String.init))
    #expect(lines.count == 3 * columns.count)
    for (column, statistics) in zip(columns, encoded.statistics) {
      let summary = summarise(column)
      for reader in ["pyarrow", "duckdb", "polars"] {
        #expect(lines.contains("\(reader)|\(column.field.name)|\(summary)"))
      }
      #expect(statistics.name == column.field.name)
      #expect(summary.hasPrefix("\(encoded.rowCount)|\(statistics.nullCount)|"))
    }
  }

  @Test("two row groups")
  func groups() throws {
    let rowCount = 1_048_576 + 5
    let values = (0..<rowCount).map { Int64($0) * 2 }
    let columns = [
      Column(Field("id", .int64), .int64(values)),
      Column(
        Field("quality", .string),
        .dictionary(codes: values.map { UInt8($0 % 3) }, values: ["c", "a", "b"])),
    ]
    let directory = try TemporaryDirectory()
    let path = directory.file("groups.parquet")
    let encoded = try ParquetWriter.encode(columns, createdBy: "amr test")
    try FileSystem.system.writeAtomically(encoded.bytes, to: path)
    let result = try Witness.run(reader, [path])
    #expect(result.exitCode == 0, "\(result.errorText)")
    #expect(result.outputText.contains("duckdb|\(summariseId(rowCount))"))
  }

  private func summariseId(_ rowCount: Int) -> String {
    "id|\(rowCount)|0|\(rowCount * (rowCount - 1))|0|\(2 * (rowCount - 1))"
  }
}

/// What the readers must say of a column: rows, nulls, sum, least, greatest.
private func summarise(_ column: Column) -> String {
  var integers: [Int64] = []
  var strings: [String] = []
  let valid = { (row: Int) in column.validity?[row] ?? true }
  let rows = 0..<column.data.count
  switch column.data {
  case .int32(let values): integers = rows.filter(valid).map { Int64(values[$0]) }
  case .int64(let values): integers = rows.filter(valid).map { values[$0] }
  case .dictionary(let codes, let values):
    strings = codes.filter { $0 != ColumnData.nullCode }.map { values[Int($0)] }
  case .wideDictionary(let codes, let values):
    strings = codes.filter { $0 >= 0 }.map { values[Int($0)] }
  case .text(let text): strings = rows.filter(valid).map { text[$0] }
  }
  if column.field.type == .string {
    strings.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let total = strings.reduce(0) { $0 + $1.utf8.count }
    let nulls = rows.count - strings.count
    return "\(rows.count)|\(nulls)|\(total)|\(literal(strings.first))|\(literal(strings.last))"
  }
  let total = integers.reduce(Int128(0)) { $0 + Int128($1) }
  let least = integers.min().map(String.init) ?? "None"
  let greatest = integers.max().map(String.init) ?? "None"
  return "\(rows.count)|\(rows.count - integers.count)|\(total)|\(least)|\(greatest)"
}

/// Python's `repr` of the UTF-8 bytes of a string.
private func literal(_ string: String?) -> String {
  guard let string else { return "None" }
  let hexadecimal = Array("0123456789abcdef")
  let escaped = string.utf8.map { byte in
    byte < 0x80
      ? String(UnicodeScalar(byte))
      : "\\x\(hexadecimal[Int(byte >> 4)])\(hexadecimal[Int(byte & 15)])"
  }
  return "b'\(escaped.joined())'"
}
