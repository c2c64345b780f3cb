import Foundation
import TestSupport
import Testing

/// `amr store validate`, `history`, `worklist` and `enter`, and what `info` says of validated days.
@Suite("amr store validate and what follows")
struct ValidationCommandTests {
  /// A directory with a store `s` of two closed days.
  private static func store(closed: Bool = true) throws -> TemporaryDirectory {
    let scratch = try scenarioDirectory()
    #expect(try Program.run("simulate tiny.json5 --out u --quiet", in: scratch).exitCode == 0)
    let ingest = "ingest s u/uploads --registry u/registry.csv --utc-offset -300 --quiet"
    #expect(try Program.run(ingest, in: scratch).exitCode == 0)
    if closed {
      let close = "store close s --through 1998-06-02 --quiet"
      #expect(try Program.run(close, in: scratch).exitCode == 0)
    }
    return scratch
  }

  private func refusal(_ line: String, in scratch: TemporaryDirectory) throws -> String {
    let result = try Program.run(line, in: scratch)
    #expect(result.output.isEmpty, "\(line)")
    return "\(result.exitCode) \(result.errorText)"
  }

  @Test("validating tells what was done, as text, as JSON or not at all; again adds nothing")
  func validate() throws {
    let scratch = try Self.store()
    let first = try Program.run("store validate s --through 1998-06-01", in: scratch)
    #expect(first.exitCode == 0 && first.errorText.isEmpty)
    #expect(first.outputText.hasPrefix("s: validated through 1998-06-01\n"))
    let json = try Program.run("store validate s --json --threads 2", in: scratch)
    #expect(json.outputText.contains(#""validated_through": "1998-06-02""#))
    #expect(json.outputText.contains(#""endpoint_days_expected": 160"#))
    let again = try Program.run("store validate s --json", in: scratch)
    #expect(again.outputText.contains(#""versions_added": 0"#))
    let quiet = try Program.run("store validate s --quiet", in: scratch)
    #expect(quiet.exitCode == 0 && quiet.output.isEmpty && quiet.errors.isEmpty)
    let info = try Program.run("store info s", in: scratch).outputText
    #expect(info.contains("closed through 1998-06-02, validated through 1998-06-02; digest "))
    #expect(info.contains("chronic non-readers (the last two)"))
    let infoJSON = try Program.run("store info s --json", in: scratch).outputText
    #expect(infoJSON.contains(#""validated_through": "1998-06-02""#))
    #expect(infoJSON.contains(#""state": "validated""#))
    #expect(infoJSON.contains(#""chronic_non_readers": "#))
    #expect(try Program.run("store check s", in: scratch).exitCode == 0)
  }

  @Test("endpoints that are read daily and once a month are told apart")
  func services() throws {
    let scratch = try scenarioDirectory()
    #expect(try Program.run("simulate tiny.json5 --out u --quiet", in: scratch).exitCode == 0)
    let registry = try String(contentsOfFile: scratch.file("u/registry.csv"), encoding: .utf8)
    var lines = registry.split(separator: "\r\n", omittingEmptySubsequences: false)
    for row in 1...20 { lines[row] = lines[row].dropLast("daily".count) + "monthly" }
    try lines.joined(separator: "\r\n")
      .write(toFile: scratch.file("r.csv"), atomically: true, encoding: .utf8)
    for line in [
      "ingest s u/uploads --registry r.csv --utc-offset -300 --quiet",
      "store close s --through 1998-06-02 --quiet", "store validate s --quiet", "store check s",
    ] {
      #expect(try Program.run(line, in: scratch).exitCode == 0, "\(line)")
    }
    let info = try Program.run("store info s", in: scratch).outputText
    #expect(info.contains("monthly endpoints") && info.contains("monthly reads due"))
    let months = info.split(separator: "\n").filter { $0.hasPrefix("1998-06 ") }
    #expect(months.map { $0.split(separator: " ")[1] } == ["daily", "monthly"])
    #expect(months[0].split(separator: " ")[2] == "120", "60 of 80 endpoints, 2 days")
    let json = try Program.run("store info s --json", in: scratch).outputText
    #expect(json.contains(#""monthly": {"#))
  }

