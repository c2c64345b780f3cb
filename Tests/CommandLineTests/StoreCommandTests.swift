import TestSupport
import Testing

@Suite("amr store")
struct StoreCommandTests {
  @Test("closing reports the day as text, as JSON, or not at all")
  func closing() throws {
    let scratch = try scenarioDirectory()
    #expect(try Program.run("simulate tiny.json5 --out u --quiet", in: scratch).exitCode == 0)
    #expect(
      try Program.run("ingest s --registry u/registry.csv --quiet", in: scratch).exitCode == 0)
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
}
