import Foundation
import TestSupport
import Testing

/// Several head-ends at work on one store at the same time.
@Suite("Concurrent ingests", .serialized)
struct ConcurrentIngestTests {
  private static let rounds = longTests ? 20 : 2

  /// Starts commands together and waits for all of them; their exit codes and complaints.
  private func together(_ lines: [String], in scratch: TemporaryDirectory) throws
    -> [(exitCode: Int32, errors: String)]
  {
    let started = try lines.enumerated().map { number, line in
      let path = scratch.file("errors-\(number)")
      try write("", to: path)
      return (
        try Program.start(line, in: scratch, errors: FileHandle(forWritingAtPath: path)!), path
      )
    }
    return try started.map { process, path in
      process.waitUntilExit()
      return (process.terminationStatus, try text(of: path))
    }
  }

  @Test("first ingests of one spool and of different ones, with readers between, all end right")
  func ingests() throws {
    let spool = try UploadSpool(seed: 8)
    let store = spool.directory.file("store")
    let registry = "--registry sent/registry.csv --utc-offset -300 \(UploadSpool.options)"
    let all = "ingest store \(spool.streams.joined(separator: " ")) \(registry)"
    #expect(try Program.run(all, in: spool.directory).exitCode == 65)
    let expected = try StoreContent(of: store)

    let halves = [0, 1].map { half in
      let streams = spool.streams.enumerated().filter { $0.offset % 2 == half }.map(\.element)
      return "ingest store \(streams.joined(separator: " ")) \(registry)"
    }
    for round in 0..<Self.rounds {
      try FileManager.default.removeItem(atPath: store)
      let results = try together([all, halves[0], halves[1], all], in: spool.directory)
      for (result, line) in zip(results, [all, halves[0], halves[1], all]) {
        // 65 where the spool holds the damaged streams: said of every one of them, nothing else.
        let complaints = result.errors.split(separator: "\n")
        #expect(result.exitCode == (complaints.isEmpty ? 0 : 65), "\(result.errors)")
        #expect(complaints.allSatisfy { $0.contains(".amru: byte ") }, "\(result.errors)")
        #expect(complaints.isEmpty == !line.contains("p1-"))
      }
      // How many of them a late read had to pass differs with the order of the processes.
      let content = try StoreContent(of: store)
      #expect(
        content.differences(from: expected, in: StoreContent.Part.allButVersions) == [],
        "round \(round)")
      #expect(try Program.run("store check store", in: spool.directory).exitCode == 0)
    }
  }

  @Test("whoever looks into a store while it grows sees a whole one")
  func readers() throws {
    let spool = try UploadSpool(seed: 9)
    let ingests = spool.steps.map(\.line)
    #expect(try Program.run(ingests[0], in: spool.directory).exitCode == 0)
    let readers = ["bills", "others"].flatMap { bills in
      [
        "store info store --json", "store check store", "export store --format csv --out \(bills)",
      ]
    }
    for (number, step) in ingests.dropFirst().enumerated() {
      let results = try together([step] + readers, in: spool.directory)
      #expect(results[0].exitCode == spool.steps[number + 1].exitCode, "\(results[0].errors)")
      for (result, reader) in zip(results.dropFirst(), readers) {
        // Nothing is validated here: an export sees a whole store, says so, and leaves no file.
        let refuses = reader.hasPrefix("export") && result.exitCode == 65
        #expect(result.exitCode == 0 || refuses, "\(reader): \(result.errors)")
      }
    }
    #expect(try Program.run("store check store", in: spool.directory).exitCode == 0)
  }
}
