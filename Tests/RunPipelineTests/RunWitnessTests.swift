import TestSupport
import Testing

@testable import RunPipeline

/// DuckDB counts what a run left, and finds what the run says of itself.
@Suite("Run counted by others")
struct RunWitnessTests {
  private static let program = """
    import sys, json, glob, hashlib
    import duckdb
    from deltalake import DeltaTable
    run = sys.argv[1]
    summary = json.load(open(run + '/summary.json'))
    files = DeltaTable(run + '/store/reads').file_uris()
    con = duckdb.connect()
    rows, slots = con.execute('''select count(*), count(distinct (endpoint_id, day))
      from read_parquet($files)''', {'files': files}).fetchone()
    reads, registers = con.execute('''select count(*), sum(register)::bigint
      from (select arg_max(register, version) register, arg_max(quality, version) quality
            from read_parquet($files) group by endpoint_id, day)
      where quality = 'actual' ''', {'files': files}).fetchone()
    assert rows >= slots >= reads == summary['reads'], (rows, slots, reads)
    assert registers == summary['register_sum'], registers
    for day in summary['per_day']:
      count = con.execute('''select count(distinct endpoint_id) from read_parquet($files)
        where day = $day::date and source = 'radio' ''',
        {'files': files, 'day': day['day']}).fetchone()[0]
      assert count == day['reads'], day
    billed = 0
    for name in sorted(glob.glob(run + '/billing/*.manifest.json')):
      manifest = json.load(open(name))
      file = manifest['files'][0]
      path = run + '/billing/' + file['name']
      assert hashlib.sha256(open(path, 'rb').read()).hexdigest() == file['sha256']
      # Every billed read is the current read of its endpoint and day in the store.
      count, total, use, actual, found = con.execute('''
        select count(*), sum(b.read)::bigint, sum(b.consumption)::bigint,
          count(*) filter (b.quality = 'actual'), count(s.register)
        from read_csv($path, header = true, nullstr = '',
          types = {'read_at': 'TIMESTAMPTZ'}) b left join
          (select endpoint_id, epoch(read_at)::bigint instant, arg_max(register, version) register
           from read_parquet($files) group by all) s
          on b.endpoint_id = s.endpoint_id and b.read = s.register
            and epoch(b.read_at)::bigint = s.instant
        ''', {'path': path, 'files': files}).fetchone()
      assert count == file['records'] and found >= actual == manifest['counts']['actual'], name
      assert str(total or 0) == file['sum_read'], name
      assert str(use or 0) == file['sum_consumption_by_unit']['KWH'], name
      billed += count
    assert billed == sum(f['records'] for f in summary['billing_files'])
    print(len(files) > 0, billed > 0)
    """

  @Test(
    "store, summary, bills and manifests agree",
    .enabled(if: Witness.shouldRun("duckdb", "deltalake", "pyarrow")))
  func agreement() async throws {
    let (_, directory) = try await RunTests.run(RunTests.scenario(), threads: 2)
    let result = try Witness.run(Self.program, [directory.path])
    #expect(result.exitCode == 0, "\(result.errorText)")
    #expect(result.outputText == "True True\n")
  }
}
