import Foundation
import TestSupport
import Testing

@testable import BillingExport

/// What a billing system on PostgreSQL gets by `psql`'s `\copy`.
@Suite struct PostgresTests {
  /// Debian keeps the server's programs out of the path, one directory for each version.
  private static let programs: String? = {
    let parent = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    return versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.first.map { "\(parent)/\($0)/bin" }
  }()

  /// A server of its own in a directory, which root must not run.
  private static let script = #"""
    set -eu
    shopt -s nullglob
    place=$1 batches=$2
    as_user() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
    if [ "$(id -u)" = 0 ]; then chown postgres "$place"; fi
    as_user "$PROGRAMS/initdb" -D "$place/data" -A trust -U postgres >"$place/init.log"
    as_user "$PROGRAMS/pg_ctl" -D "$place/data" -w -l "$place/data/log" \
      -o "-k $place -c listen_addresses= -c fsync=off" start >/dev/null
    trap 'as_user "$PROGRAMS/pg_ctl" -D "$place/data" -m immediate stop >/dev/null' EXIT
    sql() { psql -h "$place" -U postgres -d postgres -q -A -t -F ' ' -v ON_ERROR_STOP=1 "$@"; }
    sql -c "CREATE TABLE amr_line (
      batch_id text, seq bigint, account_id text, meter_id text, endpoint_id bigint, commodity text,
      register_id int, unit text, multiplier int, prev_read_at timestamptz, prev_read bigint,
      read_at timestamptz, read bigint, consumption_raw bigint, consumption bigint, rollover int,
      quality text, read_method text, days int, reason text, est_method text,
      service_point_id text, version int, previous_consumption bigint, prev_quality text,
      prev_est_method text, prev_meter_id text, PRIMARY KEY (batch_id, seq))"
    for file in "$batches"/*-r1.csv; do
      sql -c "\\copy amr_line FROM '$file' WITH (FORMAT csv, HEADER true)"
    done
    for file in "$batches"/*-r1.csv.gz; do
      sql -c "\\copy amr_line FROM PROGRAM 'gzip -dc $file' WITH (FORMAT csv, HEADER true)"
    done
    sql -c "SELECT batch_id, count(*), count(read), coalesce(sum(read), 0),
        coalesce(sum(consumption) FILTER (WHERE unit = 'KWH'), 0),
        coalesce(sum(consumption) FILTER (WHERE unit = 'CCF'), 0),
        coalesce(sum(consumption) FILTER (WHERE unit = 'GAL'), 0)
      FROM amr_line GROUP BY batch_id ORDER BY batch_id"
    """#

  @Test(
    "psql's copy into PostgreSQL gives the control totals",
    .enabled(if: Witness.areRequired || PostgresTests.programs != nil), arguments: [false, true])
  func copy(compresses: Bool) async throws {
    let programs = try #require(Self.programs, "PostgreSQL's server is not installed")
    let territory = try RandomTerritory(seed: 51, meters: 800, days: readDays)
    let directory = try TemporaryDirectory()
    let batches = try await juneRun().write(
      registry: territory.registry, reads: MemoryReads(territory.reads), to: directory.path,
      as: ExportSettings(compresses: compresses))
    let expected = batches.map { batch in
      let totals = batch.totals
      return "\(batch.batch) \(totals.expected) \(totals.billed + totals.rejected) "
        + "\(totals.readSum) \(totals.electric) \(totals.gas) \(totals.water)\n"
    }.joined()
    let server = try TemporaryDirectory()
    let result = try runCommand(
      "/bin/bash",
      ["-c", "PROGRAMS='\(programs)'\n" + Self.script, "script", server.path, directory.path])
    #expect(result.exitCode == 0, "\(result.errorText)")
    #expect(result.outputText == expected)
  }
}
