import HeadEnd
import Metering
import TestSupport
import Testing

/// The examples of README.md, run as a reader would run them.
@Suite("README")
struct ReadmeTests {
  @Test("every example works, in order, in an empty directory")
  func examples() throws {
    let readme = try text(of: packageRoot.path + "/README.md")
    let directory = try TemporaryDirectory()
    var commands: [String] = []
    var isExample = false
    for line in readme.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isExample = line == "```sh"
      } else if isExample && line.hasPrefix("amr ") {
        commands.append(String(line))
      }
    }
    #expect(commands.count >= 12)
    for command in commands {
      let script = "set -o pipefail; amr() { '\(Program.path)' \"$@\"; }; \(command)"
      let result = try runCommand("/bin/bash", ["-c", script], directory: directory.path)
      #expect(result.exitCode == 0, "\(command)\n\(result.errorText)")
      #expect(result.errorText == "", "\(command)")
    }
    let files = Set(directory.allFiles())
    #expect(files.contains("runs/smoke-1k/summary.json"))
    #expect(files.contains("runs/weaker/summary.json"))
    #expect(files.contains("mine.json5"))
    if Witness.shouldRun("duckdb") { try query(readme, in: directory) }
    #expect(files.contains { $0.hasPrefix("bills/") && $0.hasSuffix(".manifest.json") })
  }

  @Test("the exchange of a meter is taken in as it stands")
  func exchange() throws {
    let readme = try text(of: packageRoot.path + "/README.md")
    let csv = try #require(readme.split(separator: "```csv\n").last).prefix { $0 != "`" }
    let reading = try RegistryFile.decode(
      Array(csv.utf8), source: "README.md", clock: LocalClock(utcOffsetMinutes: -300))
    #expect(reading.refused == [])
    #expect(reading.registry.rows.map(\.servicePointID) == ["S17", "S17"])
    #expect(reading.registry.rows[0].removedAt == reading.registry.rows[1].installedAt)
  }

  /// The SQL of the README counts every endpoint that was ever read.
  private func query(_ readme: String, in directory: TemporaryDirectory) throws {
    let sql = try #require(readme.split(separator: "```sql").dropFirst().first)
      .prefix(while: { $0 != "`" })
    let program = """
      import duckdb, json, os, sys
      os.chdir(sys.argv[1])
      rows = duckdb.connect().execute(sys.argv[2]).fetchall()
      summary = json.load(open('runs/smoke-1k/summary.json'))
      assert sum(n for _, n in rows) == summary['modules'] - summary['chronic_non_readers'], rows
      assert sum(days * n for days, n in rows) == summary['reads'], rows
      """
    let result = try Witness.run(program, [directory.path, String(sql)])
    #expect(result.exitCode == 0, "\(result.errorText)")
  }
}
