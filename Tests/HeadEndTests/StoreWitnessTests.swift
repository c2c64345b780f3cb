import Metering
import TestSupport
import Testing

@testable import HeadEnd

/// Other people's readers open the store and count what we count.
@Suite("Store read by others")
struct StoreWitnessTests {
  private static let program = """
    import sys, json, glob
    import pyarrow, pyarrow.compute as pc, pyarrow.parquet as pq
    import duckdb, polars as pl
    from deltalake import DeltaTable
    path = sys.argv[1]
    table = DeltaTable(path)
    files = table.file_uris()
    out = {}
    t = table.to_pyarrow_table()
    out['deltalake'] = [t.num_rows, pc.sum(t['register']).as_py(), pc.sum(t['endpoint_id']).as_py()]
    d = pl.read_delta(path)
    out['polars'] = [d.height, d['register'].sum(), d['endpoint_id'].sum()]
    p = [pq.ParquetFile(f, page_checksum_verification=True).read() for f in files]
    out['pyarrow'] = [sum(x.num_rows for x in p), sum(pc.sum(x['register']).as_py() for x in p),
      sum(pc.sum(x['endpoint_id']).as_py() for x in p)]
    r = duckdb.connect().execute("select count(*), sum(register)::bigint, sum(endpoint_id)::bigint, "
      "count(distinct (endpoint_id, day)), min(quality), max(quality), "
      "max(epoch_ms(read_at) + read_at_ms) from read_parquet(" + repr(files) + ")").fetchone()
    out['duckdb'] = list(r[:3])
    print(json.dumps([sorted(map(tuple, out.values()))[0] == sorted(map(tuple, out.values()))[-1],
      *out['duckdb'], r[3], r[4], r[5], r[6]]))
    """

  @Test(
    "pyarrow, duckdb, polars and deltalake agree with the summary",
    .enabled(if: Witness.shouldRun("pyarrow", "duckdb", "polars", "deltalake")))
  func readers() async throws {
    let directory = try TemporaryDirectory()
    let uploads = Fixture.randomUploads(seed: 11, endpoints: 500, collectors: 4, days: 4)
    var intake = try Intake(try Fixture.makeStore(directory, endpoints: 500))
    for upload in uploads { try intake.take(upload, source: "test") }
    try await intake.commit(timestamp: Fixture.timestamp, threads: 2)
    let store = intake.finish()
    let summary = try await store.summary(threads: 2)
    let latest = Fixture.oracle(uploads).values.flatMap(\.values).map(\.stamp).max()!
    let ids = Fixture.oracle(uploads).values.reduce(0 as Int64) { $0 + $1.keys.reduce(0, +) }
    let result = try Witness.run(Self.program, [directory.file("store/reads")])
    #expect(result.exitCode == 0, "\(result.errorText)")
    let expected =
      "[true, \(summary.reads), \(summary.registerSum), \(ids), \(summary.reads), "
      + "\"actual\", \"actual\", \(latest)]\n"
    #expect(result.outputText == expected)
  }
}
