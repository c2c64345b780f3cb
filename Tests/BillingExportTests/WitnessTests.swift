import Metering
import TestSupport
import Testing

@testable import BillingExport

/// Other people's software reads the files and must come to the manifests' figures.
@Suite struct WitnessTests {
  private func export(seed: UInt64, to directory: TemporaryDirectory) async throws
    -> [PublishedBatch]
  {
    let territory = try RandomTerritory(seed: seed, meters: 800, days: readDays)
    return try await juneRun().write(
      registry: territory.registry, reads: MemoryReads(territory.reads), to: directory.path)
  }

  /// What a reader should print for a batch: rows, lines with a read, sums of reads and of use.
  private func expected(_ batches: [PublishedBatch]) -> String {
    batches.map { batch in
      let totals = batch.totals
      return "\(batch.batch) \(totals.expected) \(totals.billed + totals.rejected) "
        + "\(totals.readSum) \(totals.electric) \(totals.gas) \(totals.water)\n"
    }.joined()
  }

  private func check(_ program: String) async throws {
    let directory = try TemporaryDirectory()
    let batches = try await export(seed: 21, to: directory)
    let result = try Witness.run(program, [directory.path])
    #expect(result.exitCode == 0, "\(result.errorText)")
    #expect(result.outputText == expected(batches))
  }

