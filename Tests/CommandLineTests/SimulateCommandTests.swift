import CollectorUpload
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("amr simulate")
struct SimulateCommandTests {
  /// The files of a directory with their content, without the costs of the run.
  private func tree(_ scratch: TemporaryDirectory, _ directory: String) throws -> [String: [UInt8]]
  {
    var tree: [String: [UInt8]] = [:]
    for file in scratch.allFiles() where file.hasPrefix(directory + "/") {
      let name = String(file.dropFirst(directory.count + 1))
      tree[name] = Array(try Data(contentsOf: URL(fileURLWithPath: scratch.file(file))))
    }
    tree["simulation.json"] = Array(try figures(scratch, directory).joined(separator: "\n").utf8)
    return tree
  }

  /// The lines of `simulation.json` that tell what was simulated, not what it cost.
  private func figures(_ scratch: TemporaryDirectory, _ directory: String) throws -> [Substring] {
    let lines = try text(of: scratch.file("\(directory)/simulation.json")).split(separator: "\n")
    return Array(lines.prefix { !$0.contains("\"seconds\"") })
  }

  private func figure(_ name: String, _ scratch: TemporaryDirectory, _ directory: String) throws
    -> String
  {
    let line = try #require(try figures(scratch, directory).first { $0.contains("\"\(name)\": ") })
    return line.split(separator: " ")[1].trimmingCharacters(in: ["\"", ","])
  }

  private func rows(_ scratch: TemporaryDirectory, _ path: String) throws -> [[String]] {
    try text(of: scratch.file(path)).split(separator: "\r\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  private func uploads(_ bytes: [UInt8]) throws -> [Upload] {
    var reader = UploadReader()
    reader.feed(bytes)
    reader.finish()
    var uploads: [Upload] = []
    while let upload = try reader.next() { uploads.append(upload) }
    return uploads
  }

  @Test func theDirectoryIsWholeAndConsistent() throws {
    let scratch = try scenarioDirectory()
    let result = try Program.run("simulate tiny.json5 --out new/out/ --seed 3", in: scratch)
    #expect(result.exitCode == 0 && result.errors.isEmpty)
    #expect(result.outputText.hasPrefix("scenario tiny, seed 3, digest "))
    let tree = try tree(scratch, "new/out")
    #expect(try Program.run("scenario check new/out/scenario.json5", in: scratch).exitCode == 0)

    let collectors = try #require(Int(try figure("collectors", scratch, "new/out")))
    #expect(collectors > 2)
    #expect(try figure("uploads", scratch, "new/out") == String(4 * collectors))
    var receptions = 0
    for (name, bytes) in tree where name.hasPrefix("uploads/") {
      let upload = try #require(try uploads(bytes).first)
      #expect(
        name == "uploads/"
          + uploadFileName(
            collector: upload.header.collector, sequence: upload.header.sequence))
      receptions += upload.header.recordCount
    }
    #expect(receptions > 80)
    #expect(try figure("receptions_uploaded", scratch, "new/out") == String(receptions))

    let registry = try rows(scratch, "new/out/registry.csv")
    #expect(registry.count == 81)
    #expect(registry[1][0] == "1000" && registry[80][0] == "1079")

    let deliveries = try rows(scratch, "new/out/deliveries.csv")
    #expect(deliveries[0] == ["delivered_at", "collector", "sequence", "copy", "file"])
    let arrivals = deliveries.dropFirst()
    let instants = arrivals.map { $0[0] }
    #expect(instants == instants.sorted())
    #expect(instants.allSatisfy { $0.count == 24 && $0.hasSuffix("Z") })
    #expect(Set(arrivals.map { $0[4] }) == Set(tree.keys.filter { $0.hasPrefix("uploads/") }))
    #expect(arrivals.count > 4 * collectors, "repeats")
    #expect(arrivals.contains { $0[3] == "1" })
  }

  @Test func theSameCommandGivesTheSameTree() throws {
    let scratch = try scenarioDirectory()
    for directory in ["a", "b"] {
      #expect(try Program.run("simulate named --out \(directory)", in: scratch).exitCode == 0)
    }
    let (a, b) = (try tree(scratch, "a"), try tree(scratch, "b"))
    #expect(a == b)
    #expect(a.count > 12)
    #expect(try Program.run("simulate named --out c --seed 2", in: scratch).exitCode == 0)
    #expect(try tree(scratch, "c")["deliveries.csv"] != a["deliveries.csv"])
  }

