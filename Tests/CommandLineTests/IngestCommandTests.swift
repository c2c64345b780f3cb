import DurableFiles
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

  @Test("a directory stands for the upload files in it, and one without any is an error")
  func directory() throws {
    let scratch = try scenarioDirectory()
    #expect(
      try Program.run("simulate tiny.json5 --out sent --quiet", in: scratch).exitCode == 0)
    let files = scratch.allFiles().filter { $0.hasSuffix(".amru") }
    try write("not an upload", to: scratch.file("sent/uploads/notes.txt"))
    let result = try Program.run(
      "ingest store sent/uploads --registry sent/registry.csv --json", in: scratch)
    #expect(result.exitCode == 0, "\(result.errorText)")
    #expect(result.outputText.contains("\"uploads\": \(files.count),"))
    let none = try Program.run("ingest store sent --registry sent/registry.csv", in: scratch)
    #expect(none.exitCode == 66)
    #expect(none.errorText == "amr: sent: the directory has no files named *.amru\n")
  }

  @Test("uploads from the future and of unlisted collectors are named, and lost only until mended")
  func refusedUploads() throws {
    let scratch = try scenarioDirectory()
    #expect(
      try Program.run("simulate tiny.json5 --out sent --quiet", in: scratch).exitCode == 0)
    let whole = "ingest whole sent/uploads --registry sent/registry.csv"
    #expect(try Program.run(whole, in: scratch).exitCode == 0)
    let ingest = "ingest store sent/uploads --registry sent/registry.csv"
    let early = try Program.run(ingest + " --as-of 1990-01-01T00:00:00Z --json", in: scratch)
    #expect(early.exitCode == 65)
    #expect(early.outputText.contains("\"receptions\": 0,"))
    #expect(early.errorText.contains("amr: sent/uploads/s00000001-c000001.amru: byte 0: upload 1 "))
    #expect(early.errorText.contains("more than an hour after it came; set the collector's clock"))
    try write("collector_id\n4000\n", to: scratch.file("others.csv"))
    let foreign = try Program.run(ingest + " --collectors others.csv", in: scratch)
    #expect(foreign.exitCode == 65)
    #expect(foreign.errorText.contains("of collector 1: the collector is not on the store's list"))
    let mended = try Program.run(ingest + " --collectors sent/collectors.csv", in: scratch)
    #expect(mended.exitCode == 0 && mended.errorText == "", "\(mended.errorText)")
    #expect(
      try Program.run("store info store --json", in: scratch).output
        == Program.run("store info whole --json", in: scratch).output)
    let time = try Program.run(ingest + " --as-of yesterday", in: scratch)
    #expect(time.exitCode == 64)
    #expect(time.errorText.contains("expects an instant in UTC such as 1998-07-01T11:00:00Z"))
  }

  @Test("a stream with torn uploads and strange bytes loses only those, and says where")
  func damagedStream() throws {
    let scratch = try scenarioDirectory()
    #expect(try Program.run("simulate tiny.json5 --out sent --quiet", in: scratch).exitCode == 0)
    let names = scratch.allFiles().filter { $0.hasSuffix(".amru") }.sorted()
    let uploads = try names.map { try FileSystem.system.readFile(scratch.file($0)) }
    try #require(uploads.count > 4)
    let torn = Array(uploads[0].dropLast(30))
    var stream = torn + uploads[1] + Array("?????".utf8)
    for upload in uploads[2...] { stream += upload }
    stream += uploads[0].prefix(60)
    try FileSystem.system.writeAtomically(stream, to: scratch.file("spool"))
    let result = try Program.run(
      "ingest store spool --registry sent/registry.csv --json", in: scratch)
    #expect(result.exitCode == 65)
    #expect(result.outputText.contains("\"uploads\": \(uploads.count - 1),"))
    let garbage = torn.count + uploads[1].count
    let end = stream.count - 60
    let lines = result.errorText.split(separator: "\n")
    try #require(lines.count == 3)
    #expect(lines[0].hasPrefix("amr: spool: byte 0, \(torn.count) bytes: the upload is cut short"))
    #expect(lines[1].hasPrefix("amr: spool: byte \(garbage), 5 bytes: this is not a collector's"))
    #expect(lines[2].hasPrefix("amr: spool: byte \(end), 60 bytes: the upload is cut short after"))
  }

  @Test("of very many damaged places the first are shown, and all are in quarantine")
  func manyDamagedPlaces() throws {
    let scratch = try scenarioDirectory()
    #expect(try Program.run("simulate tiny.json5 --out sent --quiet", in: scratch).exitCode == 0)
    let name = try #require(scratch.allFiles().first { $0.hasSuffix(".amru") })
    let upload = try FileSystem.system.readFile(scratch.file(name))
    let stream = [[UInt8]](repeating: upload + [0], count: 150).flatMap { $0 }
    try FileSystem.system.writeAtomically(stream, to: scratch.file("spool"))
    let result = try Program.run(
      "ingest store spool --registry sent/registry.csv --json", in: scratch)
    #expect(result.exitCode == 65)
    let lines = result.errorText.split(separator: "\n")
    #expect(lines.count == 101)
    #expect(lines.last == "amr: and 50 more; the table quarantine has all of them")
    #expect(result.outputText.contains("\"damaged_upload\": 150,"))
    #expect(result.outputText.contains("\"repeated_uploads\": 149,"))
  }
}
