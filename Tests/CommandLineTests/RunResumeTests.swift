import DurableFiles
import Foundation
import Glibc
import JSON5
import TestSupport
import Testing

/// The program interrupted in the midst of a long run, and given the same command again.
@Suite("Runs resumed by the program", .serialized)
struct RunResumeTests {
  private static let scenarios = packageRoot.appendingPathComponent("Scenarios").path
  /// 300 modules for 75 days over two month ends.
  private static let line =
    "run \(scenarios)/smoke-1k.json5 --set start_date=1998-05-20 --days 75 "
    + "--set territory.modules=300 --quiet"
  /// A thousandth of the fifteen years' modules and territory for 400 days: a leap day, and the
  /// clocks put on and back.
  private static let long =
    "run \(scenarios)/duquesne-15-years.json5 --days 400 --set territory.modules=615 "
    + "--set territory.served_area_km2=2 --quiet"

  /// The summary without what no two runs have in common.
  private static func summary(_ path: String) throws -> [JSON5Member] {
    let value = try JSON5.parse(try FileSystem.system.readFile(path), source: path)
    return (value.object ?? []).filter {
      !["seconds", "threads", "peak_rss_bytes"].contains($0.key)
    }
  }

  private static func expectEqual(
    _ one: String, _ other: String, in scratch: TemporaryDirectory, _ note: String
  ) throws {
    #expect(
      try StoreContent(of: scratch.file("\(one)/store")).differences(
        from: StoreContent(of: scratch.file("\(other)/store"))) == [], "\(note)")
    let names = [one, other].map { run in
      scratch.allFiles().filter { $0.hasPrefix("\(run)/billing/") }.map { $0.dropFirst(run.count) }
    }
    let difference = Set(names[0]).symmetricDifference(names[1])
    #expect(difference.isEmpty && !names[0].isEmpty, "\(note): \(difference)")
    for name in names[0] {
      let same =
        try FileSystem.system.readFile(scratch.file(one + name))
        == FileSystem.system.readFile(scratch.file(other + name))
      #expect(same, "\(note): \(name)")
    }
    let summaries = try [one, other].map { try summary(scratch.file("\($0)/summary.json")) }
    #expect(summaries[0].map(\.key) == summaries[1].map(\.key), "\(note)")
    for (left, right) in zip(summaries[0], summaries[1]) {
      #expect(left.value.kind == right.value.kind, "\(note): \(left.key)")
    }
    let check = try Program.run("store check \(other)/store", in: scratch)
    #expect(check.exitCode == 0, "\(note): \(check.outputText)")
  }

  @Test("a run killed at random times and resumed gives the results of one that was not")
  func killed() throws {
    let scratch = try TemporaryDirectory(inMemory: true)
    let start = ContinuousClock.now
    #expect(try Program.run(Self.line + " --out whole", in: scratch).exitCode == 0)
    let length = UInt32((ContinuousClock.now - start) / .microseconds(1))
    let seed = testSeed(31)
    var random = SplitMix64(seed: seed)
    var kills = 0
    for round in 0..<(longTests ? 40 : 3) {
      while try KilledProcess.run(
        Self.line + " --out r --resume --threads \(Int.random(in: 1...3, using: &random))",
        in: scratch, microseconds: UInt32.random(in: 0..<length * 5 / 4, using: &random)) == .killed
      {
        kills += 1
        #expect(
          access(scratch.file("r"), F_OK) != 0 || access(scratch.file("r/summary.json"), F_OK) == 0)
      }
      // The last one may have been killed when all was done.
      if access(scratch.file("r/summary.json"), F_OK) != 0 {
        #expect(try Program.run(Self.line + " --out r --resume", in: scratch).exitCode == 0)
      }
      try Self.expectEqual("whole", "r", in: scratch, "seed \(seed), round \(round)")
      try FileSystem.system.removeTree(scratch.file("r"))
      try FileSystem.system.removeTree(scratch.file("r.partial"))
    }
    print("resumed runs, seed \(seed): \(kills) kills")
  }

  @Test("fifteen years' scenario over a leap day and changes of the clock, killed and resumed")
  func fifteenYears() throws {
    let scratch = try TemporaryDirectory(inMemory: true)
    #expect(try Program.run(Self.long + " --out whole", in: scratch).exitCode == 0)
    // Killed once the tenth month of the first year has been kept.
    let process = try Program.start(Self.long + " --out r --threads 1", in: scratch)
    let checkpoint = scratch.file("r.partial/waiting-305.amru")
    while access(checkpoint, F_OK) != 0 && process.isRunning { usleep(2_000) }
    usleep(200_000)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(access(scratch.file("r.partial/checkpoint.json"), F_OK) == 0)
    #expect(try Program.run(Self.long + " --out r --resume", in: scratch).exitCode == 0)
    try Self.expectEqual("whole", "r", in: scratch, "400 days")
    let days = try Self.summary(scratch.file("r/summary.json")).first { $0.key == "per_day" }
    let names = (days?.value.array ?? []).compactMap { $0["day"]?.string }
    #expect(names.count == 400 && names.contains("1996-02-29") && names.last == "1997-02-03")
    // Reads late on a day of standard time bear the date and the offset of the summer's civil time.
    let bill = try text(of: scratch.file("r/billing/duquesne-light-1996-07-c01-r1.csv"))
    #expect(bill.contains("-04:00") && !bill.contains("-05:00") && !bill.contains("Z,"))
    let winter = try text(of: scratch.file("r/billing/duquesne-light-1996-12-c01-r1.csv"))
    #expect(winter.contains("-05:00") && !winter.contains("-04:00"))
  }

  @Test("Ctrl-C keeps the run and says how to go on; it is not begun anew by accident")
  func interrupted() throws {
    // A process inherits which signals are ignored, and the runner of tests may ignore this one.
    signal(SIGINT, SIG_DFL)
    let scratch = try TemporaryDirectory(inMemory: true)
    let errors = Pipe()
    let process = try Program.start(
      Self.line + " --out r", in: scratch, errors: errors.fileHandleForWriting)
    while access(scratch.file("r.partial/checkpoint.json"), F_OK) != 0 && process.isRunning {
      usleep(1_000)
    }
    let busy = try Program.run(Self.line + " --out r --resume", in: scratch)
    #expect(busy.exitCode == 73)
    #expect(
      busy.errorText
        == "amr: r.partial: another 'amr run' is at work there; wait for it, or give another --out\n"
    )
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    try errors.fileHandleForWriting.close()
    let message = String(
      decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    let day = message.contains("1998-05-31") ? "1998-05-31" : "1998-06-30"
    #expect(
      message == """
        amr: interrupted
        amr: the run is kept in r.partial, done up to \(day); the same command with --resume goes \
        on from there

        """)
    let again = try Program.run(Self.line + " --out r", in: scratch)
    #expect(again.exitCode == 73)
    #expect(
      again.errorText
        == "amr: r.partial holds an interrupted run, done up to \(day); give --resume to go on with "
        + "it, or --force to begin anew\n")
    let other = try Program.run(Self.line + " --out r --resume --set seed=2", in: scratch)
    #expect(other.exitCode == 65)
    #expect(
      other.errorText
        == "amr: r.partial holds a run with seed 1, not 2: give the same command, or --force to "
        + "begin anew\n")
    #expect(try Program.run(Self.line + " --out r --resume", in: scratch).exitCode == 0)
    #expect(access(scratch.file("r.partial"), F_OK) != 0)
    #expect(try Program.run(Self.line + " --out r", in: scratch).exitCode == 73)
  }

  @Test("--force alone begins an interrupted run anew, as another one")
  func begunAnew() throws {
    let scratch = try TemporaryDirectory(inMemory: true)
    let process = try Program.start(Self.line + " --out r", in: scratch)
    while access(scratch.file("r.partial/checkpoint.json"), F_OK) != 0 && process.isRunning {
      usleep(1_000)
    }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let short = "run \(Self.scenarios)/smoke-1k.json5 --days 2 --quiet --out r"
    #expect(try Program.run(short + " --force", in: scratch).exitCode == 0)
    #expect(access(scratch.file("r.partial"), F_OK) != 0)
    #expect(try text(of: scratch.file("r/summary.json")).contains("\"days\": 2"))
  }
}
