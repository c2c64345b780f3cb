import Columnar
import DeltaTable
import DurableFiles
import TestSupport
import Testing

/// Prints what deltalake, polars, and DuckDB over deltalake's file list say of a table.
private let reader = #"""
  import sys, json, datetime, deltalake, duckdb, polars as pl, pyarrow as pa, pyarrow.parquet as pq
  path = sys.argv[1]
  table = deltalake.DeltaTable(path)
  def show(reader, arrow):
      ids = arrow["endpoint_id"].to_pylist()
      powers = arrow["rssi_dbm"].to_pylist()
      stamps = arrow["read_at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_pylist()
      days = arrow["day"].cast(pa.int32()).to_pylist()
      months = sorted(set(arrow["month"].to_pylist()))
      print(reader, len(ids), sum(ids), sum(powers), sum(stamps), sum(days),
            arrow["reason"].null_count, ",".join(months), sep="|")
  show("deltalake", pa.table(table.to_pyarrow_table()))
  show("polars", pl.read_delta(path).to_arrow())
  uris = table.file_uris()
  show("duckdb", duckdb.sql(f"select * from read_parquet({uris!r}, hive_partitioning=true)").to_arrow_table())
  for uri in uris:
      pq.ParquetFile(uri, page_checksum_verification=True).read()
  print("version", table.version(), "txn", table.transaction_version("uploads"))
  print("old", deltalake.DeltaTable(path, version=1).to_pyarrow_table().num_rows)
  fields = json.loads(table.schema().to_json())["fields"]
  print("comment", next(f["metadata"]["comment"] for f in fields if f["name"] == "rssi_dbm"))
  # Filters skip files by the log's statistics: a wrong bound would lose the outermost rows.
  for name, value in [("read_at", None), ("day", None), ("endpoint_id", None), ("rssi_dbm", None)]:
      frame = pl.scan_delta(path)
      low, high = frame.select(pl.col(name).min().alias("l"), pl.col(name).max().alias("h")).collect().row(0)
      for bound in (low, high):
          dataset = table.to_pyarrow_dataset()
          import pyarrow.dataset as ds
          hits = dataset.to_table(filter=ds.field(name) == pa.scalar(bound)).num_rows
          want = frame.filter(pl.col(name) == bound).collect().height
          plain = sum(1 for v in pa.table(table.to_pyarrow_table())[name].to_pylist() if v == bound)
          assert hits == want == plain > 0, (name, bound, hits, want, plain)
  print("filters agree")
  """#

@Suite(
  "Other readers of our tables",
  .enabled(
    if: Witness.shouldRun("pyarrow", "duckdb", "polars", "deltalake"),
    "needs pyarrow, duckdb, polars and deltalake"))
struct DeltaWitnessTests {
  @Test("deltalake, polars and DuckDB agree with what was committed")
  func readers() throws {
    let directory = try TemporaryDirectory()
    let table = try SampleTable.create(at: directory.path)
    let a = try SampleTable.file(table, 100, name: "a")
    let b = try SampleTable.file(table, 50, first: 1000, month: "1998-02", name: "b")
    var snapshot = try table.commit(
      SampleTable.append([a, b], transactions: ["uploads": 7]), after: table.snapshot())
    var rewrite = Commit(operation: "MERGE", timestamp: 1_700_000_003_000)
    rewrite.removes = [b]
    rewrite.adds = [
      try SampleTable.file(table, 60, first: 2000, month: "1998-02", name: "c")
    ]
    snapshot = try table.commit(rewrite, after: snapshot)

    let result = try Witness.run(reader, [directory.path])
    #expect(result.exitCode == 0, "\(result.errorText)")
    let lines = result.outputText.split(separator: "\n").map(String.init)
    let ids = (0..<100).reduce(0, +) + (2000..<2060).reduce(0, +)
    let sums = [100, 60].map { count in
      (
        power: (0..<count).reduce(0) { $0 - 110 + $1 % 7 },
        stamp: (0..<count).reduce(0) { $0 + 883_612_800_000_001 + $1 * 1_000_003 },
        day: (0..<count).reduce(0) { $0 + 10_227 + $1 % 3 }
      )
    }
    let expected =
      "160|\(ids)|\(sums[0].power + sums[1].power)|\(sums[0].stamp + sums[1].stamp)"
      + "|\(sums[0].day + sums[1].day)|128|1998-01,1998-02"
    for name in ["deltalake", "polars", "duckdb"] {
      #expect(lines.contains("\(name)|\(expected)"), "\(result.outputText)")
    }
    #expect(lines.contains("version 2 txn 7"))
    #expect(lines.contains("old 150"))
    #expect(lines.contains("comment received power, dBm"))
    #expect(lines.last == "filters agree")
  }
}
