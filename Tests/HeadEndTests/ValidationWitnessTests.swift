import Metering
import TestSupport
import Testing

@testable import HeadEnd

/// DuckDB makes of `reads` and `registry` what validation derived from them; other people's readers
/// open the derived tables.
@Suite("Validation counted by others")
struct ValidationWitnessTests {
  /// The use of a day: the difference of two days' values around the dials, times the multiplier.
  private static let program = """
    import sys
    import duckdb, polars as pl, pyarrow.parquet as pq
    from deltalake import DeltaTable
    store = sys.argv[1]
    con = duckdb.connect()
    for name in ['reads', 'registry', 'daily', 'monthly', 'groups', 'findings']:
      table = DeltaTable(f'{store}/{name}')
      arrow = table.to_pyarrow_table()
      con.register(name, arrow)
      height = pl.read_delta(f'{store}/{name}').height
      files = [pq.ParquetFile(f, page_checksum_verification=True).read().num_rows
        for f in table.file_uris()]
      assert arrow.num_rows == height == sum(files) > 0, name
    con.execute('''
      create view current as
        select endpoint_id, day, arg_max(register, version) register,
          arg_max(quality, version) quality, arg_max(reason, version) reason
        from reads group by all;
      create view used as
        select c.endpoint_id, c.day, c.quality, g.commodity, g.cycle, g.multiplier,
          least(10 ** g.dials, 2 ** 24)::bigint as span,
          c.register - coalesce(lag(c.register) over w, g.last_billed_read) as counts
        from current c join registry g using (endpoint_id)
        window w as (partition by c.endpoint_id order by c.day);
      create view computed as
        select endpoint_id, day, quality, commodity, cycle, multiplier * (
            (counts % span + span + span // 2 - 1) % span - (span // 2 - 1)) as consumption
        from used;
    ''')
    def same(name, one, other):
      difference = con.execute(f'(({one}) except all ({other})) union all '
        f'(({other}) except all ({one})) limit 5').fetchall()
      assert difference == [], (name, difference)
    same('daily', 'select endpoint_id, day, consumption, quality from daily',
      'select endpoint_id, day, consumption, quality from computed')
    sums = '''sum(consumption)::bigint, count(*), count(*) filter (quality = 'actual'),
      count(*) filter (quality in ('customer', 'verified')),
      count(*) filter (quality = 'estimated')'''
    same('monthly', '''select endpoint_id, month, consumption, days_expected, days_actual,
        days_entered, days_estimated from monthly''',
      f"select endpoint_id, strftime(day, '%Y-%m'), {sums} from computed group by all")
    figures = 'consumption, days_expected, days_actual, days_entered, days_estimated'
    same('cycles by day', f'''select starts_on, number, commodity, {figures} from groups
        where grouping = 'cycle' and period = 'day' ''',
      f'select day, cycle, commodity, {sums} from computed group by all')
    same('cycles by month', f'''select month, number, commodity, {figures} from groups
        where grouping = 'cycle' and period = 'month' ''',
      f"select strftime(day, '%Y-%m'), cycle, commodity, {sums} from computed group by all")
    con.execute('''create view areas as
      select endpoint_id, strftime(day, '%Y-%m') as month,
        arg_max(collector_id, (day, version)) as number
      from reads where source = 'radio' group by all''')
    same('areas by month', f'''select month, number, commodity, {figures} from groups
        where grouping = 'collector' and period = 'month' ''',
      f'''select strftime(c.day, '%Y-%m') as month, a.number, c.commodity, {sums} from computed c
        left join areas a on a.endpoint_id = c.endpoint_id and a.month = strftime(c.day, '%Y-%m')
        group by all''')
    print(con.execute('select count(*), sum(consumption)::bigint from daily').fetchone())
    """

