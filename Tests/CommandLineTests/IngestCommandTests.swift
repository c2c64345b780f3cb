import TestSupport
import Testing

@Suite("amr ingest")
struct IngestCommandTests {
  @Test("the command that made a store may be given again, and changes nothing")
  func sameCommandAgain() throws {
    let scratch = try scenarioDirectory()
    #expect(try Program.run("simulate tiny.json5 --out sent --quiet", in: scratch).exitCode == 0)
    let uploads = scratch.allFiles().filter { $0.hasSuffix(".amru") }.sorted()
    let command =
      "ingest store \(uploads.joined(separator: " ")) --registry sent/registry.csv "
      + "--utc-offset -300"
    #expect(try Program.run(command, in: scratch).exitCode == 0)
    let first = try Program.run("store info store --json", in: scratch)
    #expect(first.outputText.contains("\"utc_offset_minutes\": -300"))

    let again = try Program.run(command, in: scratch)
    #expect(again.exitCode == 0 && again.errorText == "")
    #expect(try Program.run("store info store --json", in: scratch).output == first.output)

    let other = try Program.run("ingest store \(uploads[0]) --utc-offset 60", in: scratch)
    #expect(other.exitCode == 64)
    #expect(
      other.errorText.hasPrefix(
        "amr: the days of store begin at --utc-offset -300, which cannot change to 60."))
  }

  @Test("a directory among the files is named as input that cannot be read")
  func directory() throws {
    let scratch = try scenarioDirectory()
    #expect(
      try Program.run("simulate tiny.json5 --out sent --quiet", in: scratch).exitCode == 0)
    let result = try Program.run(
      "ingest store sent/uploads --registry sent/registry.csv", in: scratch)
    #expect(result.exitCode == 66)
    #expect(result.errorText == "amr: cannot read sent/uploads: Is a directory\n")
  }
}