  @Test func neitherThreadsNorOrderOfEvaluationMatter() throws {
    let scratch = try scenarioDirectory()
    let ways = ["--threads 1", "--threads 2", "--threads 3", "--census", "--census --threads 2"]
    var digests: Set<String> = []
    for (number, way) in ways.enumerated() {
      let result = try Program.run("simulate tiny.json5 --out w\(number) \(way)", in: scratch)
      #expect(result.exitCode == 0, "\(way)")
      digests.insert(try figure("digest", scratch, "w\(number)"))
    }
    #expect(digests.count == 1)
    #expect(digests.first?.count == 32)
    // What became of packets included.
    #expect(try figures(scratch, "w0") == figures(scratch, "w1"))
    #expect(try figures(scratch, "w0") == figures(scratch, "w2"))
    #expect(try figures(scratch, "w3") == figures(scratch, "w4"))
    #expect(
      try figure("draws_evaluated", scratch, "w0") != figure("draws_evaluated", scratch, "w3"))
  }

  @Test func theStreamHasEveryArrivalInOrder() throws {
    let scratch = try scenarioDirectory()
    #expect(try Program.run("simulate tiny.json5 --out files", in: scratch).exitCode == 0)
    let stream = try Program.run(
      "simulate tiny.json5 --out - --registry registry.csv", in: scratch)
    #expect(stream.exitCode == 0 && stream.errors.isEmpty)
    let files = try rows(scratch, "files/deliveries.csv").dropFirst().map { $0[4] }
    let expected = try files.flatMap {
      Array(try Data(contentsOf: URL(fileURLWithPath: scratch.file("files/\($0)"))))
    }
    #expect(stream.output == expected)
    #expect(
      try text(of: scratch.file("registry.csv")) == text(of: scratch.file("files/registry.csv")))
  }

  @Test func jsonAndQuiet() throws {
    let scratch = try scenarioDirectory()
    let json = try Program.run("simulate tiny.json5 --out a --json --quiet --days 1", in: scratch)
    #expect(try json.outputText == text(of: scratch.file("a/simulation.json")))
    #expect(try figure("days", scratch, "a") == "1")
    let keys = json.outputText.split(separator: "\n")
      .compactMap { $0.hasPrefix("  \"") ? $0.split(separator: "\"")[1] : nil }
    #expect(
      keys == [
        "scenario", "seed", "digest", "modules", "days", "collectors", "links",
        "links_beyond_validity", "transmissions", "draws_evaluated", "receptions_uploaded",
        "uploads", "packets", "reads_expected", "missed_reads", "vans", "rollout", "seconds",
        "threads", "peak_rss_bytes", "version",
      ])
    let quiet = try Program.run("simulate tiny.json5 --out b --quiet", in: scratch)
    #expect(quiet.exitCode == 0 && quiet.output.isEmpty && quiet.errors.isEmpty)
  }

  @Test func onlyEarlierResultsAreReplaced() throws {
    let scratch = try scenarioDirectory()
    #expect(try Program.run("simulate tiny.json5 --out out --seed 1", in: scratch).exitCode == 0)
    let first = try tree(scratch, "out")
    let refused = try Program.run("simulate tiny.json5 --out out --seed 2", in: scratch)
    #expect(refused.exitCode == 73)
    #expect(
      refused.errorText == "amr: out exists; give --force to replace it, or another --out\n")
    #expect(try tree(scratch, "out") == first)
    let forced = try Program.run("simulate tiny.json5 --out out --seed 2 --force", in: scratch)
    #expect(forced.exitCode == 0)
    #expect(try tree(scratch, "out") != first)
    let foreign = try Program.run("simulate tiny.json5 --out data --force", in: scratch)
    #expect(foreign.exitCode == 73)
    #expect(
      foreign.errorText == "amr: data exists; --force replaces earlier results only, and there is "
        + "no simulation.json in it: give another --out\n")
    #expect(scratch.allFiles().contains("data/tracts.csv"))
    let registry = try Program.run(
      "simulate tiny.json5 --out more --registry data/tracts.csv", in: scratch)
    #expect(registry.exitCode == 73)
    #expect(
      registry.errorText
        == "amr: data/tracts.csv exists; give --force to replace it, or another name\n")
    #expect(!FileManager.default.fileExists(atPath: scratch.file("more")))
  }
}

/// What is left when a simulation does not come to its end.
@Suite("amr simulate, cut short")
struct SimulateEndsEarlyTests {
  private static let long = "--set days=400 --set endpoints.interval_s=1 --census"

  private func names(_ scratch: TemporaryDirectory) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: scratch.path))
  }

  @Test("a signal leaves nothing behind", arguments: [SIGINT, SIGTERM])
  func signal(number: Int32) throws {
    // A process inherits which signals are ignored, and the runner of tests may ignore this one.
    Glibc.signal(number, SIG_DFL)
    let scratch = try scenarioDirectory()
    let before = try names(scratch)
    let errors = Pipe()
    let process = try Program.start(
      "simulate tiny.json5 --out out --registry r.csv \(Self.long)", in: scratch,
      errors: errors.fileHandleForWriting)
    // The directory in which the result is built appears once the program handles signals.
    while try names(scratch).count == before.count && process.isRunning { usleep(1000) }
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    try errors.fileHandleForWriting.close()
    let message = try errors.fileHandleForReading.readToEnd() ?? Data()
    #expect(String(decoding: message, as: UTF8.self) == "amr: interrupted\n")
    #expect(try names(scratch) == before)
  }

  @Test(
    "a reader that goes away ends the program quietly",
    arguments: [
      "simulate tiny.json5 --out - --set days=400", "scenario list", "scenario show tiny.json5",
      "scenario new", "simulate tiny.json5 --out out", "--help", "--version",
    ])
  func brokenPipe(line: String) throws {
    let scratch = try scenarioDirectory()
    let (output, errors) = (Pipe(), Pipe())
    try output.fileHandleForReading.close()
    let process = try Program.start(
      line, in: scratch, output: output.fileHandleForWriting, errors: errors.fileHandleForWriting)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 0)
    try errors.fileHandleForWriting.close()
    #expect(try errors.fileHandleForReading.readToEnd() == nil)
  }

  @Test("a full disk is an I/O error", arguments: ["simulate tiny.json5 --out -", "scenario list"])
  func fullDisk(line: String) throws {
    let scratch = try scenarioDirectory()
    let errors = Pipe()
    let process = try Program.start(
      line, in: scratch, output: try #require(FileHandle(forWritingAtPath: "/dev/full")),
      errors: errors.fileHandleForWriting)
    process.waitUntilExit()
    #expect(process.terminationStatus == 74)
    try errors.fileHandleForWriting.close()
    let message = try errors.fileHandleForReading.readToEnd() ?? Data()
    #expect(
      String(decoding: message, as: UTF8.self)
        == "amr: cannot write the output: No space left on device; check free space and the place "
        + "it goes to\n")
  }
}
