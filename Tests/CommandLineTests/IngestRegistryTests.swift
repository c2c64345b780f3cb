import TestSupport
import Testing

@Suite("amr ingest --registry")
struct IngestRegistryTests {
  /// A directory with the uploads and the registry of 80 endpoints, and that registry's lines.
  private static func spool() throws -> (TemporaryDirectory, [String]) {
    let scratch = try scenarioDirectory()
    #expect(try Program.run("simulate tiny.json5 --out sent --quiet", in: scratch).exitCode == 0)
    let lines = try text(of: scratch.file("sent/registry.csv")).split { $0.isNewline }
    return (scratch, lines.map(String.init))
  }

  private static func write(_ lines: [String], _ name: String, in scratch: TemporaryDirectory)
    throws
  {
    try CommandLineTests.write(lines.joined(separator: "\n") + "\n", to: scratch.file(name))
  }

  private static let offset = "--utc-offset -300"

  @Test("of a registry with wrong rows the right ones are taken in, and the rest once it is mended")
  func partlyRefused() throws {
    let (scratch, lines) = try Self.spool()
    let whole = "ingest whole sent/uploads --registry sent/registry.csv \(Self.offset) --quiet"
    #expect(try Program.run(whole, in: scratch).exitCode == 0)
    var wrong = lines
    wrong[4] = wrong[4].replacing(",electric,5,", with: ",electric,9,")
    wrong[9] = wrong[9].replacing("M1008,", with: ",")
    wrong.append(wrong[20])
    try Self.write(wrong, "wrong.csv", in: scratch)
    let refused = try Program.run(
      "ingest store sent/uploads --registry wrong.csv \(Self.offset) --json", in: scratch)
    #expect(refused.exitCode == 65)
    let since = try #require(wrong[20].split(separator: ",").first { $0.hasPrefix("1998-") })
    let overlap =
      "expected rows of one endpoint that follow one another: end one with removed_on before the "
      + "other's installed_on"
    let problems = [
      "wrong.csv:5: dials: found '9'; expected a whole number from 4 to 8",
      "wrong.csv:10: meter_id: the field is empty; expected a number or name",
      "wrong.csv:21: endpoint_id: 1019 is in service from \(since) here and on line 82; \(overlap)",
      "wrong.csv:82: endpoint_id: 1019 is in service from \(since) here and on line 21; \(overlap)",
      "wrong.csv: 77 rows taken in, 4 refused: 2 overlap, 1 meter_id, 1 dials; the endpoints "
        + "concerned keep their earlier rows, and receptions of those that have none wait in "
        + "quarantine",
    ]
    #expect(refused.errorText == problems.map { "amr: \($0)\n" }.joined())
    #expect(
      refused.outputText.contains(
        """
          "registry": {
            "rows": 77,
            "refused": 4,
            "refused_by_reason": {
              "overlap": 2,
              "meter_id": 1,
              "dials": 1
            },
        """), "\(refused.outputText)")
    let info = try Program.run("store info store --json", in: scratch).outputText
    #expect(info.contains("\"endpoints\": 77,"))
    #expect(!refused.outputText.contains("\"unknown_endpoint\": 0"))

    let mended = try Program.run("ingest store --registry sent/registry.csv", in: scratch)
    #expect(mended.exitCode == 0 && mended.errorText == "", "\(mended.errorText)")
    #expect(
      try Program.run("store info store --json", in: scratch).output
        == Program.run("store info whole --json", in: scratch).output)
    #expect(try Program.run("store check store", in: scratch).exitCode == 0)
  }

  @Test("endpoints whose new rows are refused keep those that the store has")
  func earlierRowsStay() throws {
    let (scratch, lines) = try Self.spool()
    let ingest = "ingest store sent/uploads --registry sent/registry.csv \(Self.offset) --quiet"
    #expect(try Program.run(ingest, in: scratch).exitCode == 0)
    let before = try StoreContent(of: scratch.file("store"))
    // Endpoint 1003 is not readable, 1004 is to go and 1005 to take its place.
    var wrong = lines
    wrong[4] = "x" + wrong[4]
    wrong[5] = wrong[5].replacing(",electric,5,", with: ",electric,5.0,")
    wrong[6] = wrong[6].replacing("A1005", with: "A1004")
    try Self.write(wrong, "wrong.csv", in: scratch)
    let result = try Program.run("ingest store --registry wrong.csv --quiet", in: scratch)
    #expect(result.exitCode == 65)
    let errors = result.errorText.split(separator: "\n")
    try #require(errors.count == 4, "\(result.errorText)")
    #expect(errors[0].hasPrefix("amr: wrong.csv:5: endpoint_id: found 'x1003'; "))
    #expect(errors[1].hasPrefix("amr: wrong.csv:6: dials: found '5.0'; "))
    #expect(
      errors[2].hasPrefix("amr: wrong.csv:7: service_point_id: 'A1004' has an electric meter from ")
    )
    #expect(errors[2].contains(" here, 'M1005', and in a row that the store keeps, 'M1004'; "))
    #expect(
      errors[3].contains("77 rows taken in, 3 refused: 1 endpoint_id, 1 dials, 1 two_meters; "))
    #expect(try StoreContent(of: scratch.file("store")).registry == before.registry)
  }

  @Test("of very many refused rows the first are shown")
  func manyRefused() throws {
    let (scratch, lines) = try Self.spool()
    let wrong = (1...150).map { number in
      lines[1].replacing("1000", with: "\(9000 + number)").replacing("electric", with: "steam")
    }
    try Self.write(lines + wrong, "wrong.csv", in: scratch)
    let result = try Program.run(
      "ingest store sent/uploads --registry wrong.csv \(Self.offset) --json", in: scratch)
    #expect(result.exitCode == 65)
    let errors = result.errorText.split(separator: "\n")
    #expect(errors.count == 101)
    #expect(
      errors.last?.hasPrefix(
        "amr: wrong.csv: 80 rows taken in, 150 refused, the first 100 above: 150 commodity; ")
        == true)
    #expect(!result.outputText.contains("\"receptions\": 0,"))
  }

  @Test("the days of a registry are those of the store, also where the offset is not given again")
  func storesDays() throws {
    let (scratch, _) = try Self.spool()
    let ingest = "ingest store sent/uploads --registry sent/registry.csv"
    #expect(try Program.run("\(ingest) \(Self.offset) --quiet", in: scratch).exitCode == 0)
    let before = try StoreContent(of: scratch.file("store"))
    #expect(try Program.run("\(ingest) --quiet", in: scratch).exitCode == 0)
    #expect(try StoreContent(of: scratch.file("store")).registry == before.registry)
  }
}
