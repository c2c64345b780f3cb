import Columnar
import DurableFiles
import Foundation
import TestSupport
import Testing

/// What goes wrong on an operator's normal day: said in one line with the documented exit code,
/// and after it is mended the same spool ends in the same content.
@Suite("Bad days")
struct BadDayTests {
  /// A store with half of a spool in it, to be given the other half on a bad day.
  final class Site {
    let scratch: TemporaryDirectory
    let uploads: [String]
    static let asOf = "--as-of 1998-07-01T00:00:00Z --quiet"
    static let registry = "--registry sent/registry.csv --utc-offset -300 \(asOf)"

    var firstHalf: String { uploads[..<(uploads.count / 2)].joined(separator: " ") }
    var otherHalf: String { uploads[(uploads.count / 2)...].joined(separator: " ") }

    init() throws {
      scratch = try scenarioDirectory()
      try #require(Program.run("simulate tiny.json5 --out sent --quiet", in: scratch).exitCode == 0)
      uploads = scratch.allFiles().filter { $0.hasSuffix(".amru") }.sorted()
      try #require(shell("$AMR ingest s \(firstHalf) \(Self.registry)").exitCode == 0)
    }

    @discardableResult
    func shell(_ line: String) throws -> CommandResult {
      try runCommand(
        "/bin/sh", ["-c", line], environment: ["AMR": Program.path], directory: scratch.path)
    }

    /// Changes a file, keeping it for `restore`.
    func change(_ name: String, _ edit: (inout [UInt8]) -> Void) throws {
      try? FileManager.default.copyItem(atPath: scratch.file(name), toPath: scratch.file("kept"))
      var bytes = try FileSystem.system.readFile(scratch.file(name))
      edit(&bytes)
      try Data(bytes).write(to: URL(fileURLWithPath: scratch.file(name)))
    }

    func restore(_ name: String) throws {
      try? FileManager.default.removeItem(atPath: scratch.file(name))
      try FileManager.default.moveItem(atPath: scratch.file("kept"), toPath: scratch.file(name))
    }
  }

  struct BadDay: Sendable, CustomTestStringConvertible {
    let name: String
    let exitCode: Int32
    /// What the one line says, in this order; none where nothing is to be said.
    let says: [String]
    /// Brings the trouble about.
    var trouble: @Sendable (Site) throws -> Void = { _ in }
    /// What is given on the bad day; the usual ingest of the other half otherwise.
    var line: @Sendable (Site) -> String = { "$AMR ingest s \($0.otherHalf) \(Site.asOf)" }
    var mend: @Sendable (Site) throws -> Void = { _ in }
    /// Whether this machine lets the trouble be brought about.
    var isPossible = true

    var testDescription: String { name }
  }

  private static let firstLog = "s/reads/_delta_log/00000000000000000001.json"
  private static let lastLog = "s/reads/_delta_log/00000000000000000002.json"
  private static let firstData = "s/uploads/uploads-b2.parquet"

