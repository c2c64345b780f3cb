import Glibc
import JSON5
import TestSupport
import Testing

/// Runs the built program at its tiny size: whatever it measures must still work and be repeatable.
@Suite("amr-bench")
struct AMRBenchTests {
  /// The package's directory, three levels above this file.
  static let package = #filePath.split(separator: "/").dropLast(3)
    .reduce("") { "\($0)/\($1)" }

  /// The build puts the program beside the test runner.
  static func program() throws -> String {
    let runner = try #require(realpath("/proc/self/exe", nil))
    defer { free(runner) }
    return String(cString: runner).split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
      + "/amr-bench"
  }

  static func run(_ arguments: [String]) throws -> CommandResult {
    try runCommand(try program(), arguments, directory: package)
  }

  static func results(in path: String) throws -> [JSON5Value] {
    try #require(try json(in: path)["benchmarks"]?.array)
  }

  private static func json(in path: String) throws -> JSON5Value {
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
    return try JSON5.parse(bytes, source: path)
  }

  @Test("Every benchmark runs at its tiny size and is in the table and the file")
  func everyBenchmarkRuns() throws {
    let scratch = try TemporaryDirectory()
    let names = try Self.run(["--list"]).outputText.split(separator: "\n").map(String.init)
    let groups = Set(names.map { $0.prefix { $0 != "/" } })
    #expect(
      groups == [
        "census-kernel", "event-queue", "on-demand", "link-budget", "upload-read", "head-end",
        "store-encode",
        "csv-rows", "registry", "validation",
        "billing-determinants", "checksums", "generators", "end-to-end-smoke",
      ])
    let path = scratch.file("results.json")
    let run = try Self.run(["--size", "tiny", "--repeats", "2", "--json", path])
    try #require(run.exitCode == 0, "\(run.errorText)")
    let results = try Self.results(in: path)
    #expect(results.compactMap { $0["name"]?.string } == names)
    for result in results {
      let name = try #require(result["name"]?.string)
      let items = try #require(result["items"]?.integer)
      let digest = try #require(result["digest"]?.string)
      #expect(items > 0, "\(name)")
      #expect(digest.utf8.count == 32, "\(name)")
      #expect(run.outputText.contains("\n\(name) "), "\(name) is not in the table")
      #expect(run.outputText.contains(digest.prefix(12)), "\(name)")
    }
  }

  @Test("--compare prints a ratio for each benchmark and tells whether its result is the same")
  func comparisonPrintsRatios() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("old.json")
    let options = ["--filter", "checksums", "--size", "tiny", "--repeats", "1"]
    #expect(try Self.run(options + ["--json", path]).exitCode == 0)
    let digest = try #require(try Self.results(in: path)[0]["digest"]?.string)

    let same = try Self.run(options + ["--compare", path])
    #expect(same.exitCode == 0)
    let rows = same.outputText.split(separator: "\n").filter { $0.hasSuffix("  same") }
    #expect(rows.count == 4)
    for row in rows {
      let ratio = try #require(Double(row.split(separator: " ").dropLast().last ?? ""))
      #expect(ratio > 0)
    }

    let edit = try runCommand(
      "/bin/sed", ["-i", "s/\(digest)/\(String(digest.reversed()))/", path])
    #expect(edit.exitCode == 0)
    let changed = try Self.run(options + ["--compare", path])
    #expect(changed.exitCode == 1)
    #expect(changed.outputText.contains("CHANGED"))
  }

  @Test("--dedup finds the reads of a directory of uploads and prints their sums")
  func deduplicationOfASpool() throws {
    let scratch = try TemporaryDirectory()
    let spool = scratch.file("spool")
    let amr = try Self.program().dropLast("-bench".count)
    let simulation = try runCommand(
      String(amr), ["simulate", "smoke-1k", "--out", spool, "--quiet"], directory: Self.package)
    try #require(simulation.exitCode == 0, "\(simulation.errorText)")
    let path = scratch.file("result.json")
    let run = try Self.run(["--dedup", spool, "--json", path])
    try #require(run.exitCode == 0, "\(run.errorText)")
    let result = try Self.json(in: path)
    // Another way to the same reads: the store that the head-end's own command makes.
    let store = scratch.file("store")
    let ingest = try runCommand(
      String(amr),
      [
        "ingest", store, "\(spool)/uploads", "--registry", "\(spool)/registry.csv",
        "--utc-offset", "-300", "--quiet",
      ])
    try #require(ingest.exitCode == 0, "\(ingest.errorText)")
    let info = try runCommand(String(amr), ["store", "info", store, "--json"])
    let stored = try JSON5.parse(info.output, source: "store info")
    #expect(result["reads"]?.integer == stored["reads"]?.integer)
    #expect(result["register_sum"]?.integer == stored["register_sum"]?.integer)
    #expect(result["reads"]?.integer ?? 0 > 9_000)
    #expect(result["quarantined"]?.integer == 0)
    #expect(run.outputText.contains("M receptions per core-second"))
  }

  @Test(
    "A wrong command line is refused with one line",
    arguments: [
      ["--stream", "sideways"], ["--filter", "nothing"], ["--size", "huge"], ["--repeats", "0"],
      ["--frames", "99"],
      ["--repeats"], ["--dedup"],
      ["fast"],
    ])
  func wrongOptionsAreRefused(arguments: [String]) throws {
    let run = try Self.run(arguments)
    #expect(run.exitCode == 64)
    #expect(run.output.isEmpty)
    #expect(run.errorText.split(separator: "\n").count == 1)
    #expect(run.errorText.contains(arguments.last!))
  }

  @Test("Counting instructions prints a figure per item, or why it cannot")
  func instructionsAreCounted() throws {
    let run = try Self.run(["--instructions", "--filter", "checksums/bch"])
    try #require(run.exitCode == 0, "\(run.errorText)")
    if run.outputText.contains("cannot be counted") { return }
    let line = try #require(
      run.outputText.split(separator: "\n").first { $0.hasPrefix("checksums/bch: ") })
    let perByte = try #require(Double(line.split(separator: " ")[1]))
    #expect(perByte > 0 && perByte < 100)
  }
}
