import DurableFiles
import Metering
import TestSupport
import Testing

@testable import BillingExport

@Suite struct VerificationTests {
  private let directory: TemporaryDirectory
  private var territory: RandomTerritory

  init() throws {
    directory = try TemporaryDirectory()
    territory = try RandomTerritory(seed: 41, meters: 300, days: readDays)
  }

  private func export(
    _ cycles: [Int], formats: [ExportFormat] = [.parquet], compresses: Bool = false,
    to other: TemporaryDirectory? = nil
  ) async throws -> [PublishedBatch] {
    try await juneRun().write(
      cycles: cycles.map { try cycle($0) }, registry: territory.registry,
      reads: MemoryReads(territory.reads), to: (other ?? directory).path,
      as: ExportSettings(formats: formats, compresses: compresses))
  }

  private func problems(against expected: String? = nil) throws -> [String] {
    try BatchVerification(directory: directory.path).verify(against: expected).flatMap(\.problems)
  }

  private func change(_ name: String, _ body: (inout [UInt8]) -> Void) throws {
    var bytes = try FileSystem.system.readFile(directory.file(name))
    body(&bytes)
    try FileSystem.system.writeAtomically(bytes, to: directory.file(name))
  }

  @Test("whole batches have no problems, with adjustments and with a fresh export")
  mutating func whole() async throws {
    let first = try await export([3, 4, 5])
    territory.registry[try #require(first[0].billedReads.first).registryRow].lastBilledRead = 1
    let second = try await export([3, 4, 5])
    #expect(second.map(\.batch.revision) == [2, 1, 1])
    let fresh = try TemporaryDirectory()
    _ = try await export([3, 4, 5], formats: [], to: fresh)
    let verified = try BatchVerification(directory: directory.path).verify(against: fresh.path)
    #expect(verified.map(\.batch.cycle.rawValue) == [3, 4, 5])
    #expect(verified.map(\.revisions) == [2, 1, 1] && verified.map(\.files) == [6, 3, 3])
    #expect(verified.map(\.bills) == first.map(\.totals.expected))
    #expect(verified.flatMap(\.problems) == [] && verified.allSatisfy { $0.changedInStore == 0 })
    // What the store says now.
    territory.registry[try #require(first[1].billedReads.first).registryRow].accountID = "N"
    let later = try TemporaryDirectory()
    _ = try await export([3, 4, 5], formats: [], to: later)
    #expect(
      try problems(against: later.path) == [
        "pgh-1998-06-c04-r1: the store would bill 2 lines differently now; export again to send an "
          + "adjustment"
      ])
    #expect(try problems(against: fresh.path) == [])
  }

  @Test("every byte of every file is looked at", arguments: 1...12)
  func changes(seed: UInt64) async throws {
    _ = try await export([6], formats: [.oneOfTwo(seed)], compresses: seed % 3 == 0)
    #expect(try problems() == [])
    var random = SplitMix64(seed: seed)
    for name in directory.allFiles() where !name.hasSuffix(".manifest.json") {
      let before = try FileSystem.system.readFile(directory.file(name))
      try change(name) { bytes in
        let place = Int.random(in: bytes.indices, using: &random)
        bytes[place] ^= UInt8.random(in: 1...255, using: &random)
      }
      let found = try problems()
      #expect(found.count >= 1 && found[0].contains(name), "seed \(seed): \(found)")
      try FileSystem.system.writeAtomically(before, to: directory.file(name))
      try FileSystem.system.remove(directory.file(name))
      #expect(try problems().count >= 1, "seed \(seed): \(name)")
      try FileSystem.system.writeAtomically(before, to: directory.file(name))
    }
    #expect(try problems() == [])
  }

  @Test("a manifest that says other counts or sums, or names another batch, is found")
  func manifests() async throws {
    _ = try await export([7, 8])
    func problems(_ old: String, _ new: String) throws -> [String] {
      let name = "pgh-1998-06-c08-r1.manifest.json"
      let bytes = try FileSystem.system.readFile(directory.file(name))
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(text.contains(old))
      try FileSystem.system.writeAtomically(
        Array(text.replacing(old, with: new, maxReplacements: 1).utf8), to: directory.file(name))
      defer { try? FileSystem.system.writeAtomically(bytes, to: directory.file(name)) }
      return try self.problems()
    }
    #expect(try problems("\"missing\": ", "\"missing\": 1").first?.contains("missing is 1") == true)
    #expect(
      try problems("\"KWH\": \"", "\"KWH\": \"9").first?
        .contains("sum_consumption_by_unit.KWH is 9") == true)
    #expect(
      try problems("\"sum_read\": \"", "\"sum_read\": \"-").first?.contains("sum_read is -") == true
    )
    #expect(
      try problems("\"sha256_of_files_list\": \"", "\"sha256_of_files_list\": \"0").count == 1)
    #expect(
      try problems("\"previous_batch_sha256\": \"", "\"previous_batch_sha256\": \"0")
        == [
          directory.file("pgh-1998-06-c08-r1.manifest.json")
            + ": the batch before it, which it names, is not here"
        ])
    #expect(try problems("\"files\": [", "\"files\": 5, \"x\": [").count == 1)
    #expect(try problems("\"bytes\": ", "\"bytes\": -").count >= 1)
    #expect(try problems("{", "[").count == 1)
    #expect(try self.problems() == [])
  }

  @Test("other formats than were published are refused, and nothing changes")
  func otherFormats() async throws {
    let batch = try #require(try await export([9]).first)
    let names = directory.allFiles()
    await #expect(
      throws: BillingError.otherFormats(
        path: batch.manifestPath, published: ["csv", "parquet"], asked: ["csv"])
    ) { _ = try await export([9], formats: []) }
    await #expect(throws: BillingError.self) {
      _ = try await export([9], formats: [.parquet, .greenButton])
    }
    #expect(directory.allFiles() == names)
    // A format that cannot carry a line leaves nothing behind.
    let other = try TemporaryDirectory()
    await #expect(throws: BillingError.self) {
      _ = try await export([9], formats: [.nem13], to: other)
    }
    #expect(other.allFiles() == [])
  }

  @Test("a gap in the sequence, a file without manifest and a later batch of the store are found")
  func incomplete() async throws {
    _ = try await export([3, 4, 5, 6], formats: [])
    let whole = try TemporaryDirectory()
    _ = try await export([3, 4, 5, 6], formats: [], to: whole)
    #expect(try problems(against: whole.path) == [])
    for name in directory.allFiles() where name.contains("c04") || name.contains("c06") {
      if name.hasSuffix("c06-r1.csv") { continue }
      try FileSystem.system.remove(directory.file(name))
    }
    let found = try problems(against: whole.path)
    #expect(found.count == 3, "\(found)")
    #expect(found.contains { $0.contains("follows") && $0.contains("c05") })
    #expect(found.contains { $0.contains("c06-r1.csv: there is no manifest beside it") })
    // A batch that the fifth names is the one that is gone.
    #expect(found.contains { $0.contains("the batch before it, which it names, is not here") })
  }

  @Test("temporary files of exports that were killed are removed; those of living ones are not")
  func temporaries() async throws {
    let dead = "..pgh-1998-06-c03-r1.csv.staged.tmp-999999999-1"
    let living = "..pgh-1998-06-c03-r1.csv.staged.tmp-1-1"
    let foreign = ".other.tmp-999999999-1"
    for name in [dead, living, foreign] {
      try FileSystem.system.writeAtomically([1], to: directory.file(name))
    }
    _ = try await export([3])
    let names = directory.allFiles()
    #expect(!names.contains(dead) && names.contains(living) && names.contains(foreign))
  }

  @Test("names of batches are read as they are written")
  func names() throws {
    for utility in ["pgh", "a-b", "x_1-1998-06-c01"] {
      let id = try BatchID(
        utility: utility, month: try june1998(), cycle: try cycle(21), revision: 12)
      #expect(BatchID(name: id.description) == id)
    }
    for name in [
      "", "pgh", "pgh-1998-06-c1-r1", "pgh-1998-06-c22-r1", "-1998-06-c01-r1",
      "pgh-1998-13-c01-r1", "pgh-1998-06-c01-r0", "pgh-1998-06-c01-r01", "p.h-1998-06-c01-r1",
    ] {
      #expect(BatchID(name: name) == nil, "\(name)")
    }
  }

  @Test("what a spreadsheet would compute is refused by the row of the registry")
  mutating func formulas() async throws {
    for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"] {
      territory.registry[0].accountID = text
      let run = try juneRun()
      let reads = MemoryReads()
      do throws(BillingError) {
        _ = try await run.write(
          registry: territory.registry, reads: reads, to: directory.path)
        Issue.record("'\(text)' was written")
      } catch {
        #expect(error.description.hasPrefix("registry row 0, endpoint "))
        #expect(error.description.contains("account ID '\(text)'"))
      }
    }
  }
}

extension ExportFormat {
  fileprivate static func oneOfTwo(_ seed: UInt64) -> ExportFormat {
    seed % 2 == 0 ? .greenButton : .parquet
  }
}