  static let days: [BadDay] = [
    BadDay(
      name: "the store is a file", exitCode: 73, says: ["f: Not a directory"],
      trouble: { try write("", to: $0.scratch.file("f")) },
      line: { "$AMR ingest f \($0.otherHalf) \(Site.registry)" }),
    BadDay(
      name: "the store is below a file", exitCode: 73, says: ["f: Not a directory"],
      trouble: { try write("", to: $0.scratch.file("f")) },
      line: { "$AMR ingest f/s \($0.otherHalf) \(Site.registry)" }),
    BadDay(
      name: "an upload is missing", exitCode: 66,
      says: ["cannot open none.amru: No such file or directory"],
      line: { "$AMR ingest s \($0.otherHalf) none.amru \(Site.asOf)" }),
    BadDay(
      name: "a directory has no uploads", exitCode: 66, says: ["sent/none"],
      trouble: { try $0.shell("mkdir sent/none") },
      line: { "$AMR ingest s \($0.otherHalf) sent/none \(Site.asOf)" }),
    BadDay(
      name: "an upload is torn", exitCode: 65, says: ["t.amru: byte 0", "cut short"],
      trouble: { try $0.shell("head -c 200 \($0.uploads.last!) > t.amru") },
      line: { _ in "$AMR ingest s t.amru \(Site.asOf)" }),
    BadDay(
      name: "a bit of an upload is flipped", exitCode: 65, says: ["byte 0", "checksum"],
      trouble: { site in try site.change(site.uploads.last!) { $0[$0.count - 9] ^= 2 } },
      mend: { try $0.restore($0.uploads.last!) }),
    BadDay(
      name: "a file is empty", exitCode: 0, says: [],
      trouble: { try write("", to: $0.scratch.file("e.amru")) },
      line: { _ in "$AMR ingest s e.amru \(Site.asOf)" }),
    BadDay(
      name: "the registry is no CSV", exitCode: 65, says: ["bad.csv:1: "],
      trouble: { try write("what\n1\n", to: $0.scratch.file("bad.csv")) },
      line: { "$AMR ingest s \($0.otherHalf) --registry bad.csv \(Site.asOf)" }),
    BadDay(
      name: "a data file is cut short", exitCode: 65, says: [firstData],
      trouble: { site in try site.change(firstData) { $0.removeLast($0.count / 2) } },
      mend: { try $0.restore(firstData) }),
    BadDay(
      name: "a data file is missing", exitCode: 65, says: [firstData],
      trouble: {
        site in
        try site.change(firstData) { $0 = [] }; try site.shell("rm \(firstData)")
      },
      mend: { try $0.restore(firstData) }),
    BadDay(
      name: "a version of the log is missing", exitCode: 65, says: ["s/reads", "version 1"],
      trouble: {
        site in
        try site.change(firstLog) { $0 = [] }
        try site.shell("rm \(firstLog)")
      }, mend: { try $0.restore(firstLog) }),
    BadDay(
      name: "the last line of the log is torn", exitCode: 65, says: [lastLog],
      trouble: { site in try site.change(lastLog) { $0.removeLast(20) } },
      mend: { try $0.restore(lastLog) }),
    BadDay(
      name: "the settings are torn", exitCode: 65, says: ["s/store.json"],
      trouble: { site in try site.change("s/store.json") { $0.removeLast(20) } },
      mend: { try $0.restore("s/store.json") }),
    BadDay(
      name: "files may not grow", exitCode: 74, says: ["cannot write s/", "File too large"],
      line: {
        "trap '' XFSZ; ulimit -f 1; $AMR ingest s \($0.otherHalf) --as-of 1998-07-01T00:00:00Z"
      }),
    BadDay(
      name: "the reader of the output has gone", exitCode: 0, says: [],
      line: {
        "{ sleep 0.2; $AMR ingest s \($0.otherHalf) --as-of 1998-07-01T00:00:00Z; echo $? > code; } | true; exit $(cat code)"
      }),
    BadDay(
      name: "the disk of the output is full", exitCode: 74, says: ["cannot write the output: "],
      line: { "$AMR ingest s \($0.otherHalf) --as-of 1998-07-01T00:00:00Z > /dev/full" }),
    BadDay(
      name: "the disk is read-only", exitCode: 73, says: ["s/.lock: Read-only file system"],
      trouble: { try $0.shell("mount --bind s s && mount -o remount,bind,ro s") },
      mend: { try $0.shell("umount s") }, isPossible: canMount),
    BadDay(
      name: "the disk is full", exitCode: 74, says: ["s/", "No space left on device"],
      trouble: {
        try $0.shell(
          "mv s old && mkdir s && mount -t tmpfs -o size=4m tmpfs s && cp -a old/. s "
            + "&& head -c 8m /dev/zero > s/filler")
      }, mend: { try $0.shell("rm s/filler") }, isPossible: canMount),
  ]

  /// Whether this process may mount file systems, as it may where tests run as root.
  static let canMount: Bool = {
    guard let scratch = try? TemporaryDirectory() else { return false }
    let tried = try? runCommand(
      "/bin/sh", ["-c", "mount -t tmpfs tmpfs '\(scratch.path)' && umount '\(scratch.path)'"])
    return tried?.exitCode == 0
  }()

  @Test("one line, one exit code, nothing lost", arguments: days.filter(\.isPossible))
  func badDay(_ day: BadDay) throws {
    let site = try Site()
    defer { _ = try? site.shell("umount s 2> /dev/null") }
    #expect(
      try site.shell("$AMR ingest full \(site.uploads.joined(separator: " ")) \(Site.registry)")
        .exitCode == 0)
    let expected = try StoreContent(of: site.scratch.file("full"))

    try day.trouble(site)
    let result = try site.shell(day.line(site))
    #expect(result.exitCode == day.exitCode, "\(result.errorText)")
    let complaints = result.errorText.split(separator: "\n")
    #expect(complaints.count == (day.says.isEmpty ? 0 : 1), "\(result.errorText)")
    #expect(complaints.allSatisfy { $0.hasPrefix("amr: ") })
    for part in day.says { #expect(result.errorText.contains(part), "\(result.errorText)") }

    try day.mend(site)
    for name in site.scratch.allFiles() where name.hasSuffix(".parquet") {
      _ = try ParquetFile(try FileSystem.system.readFile(site.scratch.file(name)))
    }
    let again = try site.shell(
      "$AMR ingest s \(site.uploads.joined(separator: " ")) \(Site.registry)")
    #expect(again.exitCode == 0, "\(again.errorText)")
    let content = try StoreContent(of: site.scratch.file("s"))
    #expect(content.differences(from: expected, in: [.currentReads, .ledger, .registry]) == [])
    #expect(try site.shell("$AMR store check s").exitCode == 0)
  }

  @Test(
    "troubles that need a mount",
    .disabled(if: canMount, "they were tried above"),
    .enabled(if: Witness.areRequired, "this process may not mount file systems"))
  func mounts() {
    Issue.record("this process may not mount file systems: full and read-only disks are untried")
  }
}
