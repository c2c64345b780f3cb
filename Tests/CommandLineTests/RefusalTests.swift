import Foundation
import TestSupport
import Testing

/// What the program says, and how it ends, when it cannot do what it is asked.
@Suite("Refusals")
struct RefusalTests {
  private struct Refusal: Sendable, CustomTestStringConvertible {
    let line: String
    let exitCode: Int32
    /// Lines of standard error after `amr: `; DIR stands for the working directory.
    let complaints: [String]

    init(_ line: String, _ exitCode: Int32, _ complaints: String...) {
      self.line = line
      self.exitCode = exitCode
      self.complaints = complaints
    }

    var testDescription: String { line }
  }

  private static let table = [
    Refusal("", 64, "missing command. See 'amr --help'."),
    Refusal("rum x", 64, "unknown command 'rum'; did you mean 'run'? See 'amr --help'."),
    Refusal("simulate", 64, "missing SCENARIO for 'amr simulate'. See 'amr simulate --help'."),
    Refusal(
      "simulate tiny.json5", 64,
      "missing option '--out DIR|-' for 'amr simulate'. See 'amr simulate --help'."),
    Refusal(
      "simulate tiny.json5 --out out --thread 2", 64,
      "unknown option '--thread' for 'amr simulate'; did you mean '--threads'? "
        + "See 'amr simulate --help'."),
    Refusal(
      "simulate tiny.json5 --out out --days 0", 64,
      "option '--days' for 'amr simulate' expects a whole number from 1 to 5500, not '0'. "
        + "See 'amr simulate --help'."),
    Refusal(
      "simulate tiny.json5 --out - --json", 64,
      "--json and --out - both want standard output. See 'amr simulate --help'."),
    Refusal(
      "scenario", 64,
      "missing command after 'amr scenario'; expected list, show, check or new. "
        + "See 'amr scenario --help'."),
    Refusal(
      "scenario list more", 64,
      "unexpected argument 'more' for 'amr scenario list'. See 'amr scenario list --help'."),

    Refusal(
      "simulate tiny.json5 --out out --set radio.chanels=3", 65,
      "--set radio.chanels: unknown key; did you mean 'channels'?"),
    Refusal(
      "simulate tiny.json5 --out out --set days=6000", 65,
      "--set days: 6000 is out of range; expected a whole number from 1 to 5500"),
    Refusal(
      "simulate wrong.json5 --out out", 65,
      "wrong.json5:2:9: days: found the text \"x\"; expected a whole number from 1 to 5500",
      "wrong.json5:3:3: seeds: unknown key; did you mean 'seed'?"),
    Refusal(
      "scenario show open.json5", 65,
      "open.json5:2:1: the text ends inside the object opened at line 1, column 1; add the "
        + "missing '}'"),
    Refusal(
      "simulate empty.json5 --out out", 65,
      "empty.json5:1:1: unexpected end of the text where a value is expected; write a number, "
        + "text in quotes, true, false, null, [...] or {...}"),
    Refusal(
      "simulate tiny.json5 --out out --set territory.tracts_csv=open.json5", 65,
      "DIR/open.json5:1: column 'name' is missing; found {"),
    Refusal(
      "simulate tiny.json5 --out out --set territory.served_area_km2=5", 65,
      "DIR/data/tracts.csv: the tracts add up to 2.1 km²; expected at least the 5 km² of "
        + "territory.served_area_km2"),
    Refusal(
      "simulate tiny.json5 --out out --set collectors.min_modules_per_site=1000", 65,
      "tiny: no site has 1000 modules around it; expected at least one collector: lower "
        + "collectors.min_modules_per_site"),

    Refusal(
      "simulate missing.json5 --out out", 66,
      "cannot open missing.json5: No such file or directory"),
    Refusal(
      "scenario check missing.json5", 66, "cannot open missing.json5: No such file or directory"),
    Refusal("scenario show ./data", 66, "./data is a directory; expected a scenario file"),
    Refusal(
      "scenario show nmaed", 66, "no scenario is named 'nmaed'; did you mean 'named'?"),
    Refusal(
      "scenario show tiny", 66,
      "no scenario is named 'tiny'; 'amr scenario list' shows the names, and a file's name ends "
        + "in .json5"),
    Refusal(
      "simulate tiny.json5 --out out --set territory.tracts_csv=none.csv", 66,
      "cannot open DIR/none.csv: No such file or directory"),

    Refusal(
      "simulate tiny.json5 --out tiny.json5/out", 73,
      "cannot create directory tiny.json5: Not a directory"),
    Refusal(
      "simulate tiny.json5 --out /proc/none/out", 73,
      "cannot create directory /proc/none: No such file or directory"),
    Refusal(
      "simulate tiny.json5 --out tiny.json5 --force", 73,
      "tiny.json5 exists; it is no directory: give another --out"),
    Refusal(
      "simulate tiny.json5 --out .", 73, ". exists; give --force to replace it, or another --out"),
    Refusal(
      "simulate tiny.json5 --out / --force", 73,
      "/ exists; --force replaces earlier results only, and there is no simulation.json in it: "
        + "give another --out"),
    Refusal(
      "scenario new --out none/mine.json5", 73,
      "cannot create none/mine.json5: No such file or directory"),
  ]

  @Test("one exact line each, one exit code, nothing written", arguments: table.indices)
  func refusal(index: Int) throws {
    let refusal = Self.table[index]
    let scratch = try scenarioDirectory()
    try write(
      "{ name: \"wrong\",\n  days: \"x\",\n  seeds: 3,\n"
        + "  territory: { tracts_csv: \"data/tracts.csv\" } }\n",
      to: scratch.file("wrong.json5"))
    try write("{\n", to: scratch.file("open.json5"))
    try write("", to: scratch.file("empty.json5"))
    let before = scratch.allFiles()
    let result = try Program.run(refusal.line, in: scratch)
    #expect(result.exitCode == refusal.exitCode, "\(refusal.line)")
    #expect(
      result.errorText.replacing(scratch.path, with: "DIR")
        == refusal.complaints.map { "amr: \($0)\n" }.joined(), "\(refusal.line)")
    #expect(result.output.isEmpty, "\(refusal.line)")
    #expect(scratch.allFiles() == before, "\(refusal.line)")
  }

  @Test func scenariosFromStandardInputAreNamedSo() throws {
    let scratch = try scenarioDirectory()
    let result = try Program.run("scenario show -", in: scratch, input: "{ name: 1, territory: 2 }")
    #expect(result.exitCode == 65)
    #expect(result.errorText.hasPrefix("amr: standard input:1:9: name: "))
  }
}
