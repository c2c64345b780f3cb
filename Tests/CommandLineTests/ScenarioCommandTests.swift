import Glibc
import TestSupport
import Testing

@Suite("amr scenario")
struct ScenarioCommandTests {
  @Test func helpAndVersion() throws {
    let scratch = try TemporaryDirectory()
    let help = try Program.run("--help", in: scratch)
    #expect(help.exitCode == 0 && help.errors.isEmpty)
    #expect(help.outputText.hasPrefix("amr simulates automatic meter reading"))
    let version = try Program.run("--version", in: scratch)
    #expect(version.exitCode == 0 && version.errors.isEmpty)
    #expect(version.outputText.hasPrefix("amr 0."))
  }

  @Test func listShowsThoseHereAndThoseThatShip() throws {
    let scratch = try scenarioDirectory()
    try write("{", to: scratch.file("Scenarios/broken.json5"))
    // It stands for the shipped one of the same name.
    try write(tinyScenario, to: scratch.file("Scenarios/smoke-1k.json5"))
    let list = try Program.run("scenario list", in: scratch)
    #expect(list.exitCode == 0 && list.errors.isEmpty)
    let lines = list.outputText.split(separator: "\n").map { words(String($0)).prefix(5) }
    #expect(lines.first == ["name", "modules", "days", "description"])
    #expect(lines.contains(["named", "80", "2", "80", "modules"]))
    #expect(lines.contains(["smoke-1k", "80", "2", "80", "modules"]))
    #expect(lines.contains(["broken", "-", "-", "not", "valid:"]))
    #expect(lines.contains { $0.starts(with: ["duquesne-1998", "615,000", "30"]) })
    let json = try Program.run("scenario list --json", in: scratch)
    #expect(
      json.outputText.contains(
        """
          {
            "name": "named",
            "file": "Scenarios/named.json5",
            "valid": true,
            "modules": 80,
            "days": 2,
            "description": "80 modules"
          }
        """))
  }

  @Test func showIsAScenarioThatMeansTheSame() throws {
    let scratch = try scenarioDirectory()
    let shown = try Program.run(
      "scenario show tiny.json5 --set seed=7 --set radio.channels=3", in: scratch)
    #expect(shown.exitCode == 0 && shown.errors.isEmpty)
    #expect(shown.outputText.contains("  seed: 7,\n"))
    #expect(shown.outputText.contains("    channels: 3,\n"))
    #expect(shown.outputText.contains("/data/tracts.csv\","))
    let elsewhere = try TemporaryDirectory()
    let again = try Program.run("scenario show -", in: elsewhere, input: shown.outputText)
    #expect(again.output == shown.output)
    let json = try Program.run("scenario show named --json", in: scratch)
    #expect(json.outputText.contains("\n    \"modules\": 80,\n"))
    #expect(json.outputText.contains("/Scenarios/data/tracts.csv\","))
    #expect(try Program.run("scenario show -", in: scratch, input: json.outputText).exitCode == 0)
  }

  @Test func checkSaysOkOrEverythingThatIsWrong() throws {
    let scratch = try scenarioDirectory()
    let good = try Program.run("scenario check tiny.json5 named", in: scratch)
    #expect(good.exitCode == 0 && good.errors.isEmpty)
    #expect(good.outputText == "tiny.json5: ok\nScenarios/named.json5: ok\n")
    #expect(try Program.run("scenario check tiny.json5 --quiet", in: scratch).output.isEmpty)
    try write(
      "{\n  name: \"bad\",\n  dayz: 2,\n  seed: -1,\n  territory: { tracts_csv: \"t.csv\" },\n}\n",
      to: scratch.file("bad.json5"))
    let bad = try Program.run("scenario check bad.json5 tiny.json5", in: scratch)
    #expect(bad.exitCode == 1 && bad.errors.isEmpty)
    #expect(
      bad.outputText == """
        bad.json5:3:3: dayz: unknown key; did you mean 'days'?
        bad.json5:4:9: seed: -1 is out of range; expected a whole number from 0 to \
        9223372036854775807
        tiny.json5: ok

        """)
    let json = try Program.run("scenario check tiny.json5 --json", in: scratch)
    #expect(
      json.outputText
        == "[\n  {\n    \"scenario\": \"tiny.json5\",\n    \"ok\": true,\n    \"problems\": [],\n    \"notes\": []\n  }\n]\n"
    )
  }

  /// Faults of the files that a scenario names, and what `check` says of them.
  @Test(
    arguments: [
      (nil, "cannot open DIR/data/tracts.csv: No such file or directory"),
      ("", "DIR/data/tracts.csv:1: the file is empty; expected a row of column names"),
      (
        "name,latitude_deg,longitude_deg,land_area_km2,housing_units\nx,91,0,1,1\n",
        "DIR/data/tracts.csv:2: latitude_deg: found '91'; expected a number from -90 to 90"
      ),
      (
        "name,latitude_deg,longitude_deg,land_area_km2,housing_units\nx,40,-80,1,1\n",
        "DIR/data/tracts.csv: the tracts add up to 1 km²; expected at least the 2 km² of "
          + "territory.served_area_km2"
      ),
    ] as [(String?, String)])
  func checkReadsTheFiles(tracts: String?, complaint: String) throws {
    let scratch = try scenarioDirectory()
    let file = scratch.file("data/tracts.csv")
    if let tracts { try write(tracts, to: file) } else { remove(file) }
    let result = try Program.run("scenario check tiny.json5", in: scratch)
    #expect(result.exitCode == 1)
    #expect(
      result.outputText.replacing(scratch.path, with: "DIR") == complaint + "\n")
  }

  @Test func newWritesATemplateOnce() throws {
    let scratch = try scenarioDirectory()
    let printed = try Program.run("scenario new", in: scratch)
    #expect(printed.exitCode == 0)
    let written = try Program.run("scenario new --out mine.json5", in: scratch)
    #expect(written.exitCode == 0 && written.output.isEmpty && written.errors.isEmpty)
    #expect(try text(of: scratch.file("mine.json5")) == printed.outputText)
    let again = try Program.run("scenario new --out mine.json5", in: scratch)
    #expect(again.exitCode == 73)
    #expect(again.errorText == "amr: mine.json5 exists; give another name with --out\n")
    let json = try Program.run("scenario new --json --out other.json5", in: scratch)
    #expect(
      json.outputText
        == "{\n  \"file\": \"other.json5\",\n  \"bytes\": \(printed.output.count)\n}\n")
    let shown = try Program.run("scenario show mine.json5 --json", in: scratch)
    #expect(shown.exitCode == 0)
  }
}