  @Test(
    "Python's hashlib, csv and json recompute the manifests", .enabled(if: Witness.shouldRun("csv"))
  )
  func manifests() async throws {
    try await check(
      #"""
      import csv, glob, hashlib, json, re, sys
      from datetime import datetime, timedelta, timezone
      previous = None
      UNITS = ("KWH", "CCF", "GAL")
      FORMAT = "%Y-%m-%dT%H:%M:%SZ"
      def local(text):
          return (datetime.strptime(text, FORMAT) - timedelta(minutes=300)).date()
      for path in sorted(glob.glob(sys.argv[1] + "/*.manifest.json")):
          manifest_bytes = open(path, "rb").read()
          manifest = json.loads(manifest_bytes)
          assert manifest["previous_batch_sha256"] == previous
          previous = hashlib.sha256(manifest_bytes).hexdigest()
          entry, exceptions = manifest["files"]
          data = open(f"{sys.argv[1]}/{entry['name']}", "rb").read()
          assert len(data) == entry["bytes"]
          assert hashlib.sha256(data).hexdigest() == entry["sha256"]
          listed = "".join(f"{f['sha256']}  {f['name']}\n" for f in manifest["files"]).encode()
          assert hashlib.sha256(listed).hexdigest() == manifest["sha256_of_files_list"]
          assert data.endswith(b"\r\n") and data.count(b"\n") == data.count(b"\r\n")
          rows = list(csv.DictReader(data.decode("utf-8").splitlines(keepends=True)))
          assert len(rows) == entry["records"] == manifest["counts"]["expected"]
          assert [int(r["seq"]) for r in rows] == list(range(1, len(rows) + 1))
          endpoints = [int(r["endpoint_id"]) for r in rows]
          assert endpoints == sorted(set(endpoints))
          for quality in ("verified", "actual", "customer", "estimated", "missing", "rejected"):
              found = sum(r["quality"] == quality for r in rows)
              assert found == manifest["counts"][quality]
          assert sum(r["reason"] != "" for r in rows) == manifest["counts"]["exceptions"]
          listed = list(csv.DictReader(open(f"{sys.argv[1]}/{exceptions['name']}", newline="")))
          assert len(listed) == exceptions["records"]
          assert [(r["seq"], r["reason"]) for r in rows if r["reason"]] == [
              (e["line"], e["reason"]) for e in listed]
          assert all(e["explanation"] and e["action"] for e in listed)
          for r in rows:
              assert r["batch_id"] == manifest["batch_id"]
              assert (r["est_method"] != "") == (r["quality"] == "estimated")
              billed = r["quality"] in ("verified", "actual", "customer", "estimated")
              if billed:
                  methods = {"actual": "radio", "estimated": ""}
                  assert r["read_method"] == methods.get(r["quality"], "person")
              assert (r["consumption"] != "") == billed == (r["consumption_raw"] != "")
              assert (r["read"] == "") == (r["quality"] == "missing") == (r["read_at"] == "")
              if r["read"]:
                  window = manifest["window"]
                  assert window["from"] <= r["read_at"] < window["to"]
                  days = (local(r["read_at"]) - local(r["prev_read_at"])).days
                  assert days == int(r["days"])
              if billed:
                  raw = int(r["consumption_raw"])
                  assert raw * int(r["multiplier"]) == int(r["consumption"])
                  wrap = raw - (int(r["read"]) - int(r["prev_read"]))
                  assert wrap in ((10**4, 10**5, 10**6) if r["rollover"] == "1" else (0,))
                  period = "" if 26 <= days <= 35 else "short_period" if days < 26 else "long_period"
                  assert r["reason"] == period
          sums = [sum(int(r["consumption"] or 0) for r in rows if r["unit"] == u) for u in UNITS]
          assert [str(s) for s in sums] == [entry["sum_consumption_by_unit"][u] for u in UNITS]
          reads = [int(r["read"]) for r in rows if r["read"]]
          assert str(sum(reads)) == entry["sum_read"]
          print(manifest["batch_id"], len(rows), len(reads), sum(reads), *sums)
      """#)
  }

  @Test("DuckDB reads equal counts and sums", .enabled(if: Witness.shouldRun("duckdb")))
  func duckDB() async throws {
    try await check(
      #"""
      import duckdb, glob, sys
      for path in sorted(glob.glob(sys.argv[1] + "/*-r1.csv")):
          row = duckdb.execute("""
            SELECT min(batch_id), count(*), count(read), coalesce(sum(read), 0),
              coalesce(sum(consumption) FILTER (unit = 'KWH'), 0),
              coalesce(sum(consumption) FILTER (unit = 'CCF'), 0),
              coalesce(sum(consumption) FILTER (unit = 'GAL'), 0)
            FROM read_csv(?, header = true, types = {'read': 'BIGINT', 'consumption': 'BIGINT'})
            """, [path]).fetchone()
          print(*row)
      """#)
  }

  @Test("Polars reads equal counts and sums", .enabled(if: Witness.shouldRun("polars")))
  func polars() async throws {
    try await check(
      #"""
      import glob, polars as pl, sys
      for path in sorted(glob.glob(sys.argv[1] + "/*-r1.csv")):
          table = pl.read_csv(path, schema_overrides={"read": pl.Int64, "consumption": pl.Int64})
          sums = [table.filter(pl.col("unit") == u)["consumption"].sum() for u in ("KWH", "CCF", "GAL")]
          print(table["batch_id"][0], len(table), table["read"].count(), table["read"].sum(), *sums)
      """#)
  }

  @Test("pyarrow reads equal counts and sums", .enabled(if: Witness.shouldRun("pyarrow")))
  func arrow() async throws {
    try await check(
      #"""
      import glob, pyarrow as pa, pyarrow.compute as pc, pyarrow.csv, sys
      options = pyarrow.csv.ConvertOptions(
          column_types={"read": pa.int64(), "consumption": pa.int64()})
      for path in sorted(glob.glob(sys.argv[1] + "/*-r1.csv")):
          table = pyarrow.csv.read_csv(path, convert_options=options)
          sums = [
              pc.sum(table.filter(pc.equal(table["unit"], u))["consumption"]).as_py() or 0
              for u in ("KWH", "CCF", "GAL")]
          reads = pc.sum(table["read"]).as_py() or 0
          count = len(table) - table["read"].null_count
          print(table["batch_id"][0].as_py(), len(table), count, reads, *sums)
      """#)
  }
}
