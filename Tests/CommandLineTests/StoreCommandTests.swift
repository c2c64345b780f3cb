import Foundation
import TestSupport
import Testing

@Suite("amr store")
struct StoreCommandTests {
  /// A directory with a store `s` of two days.
  private static func store() throws -> TemporaryDirectory {
    let scratch = try scenarioDirectory()
    #expect(try Program.run("simulate tiny.json5 --out u --quiet", in: scratch).exitCode == 0)
    let uploads = scratch.allFiles().filter { $0.hasSuffix(".amru") }.sorted()
    let ingest =
      "ingest s \(uploads.joined(separator: " ")) --registry u/registry.csv "
      + "--utc-offset -300 --quiet"
    #expect(try Program.run(ingest, in: scratch).exitCode == 0)
    return scratch
  }

  @Test("closing reports the day as text, as JSON, or not at all")
  func closing() throws {
    let scratch = try Self.store()
    let close = "store close s --through"
    #expect(
      try Program.run("\(close) 1998-06-01", in: scratch).outputText
        == "s: closed through 1998-06-01\n")
    #expect(
      try Program.run("\(close) 1998-06-02 --json", in: scratch).outputText == """
        {
          "closed_through": "1998-06-02"
        }

        """)
    let quiet = try Program.run("\(close) 1998-06-03 --quiet", in: scratch)
    #expect(quiet.exitCode == 0 && quiet.outputText.isEmpty)
  }

  @Test("a day that is not over, or long after the last reads, is not closed")
  func closingTooMuch() throws {
    let scratch = try Self.store()
    let ahead = try Program.run("store close s --through 1998-07-04", in: scratch)
    #expect(ahead.exitCode == 64)
    #expect(
      ahead.errorText
        == "amr: 1998-07-04 is more than 31 days after 1998-06-02, the last day with reads in s; "
        + "expected 1998-07-03 or before. See 'amr store close --help'.\n")
    let future = try Program.run("store close s --through 9999-12-31", in: scratch)
    #expect(future.exitCode == 64)
    #expect(
      future.errorText.hasPrefix(
        "amr: 9999-12-31 cannot be closed before it is over: in s today is"))
    #expect(
      try Program.run("store info s --json", in: scratch).outputText
        .contains(#""closed_through": null"#))
    #expect(try Program.run("store close s --through 1998-07-03", in: scratch).exitCode == 0)
    let empty = "ingest empty - --registry u/registry.csv --quiet"
    #expect(try Program.run(empty, in: scratch).exitCode == 0)
    #expect(try Program.run("store close empty --through 9999-12-31", in: scratch).exitCode == 64)
    #expect(try Program.run("store close empty --through 2001-01-01", in: scratch).exitCode == 0)
  }

  @Test("check: 0 for a sound store, 1 with a line per fault, 66 for none")
  func check() throws {
    let scratch = try Self.store()
    let sound = try Program.run("store check s", in: scratch)
    #expect(sound.exitCode == 0 && sound.errorText.isEmpty)
    #expect(sound.outputText.hasPrefix("s: ok, "))
    #expect(sound.outputText.contains("left over, for 'amr store vacuum': 0 replaced files"))
    #expect(try Program.run("store check s --quiet", in: scratch).output.isEmpty)
    #expect(
      try Program.run("store check s --json", in: scratch).outputText.contains(#""faults": []"#))

    let data = try #require(scratch.allFiles().first { $0.contains("reads/month") })
    try FileManager.default.removeItem(atPath: scratch.file(data))
    let log = try #require(scratch.allFiles().last { $0.contains("s/reads/_delta_log") })
    try FileManager.default.removeItem(atPath: scratch.file("s/store.json"))
    try write("{}", to: scratch.file("s/store.json"))
    let damaged = try Program.run("store check s", in: scratch)
    #expect(damaged.exitCode == 1 && damaged.errorText.isEmpty)
    #expect(
      damaged.outputText == """
        s/store.json: expected "format": "amr-store/1"; this is not a store
        \(data): missing, though the log says that it is live; restore it from a copy

        """)
    try FileManager.default.removeItem(atPath: scratch.file(log))
    #expect(
      try Program.run("store check s", in: scratch).outputText
        .contains("was committed (last_commit.json); restore the log files after"))
    let none = try Program.run("store check u", in: scratch)
    #expect(none.exitCode == 66)
    #expect(none.errorText == "amr: cannot open u/store.json: No such file or directory\n")
  }

  @Test("a damaged store is refused with one line and its exit code")
  func refusals() throws {
    let scratch = try Self.store()
    let settings = try text(of: scratch.file("s/store.json"))
    try write(settings.replacing("-300", with: "60"), to: scratch.file("s/store.json"))
    for command in ["store info s", "store close s --through 1998-06-01", "export s --out b"] {
      let result = try Program.run(command, in: scratch)
      #expect(result.exitCode == 65, "\(command)")
      #expect(
        result.errorText
          == "amr: s/store.json: utc_offset_minutes is 60, but the days of this store begin at "
          + "-300, which cannot change; put -300 back\n", "\(command)")
    }
    try write(settings, to: scratch.file("s/store.json"))
    let log = try #require(scratch.allFiles().first { $0.contains("s/uploads/_delta_log") })
    try FileManager.default.removeItem(atPath: scratch.file(log))
    let result = try Program.run("store info s", in: scratch)
    #expect(result.exitCode == 65)
    #expect(
      result.errorText
        == "amr: s/uploads: version 0 is missing from the log; restore it from a copy\n")
  }

  @Test("a registry that forgets endpoints is bad data, and changes nothing")
  func registry() throws {
    let scratch = try Self.store()
    let lines = try text(of: scratch.file("u/registry.csv")).split { $0.isNewline }
    try write(
      lines.dropLast().joined(separator: "\n") + "\n", to: scratch.file("less.csv"))
    let before = scratch.allFiles()
    let result = try Program.run("ingest s --registry less.csv", in: scratch)
    #expect(result.exitCode == 65)
    #expect(result.errorText.contains("the registry lacks 1 endpoints that s has"))
    #expect(scratch.allFiles() == before)
  }

  @Test("optimize says what it made of each month, and that there is nothing to do")
  func optimize() throws {
    let scratch = try Self.store()
    #expect(
      try Program.run("store optimize s", in: scratch).outputText
        == "s: no day with reads is closed; 'amr store close' closes days\n")
    #expect(try Program.run("store close s --through 1998-06-02", in: scratch).exitCode == 0)
    let first = try Program.run("store optimize s --json", in: scratch)
    #expect(first.exitCode == 0 && first.errorText.isEmpty)
    #expect(first.outputText.contains(#""is_rewritten": true"#))
    let again = try Program.run("store optimize s", in: scratch).outputText.split(separator: "\n")
    #expect(again[0].hasPrefix("month") && again[0].contains("bytes per row"))
    #expect(again[1].hasPrefix("1998-06") && again[2] == "s: 0 of 1 month rewritten")
    #expect(try Program.run("store check s", in: scratch).exitCode == 0)
    #expect(try Program.run("store optimize s --quiet", in: scratch).output.isEmpty)
    #expect(try Program.run("store optimize absent", in: scratch).exitCode == 66)
  }

  @Test("vacuum says what it removes, and what it would")
  func vacuum() throws {
    let scratch = try Self.store()
    try write("x", to: scratch.file("s/reads/.x.parquet.tmp-1-1"))
    try write("xx", to: scratch.file("s/uploads/never.parquet"))
    let would = try Program.run("store vacuum s --dry-run", in: scratch)
    #expect(would.exitCode == 0)
    #expect(
      would.outputText
        == "s: would remove 0 replaced files (0 bytes), 0 uncommitted files (0 bytes), "
        + "1 temporary files (1 bytes)\n")
    let removed = try Program.run("store vacuum s --retention-days 0 --json", in: scratch)
    #expect(
      removed.outputText == """
        {
          "dry_run": false,
          "removed": {
            "replaced": {
              "files": 0,
              "bytes": 0
            },
            "uncommitted": {
              "files": 1,
              "bytes": 2
            },
            "temporary": {
              "files": 1,
              "bytes": 1
            }
          }
        }

        """)
    #expect(try Program.run("store vacuum s --quiet", in: scratch).output.isEmpty)
  }
}
