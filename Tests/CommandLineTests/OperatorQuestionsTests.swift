import TestSupport
import Testing

/// The SQL of README.md answers as a plain loop over the rows of a store does.
@Suite("Questions of an operator to a run")
struct OperatorQuestionsTests {
  private static let oracle = """
    import collections
    rows = {t: deltalake.DeltaTable(f'{sys.argv[1]}/{t}').to_pyarrow_table().to_pylist()
      for t in ['reads', 'uploads', 'quarantine', 'registry']}
    current = {}
    for row in sorted(rows['reads'], key=lambda row: row['version']):
      current[row['endpoint_id'], row['day']] = row['collector_id']
    last = max(day for _, day in current)
    before, lately, seen = collections.Counter(), collections.Counter(), {}
    for (endpoint, day), collector in sorted(current.items()):
      seen[endpoint] = day, collector
      age = (last - day).days
      if age < 3: lately[collector] += 1
      elif age < 10: before[collector] += 1
    failing = {c for c in before if lately[c] / 3 < before[c] / 7 / 2}
    assert {row[0] for row in answers[0]} == failing, answers[0]
    silent = sorted((point['cycle'], point['endpoint_id'], *seen[point['endpoint_id']])
      for point in rows['registry']
      if point['removed_at'] is None and point['endpoint_id'] in seen
      and (last - seen[point['endpoint_id']][0]).days >= 3)
    assert [(cycle, endpoint, day, collector)
      for endpoint, _, cycle, day, collector in answers[1]] == silent, answers[1]
    assert sum(row[3] for row in answers[2]) == sum(row['receptions'] for row in rows['quarantine'])
    known = {(row['collector_id'], row['sequence']) for row in rows['uploads']}
    newest = dict(sorted(known))
    missing = {(collector, n) for collector in newest for n in range(1, newest[collector])} - known
    assert {(collector, n) for collector, first, past in answers[3]
      for n in range(first, past + 1)} == missing, answers[3]
    print(len(failing), len(silent), len(answers[2]), len(missing))
    """

  /// Weak modules, long outages, uploads that got lost, and endpoints that nobody registered.
  private static let troubles = """
    amr simulate '\(packageRoot.path)/Scenarios/smoke-1k.json5' --out spool --quiet \
      --set endpoints.tx_power_dbm=10 --set faults.collector_outage_h=72
    rm spool/uploads/s0000000[5-7]-c000003.amru spool/uploads/s00000002-c000008.amru
    sed -i 500,519d spool/registry.csv
    amr ingest store spool/uploads --registry spool/registry.csv --utc-offset -300 --quiet
    """

  @Test(
    "smoke-1k in trouble, counted another way",
    .enabled(if: Witness.shouldRun("duckdb", "deltalake", "pyarrow")))
  func smokeRun() throws {
    let directory = try TemporaryDirectory()
    let script = "set -e; amr() { '\(Program.path)' \"$@\"; }; \(Self.troubles)"
    let run = try runCommand("/bin/bash", ["-c", script], directory: directory.path)
    try #require(run.exitCode == 0, "\(run.errorText)")
    let result = try Witness.run(
      OperatorQuestions.program + Self.oracle, [directory.file("store")])
    #expect(result.exitCode == 0, "\(result.errorText)")
    let counts = result.outputText.split(separator: " ").compactMap { Int($0.filter(\.isNumber)) }
    #expect(counts.count == 4 && counts.allSatisfy { $0 > 0 }, "\(result.outputText)")
    #expect(counts.last == 4)
  }
}
