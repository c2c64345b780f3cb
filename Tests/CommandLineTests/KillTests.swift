import DurableFiles
import Foundation
import Glibc
import TestSupport
import Testing

/// The program killed at random moments and started again, until its work is done.
@Suite("Killed programs", .serialized)
struct KillTests {
  private static let kills = longTests ? 300 : 12
  private static let seed = testSeed(1998)

  /// Where the kills of a series landed.
  private struct Landings {
    var beforeStore = 0
    var betweenCommits = 0
    /// By the number of commits of `reads` that were in place.
    var committed: [Int64: Int] = [:]

    mutating func count(_ state: StoreState) {
      switch state {
      case .absent: beforeStore += 1
      case .betweenCommits: betweenCommits += 1
      case .committed(let version): committed[version, default: 0] += 1
      }
    }

    var total: Int { beforeStore + betweenCommits + committed.values.reduce(0, +) }
    var text: String {
      let after = committed.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      return "\(total) kills: \(beforeStore) before the store, \(betweenCommits) between the "
        + "commits of a batch, after commit \(after.joined(separator: ", "))"
    }
  }

  @Test("an ingest killed anywhere and given again ends as if nothing had happened")
  func ingest() throws {
    let spool = try UploadSpool(seed: 7)
    let store = spool.directory.file("store")
    let lengths = try spool.steps.map {
      try Self.length(of: $0.line, in: spool.directory, exitCode: $0.exitCode)
    }
    let expected = try StoreContent(of: store)
    guard case .committed(7...) = try StoreState(of: store) else {
      Issue.record("the spool takes fewer commits than there should be to interrupt")
      return
    }
    #expect(expected.ledger.count == spool.distinctUploads)
    #expect(expected.quarantine.count > 1)
    #expect(expected.readVersions.count > expected.currentReads.count, "some reads came late")

    var random = SplitMix64(seed: Self.seed)
    var landings = Landings()
    var comparisons = 0
    while landings.total < Self.kills {
      try FileManager.default.removeItem(atPath: store)
      for (step, length) in zip(spool.steps, lengths) {
        while true {
          // Half the kills wait for a commit of a sibling table, which no clock would meet often.
          let version = try Self.version("uploads", of: store)
          let waits = Bool.random(using: &random)
          let ending = try KilledProcess.run(
            step.line, in: spool.directory,
            microseconds: UInt32.random(in: 0..<(waits ? 8_000 : 2 * length), using: &random),
            after: waits ? Self.log("uploads", version + 1, of: store) : nil)
          if case .exited(let code) = ending {
            #expect(code == step.exitCode)
            break
          }
          landings.count(try StoreState(of: store))
        }
      }
      #expect(
        try StoreContent(of: store).differences(from: expected) == [],
        "seed \(Self.seed), \(landings.text)")
      let check = try Program.run("store check store", in: spool.directory)
      #expect(check.exitCode == 0, "\(check.outputText)")
      comparisons += 1
    }
    print("ingest, seed \(Self.seed): \(landings.text); \(comparisons) contents compared")
  }

  @Test("a run killed anywhere leaves the earlier results, and is whole when it ends by itself")
  func run() throws {
    let scratch = try TemporaryDirectory()
    let scenario = packageRoot.appendingPathComponent("Scenarios/smoke-1k.json5").path
    let line = "run \(scenario) --out r --force --quiet"
    let length = try Self.length(of: line, in: scratch)
    let expected = try StoreContent(of: scratch.file("r/store"))
    let bills = try Self.content(of: "r/billing", in: scratch)
    #expect(!bills.isEmpty)

    var random = SplitMix64(seed: Self.seed)
    var kills = 0
    var movedAside = 0
    while kills < Self.kills / 4 {
      let ending = try KilledProcess.run(
        line, in: scratch, microseconds: UInt32.random(in: 0..<2 * length, using: &random))
      if ending == .killed {
        kills += 1
        if try FileSystem.system.status(of: scratch.file("r")) == nil {
          // The earlier results were just being replaced; they lie beside their place.
          let names = try FileSystem.system.list(scratch.path).filter { $0.hasSuffix(".old") }
          #expect(names.count == 1)
          for name in names {
            try FileSystem.system.rename(scratch.file(name), to: scratch.file("r"))
          }
          movedAside += 1
        }
      } else {
        #expect(ending == .exited(0))
      }
      #expect(
        try StoreContent(of: scratch.file("r/store")).differences(from: expected) == [],
        "seed \(Self.seed)")
      #expect(try Self.content(of: "r/billing", in: scratch) == bills, "seed \(Self.seed)")
      #expect(access(scratch.file("r/summary.json"), F_OK) == 0)
      for name in try FileSystem.system.list(scratch.path) where name.hasPrefix(".r.tmp-") {
        try FileSystem.system.removeTree(scratch.file(name))
      }
    }
    print("run, seed \(Self.seed): \(kills) kills, \(movedAside) while the results were swapped")
  }

  @Test("an export killed anywhere shows whole files only, and is complete when given again")
  func export() throws {
    let scratch = try TemporaryDirectory()
    let scenario = packageRoot.appendingPathComponent("Scenarios/smoke-1k.json5").path
    #expect(try Program.run("run \(scenario) --out r --quiet", in: scratch).exitCode == 0)
    let line = "export r/store --format csv --out bills --quiet"
    let length = try Self.length(of: line, in: scratch)
    let expected = try Self.content(of: "bills", in: scratch)
    #expect(expected.count > 4)

    var random = SplitMix64(seed: Self.seed)
    var kills = 0
    var partly = 0
    while kills < Self.kills / 4 {
      try FileSystem.system.removeTree(scratch.file("bills"))
      while try KilledProcess.run(
        line, in: scratch, microseconds: UInt32.random(in: 0..<2 * length, using: &random))
        == .killed
      {
        kills += 1
        let found = try Self.content(of: "bills", in: scratch)
        if !found.isEmpty && found.count < expected.count { partly += 1 }
        for (name, bytes) in found { #expect(expected[name] == bytes, "\(name)") }
      }
      #expect(try Self.content(of: "bills", in: scratch) == expected, "seed \(Self.seed)")
    }
    print("export, seed \(Self.seed): \(kills) kills, \(partly) with a part of the files there")
  }

  /// How long a command takes, in microseconds.
  private static func length(
    of line: String, in scratch: TemporaryDirectory, exitCode: Int32 = 0
  ) throws -> UInt32 {
    let start = ContinuousClock.now
    #expect(try Program.run(line, in: scratch).exitCode == exitCode)
    return UInt32((ContinuousClock.now - start) / .microseconds(1))
  }

  /// The files of a directory that have their final names, with their bytes.
  private static func content(of directory: String, in scratch: TemporaryDirectory) throws
    -> [String: [UInt8]]
  {
    var content: [String: [UInt8]] = [:]
    let path = scratch.file(directory)
    guard try FileSystem.system.status(of: path) != nil else { return content }
    for name in try FileSystem.system.list(path) where !name.hasPrefix(".") {
      content[name] = try FileSystem.system.readFile(Path.join(path, name))
    }
    return content
  }

  private static func log(_ table: String, _ version: Int, of store: String) -> String {
    let digits = String(version)
    return "\(store)/\(table)/_delta_log/"
      + String(repeating: "0", count: 20 - digits.count) + digits + ".json"
  }

  /// The newest version of a table's log; -1 where there is none.
  private static func version(_ table: String, of store: String) throws -> Int {
    var version = -1
    while try FileSystem.system.status(of: log(table, version + 1, of: store)) != nil {
      version += 1
    }
    return version
  }
}