  @Test("before anything is validated, and before anything is closed")
  func nothingYet() throws {
    let scratch = try Self.store(closed: false)
    #expect(
      try refusal("store validate s", in: scratch)
        == "73 amr: s: no day with reads is closed; close the days that are complete first with "
        + "'amr store close s --through DAY'\n")
    #expect(
      try refusal("store worklist s", in: scratch)
        == "65 amr: s: nothing is validated; run 'amr store validate s'\n")
    let info = try Program.run("store info s --json", in: scratch).outputText
    #expect(info.contains(#""validated_through": null"#) && info.contains(#""performance": null"#))
  }

  @Test("what cannot be done is refused with one line")
  func refusals() throws {
    let scratch = try Self.store()
    #expect(try Program.run("store validate s --quiet", in: scratch).exitCode == 0)
    #expect(
      try refusal("store validate s --through 1998-06-03", in: scratch)
        == "64 amr: 1998-06-03 is not closed; in s days are closed through 1998-06-02: close it "
        + "first with 'amr store close'. See 'amr store validate --help'.\n")
    #expect(
      try refusal("store validate s --through 1998-05-31", in: scratch)
        == "64 amr: there is nothing to validate through 1998-05-31: the first day with reads in s is "
        + "1998-06-01. See 'amr store validate --help'.\n")
    #expect(
      try refusal("store history s 7", in: scratch)
        == "65 amr: s: the registry has no endpoint 7; what was received of it is in the table "
        + "quarantine\n")
    #expect(
      try refusal("store history s x", in: scratch)
        == "64 amr: 'x' is not an endpoint; expected a whole number from 1 to 4294967295. See "
        + "'amr store history --help'.\n")
    #expect(
      try refusal("store worklist s --month 1998-07", in: scratch)
        == "64 amr: 1998-07 is not validated in s; expected one of 1998-06. See 'amr store worklist "
        + "--help'.\n")
    #expect(
      try refusal("store worklist s --price steam=1", in: scratch)
        == "64 amr: --price steam=1: expected electric, gas or water before the '='. See 'amr store "
        + "worklist --help'.\n")
    for price in ["electric=1.23456", "electric=", "electric=-1", "electric=1.", "electric=.5"] {
      #expect(
        try refusal("store worklist s --price \(price)", in: scratch)
          == "64 amr: --price \(price): expected dollars a unit with at most four decimals, such as "
          + "0.1234. See 'amr store worklist --help'.\n")
    }
    for command in ["validate none", "worklist none", "history none 7"] {
      #expect(
        try refusal("store \(command)", in: scratch)
          == "66 amr: cannot open none/store.json: No such file or directory\n")
    }
  }

  @Test("entries are taken in once, and the next validation goes by them")
  func enter() throws {
    let scratch = try Self.store()
    #expect(try Program.run("store validate s --quiet", in: scratch).exitCode == 0)
    let header = "endpoint_id,day,quality,register,note\n"
    try write(header + "1000,1998-06-02,verified,77,\"J. Doe, seen\"\n", to: scratch.file("e.csv"))
    let entered = try Program.run("store enter s e.csv", in: scratch)
    #expect(
      entered.outputText
        == "s: 1 of 1 entries are new; 'amr store validate' goes by them\n")
    #expect(
      try Program.run("store enter s e.csv --json", in: scratch).outputText == """
        {
          "entries": 1,
          "versions_added": 0
        }

        """)
    let info = try Program.run("store info s --json", in: scratch).outputText
    #expect(info.contains(#""validated_through": "1998-06-01""#))
    #expect(try Program.run("store validate s --quiet", in: scratch).exitCode == 0)
    let history = try Program.run("store history s 1000 --from 1998-06-02 --json", in: scratch)
    #expect(history.outputText.contains(#""note": "J. Doe, seen""#))
    #expect(!history.outputText.contains(#""day": "1998-06-01""#))
    let text = try Program.run("store history s 1000", in: scratch).outputText
    #expect(text.hasPrefix("endpoint 1000: electric meter ") && text.contains("J. Doe, seen"))
    try write(header + "1000,1998-06-03,verified,77,x\n", to: scratch.file("open.csv"))
    #expect(
      try refusal("store enter s open.csv", in: scratch)
        == "65 amr: 1998-06-03 is not closed; entries are for days that are: close it first\n")
    try write(header + "7,1998-06-02,verified,77,x\n", to: scratch.file("unknown.csv"))
    #expect(
      try refusal("store enter s unknown.csv", in: scratch)
        == "65 amr: endpoint 7 on 1998-06-02: the registry has no such endpoint\n")
    try write(header, to: scratch.file("empty.csv"))
    #expect(
      try refusal("store enter s empty.csv", in: scratch)
        == "65 amr: empty.csv:1: expected at least one row below the header\n")
    #expect(
      try refusal("store enter s none.csv", in: scratch)
        == "66 amr: cannot open none.csv: No such file or directory\n")
  }

  @Test("the work list is a CSV, by money, on standard output or in a file")
  func workList() throws {
    let scratch = try Self.store()
    // Some endpoints of the scenario are too far from any collector.
    #expect(try Program.run("store validate s --quiet", in: scratch).exitCode == 0)
    let list = try Program.run("store worklist s", in: scratch)
    #expect(list.exitCode == 0)
    let lines = list.outputText.split(whereSeparator: \.isNewline)
    #expect(
      lines[0]
        == "rank,endpoint_id,meter_id,account_id,cycle,commodity,reasons,first_day,last_day,units,"
        + "unit,dollars,partner_id,what_to_do")
    try #require(lines.count > 2)
    #expect(lines[1].hasPrefix("1,1002,M1002,A1002,1,electric,no_read,1998-05-03,1998-06-02,"))
    #expect(lines[1].hasSuffix(",,\"visit the module, or read the meter by hand\""))
    let file = try Program.run("store worklist s --out w.csv --price electric=0.5", in: scratch)
    #expect(file.outputText.hasPrefix("w.csv: \(lines.count - 1) endpoints of 1998-06, "))
    let written = try text(of: scratch.file("w.csv")).split(whereSeparator: \.isNewline)
    #expect(written.count == lines.count)
    let json = try Program.run("store worklist s --json --month 1998-06", in: scratch)
    #expect(json.outputText.contains(#""endpoint_id": 1002"#))
  }
}