  @Test(
    "daily, monthly and groups, row by row, of a store without exchanges",
    .enabled(if: Witness.shouldRun("pyarrow", "duckdb", "polars", "deltalake")))
  func rowByRow() async throws {
    let start = ValidationStore.start(22)
    let store = try ValidationStore(
      (0..<40).map { endpoint in
        ValidationStore.point(
          endpoint, commodity: endpoint % 5 == 4 ? .gas : .electric, dials: 4 + endpoint % 2,
          multiplier: endpoint % 3 == 0 ? 10 : 1, cycle: 1 + endpoint % 7,
          opening: endpoint % 4 == 0 ? 9800 : 100, openingAt: start)
      })
    var random = SplitMix64(seed: testSeed(9))
    var receptions: [ValidationStore.Reception] = []
    for endpoint in 0..<40 {
      for day in 22..<66 where Int.random(in: 0..<40, using: &random) >= endpoint || day == 22 {
        let count = (endpoint % 4 == 0 ? 9800 : 100) + (day - 22) * (endpoint % 6) * 4
        let odd = Int.random(in: 0..<30, using: &random) == 0 ? 700 : 0
        receptions.append(
          .init(
            endpoint: endpoint, day: day,
            register: UInt32((count + odd) % (endpoint % 2 == 0 ? 10_000 : 100_000)),
            collector: UInt32.random(in: 1...3, using: &random), ertType: 12))
      }
    }
    try await store.receive(receptions)
    try await store.validate(through: 65)
    try store.enter(
      ValidationStore.entry(5, 40, .verified, 500), ValidationStore.entry(6, 41, .rejected),
      ValidationStore.entry(39, 50, .customer, 160))
    try await store.validate(through: 65)
    let result = try Witness.run(Self.program, [store.path])
    #expect(result.exitCode == 0, "\(result.errorText)")
    #expect(result.outputText.hasPrefix("(1760, "), "\(result.outputText)")
  }

  /// The use of each endpoint over its meters: out less in reads, and the first and last values.
  private static let exchanged = """
    import sys
    import duckdb
    from deltalake import DeltaTable
    con = duckdb.connect()
    for name in ['reads', 'registry', 'daily', 'monthly', 'groups']:
      con.register(name, DeltaTable(f'{sys.argv[1]}/{name}').to_pyarrow_table())
    rows = con.execute('''
      with last as (select endpoint_id, arg_max(register, (day, version)) register
          from reads group by all),
        meters as (select g.endpoint_id, multiplier, (10 ** dials)::bigint span,
          coalesce(removed_read, last.register) - last_billed_read as counts
          from registry g join last using (endpoint_id))
      select endpoint_id, sum(multiplier * ((counts % span + span) % span))::bigint used,
        (select sum(consumption)::bigint from daily d where d.endpoint_id = m.endpoint_id),
        (select sum(consumption)::bigint from monthly d where d.endpoint_id = m.endpoint_id)
      from meters m group by all order by 1''').fetchall()
    assert len(rows) == 2 and all(used == daily == monthly
      for _, used, daily, monthly in rows), rows
    totals = con.execute('''select grouping, period, sum(consumption)::bigint from groups
      group by all''').fetchall()
    assert len(totals) == 4 and {t for _, _, t in totals} == {sum(row[1] for row in rows)}, totals
    print(rows)
    """

  @Test(
    "the totals of a store with exchanges, with the registry's out and in reads",
    .enabled(if: Witness.shouldRun("pyarrow", "duckdb", "deltalake")))
  func exchanges() async throws {
    let instant = ValidationStore.start(10) + 9 * 3_600_000
    let store = try ValidationStore([
      ValidationStore.point(0, to: instant, removedRead: 40, opening: 99_900),
      ValidationStore.point(0, meter: "N", dials: 4, multiplier: 40, from: instant, opening: 9990),
      ValidationStore.point(1, opening: 100),
    ])
    try await store.receive(
      (0..<40).flatMap { day -> [ValidationStore.Reception] in
        let old = (99_900 + day * 13) % 100_000
        return [
          .init(endpoint: 0, day: day, register: UInt32(day < 10 ? old : (9980 + day) % 10_000)),
          .init(endpoint: 1, day: day, register: UInt32(100 + day)),
        ]
      })
    try await store.validate(through: 39)
    let result = try Witness.run(Self.exchanged, [store.path])
    #expect(result.exitCode == 0, "\(result.errorText)")
  }
}
