import Checksums
import DurableFiles
import JSON5
import Metering
import TestSupport
import Testing

@testable import BillingExport

/// Worked example 18 of validation, estimation and editing: an export batch asked for twice, then a
/// late actual read for one key.
@Suite struct WorkedExampleTests {
  private let directory: TemporaryDirectory
  private var territory: RandomTerritory
  private let number: Int

  init() throws {
    directory = try TemporaryDirectory()
    number = 8
    territory = try RandomTerritory(seed: 18, meters: 700, days: readDays)
    // One meter whose only reads are estimates.
    let due = CivilDay(year: 1998, month: 6, day: 10)
    territory.registry.append(
      ServicePoint(
        endpoint: EndpointID(rawValue: 4_000_000), meterID: "LATE", servicePointID: "P18",
        accountID: "A18", commodity: .electric, register: RegisterFormat(dials: 5, multiplier: 10),
        cycle: try cycle(number), installedAt: clock.startOfDay(due - 400), lastBilledRead: 1_000,
        lastBilledAt: clock.startOfDay(due - 30)))
    for offset in -3...1 {
      territory.reads[due + offset, default: []].append(
        StatedRead(
          endpoint: 4_000_000, count: 1_250 + Int64(offset),
          at: clock.startOfDay(due + offset + 1) - 1_000, quality: .estimated))
    }
  }

  private func export() async throws -> PublishedBatch {
    let batches = try await juneRun().write(
      cycles: [try cycle(number)], registry: territory.registry,
      reads: MemoryReads(territory.reads), to: directory.path)
    var batch = try #require(batches.first)
    batch.isRepeat = false
    return batch
  }

  private func contents() throws -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    for name in directory.allFiles() {
      contents[name] = try FileSystem.system.readFile(directory.file(name))
    }
    return contents
  }

  /// An actual read for the scheduled date.
  private mutating func arrive(_ count: Int64) {
    let due = CivilDay(year: 1998, month: 6, day: 10)
    territory.reads[due]?.removeAll { $0.endpoint == 4_000_000 }
    territory.reads[due]?.append(
      StatedRead(endpoint: 4_000_000, count: count, at: clock.startOfDay(due) + 50_000_000))
  }

  private func lines(_ revision: Int) throws -> [TextLine] {
    try TextLine.all(ofFile: directory.file("pgh-1998-06-c08-r\(revision).csv"))
  }

  @Test("18: identical bytes; then a new batch with one row, version + 1")
  mutating func example18() async throws {
    let first = try await export()
    let before = try contents()
    #expect(try await export() == first)
    #expect(try contents() == before)
    let estimate = try #require(try lines(1).last)
    #expect(estimate["quality"] == "estimated" && estimate["consumption"] == "2500")
    #expect(estimate["version"] == "1" && estimate["previous_consumption"] == "")

    arrive(1_240)
    let second = try await export()
    #expect(second.batch.description == "pgh-1998-06-c08-r2" && second.totals.expected == 1)
    let row = try #require(try lines(2).first)
    #expect(try lines(2).count == 1)
    #expect(row["batch_id"] == "pgh-1998-06-c08-r2" && row["seq"] == "1")
    #expect(row["service_point_id"] == "P18" && row["quality"] == "actual")
    #expect(row["consumption"] == "2400" && row["previous_consumption"] == "2500")
    #expect(row["version"] == "2")
    let manifest = try JSON5.parse(
      try FileSystem.system.readFile(second.manifestPath), source: second.manifestPath)
    #expect(manifest["supersedes"]?.string == "pgh-1998-06-c08-r1")
    #expect(manifest["revision"]?.integer == 2)
    #expect(manifest["previous_batch_sha256"]?.string == first.manifestSHA256)
    #expect(manifest["counts"]?["actual"]?.integer == 1)
    #expect(manifest["files"]?.array?.first?["sum_consumption_by_unit"]?["KWH"]?.string == "2400")
    // What is published stays, and asking again changes nothing.
    var now = try contents()
    #expect(before.allSatisfy { now[$0] == $1 } && now.count == 6)
    #expect(try await export() == second)
    #expect(try contents() == now)

    arrive(1_245)
    #expect(try await export().batch.revision == 3)
    let third = try #require(try lines(3).first)
    #expect(third["version"] == "3" && third["previous_consumption"] == "2400")
    // Back to what the first batch said is a change, too.
    arrive(1_240)
    #expect(try await export().batch.revision == 4)
    now = try contents()
    #expect(try await export().batch.revision == 4)
    #expect(try contents() == now)
  }

  @Test("bills that are not due any more are taken back once, and new ones begin at version 1")
  mutating func withdrawn() async throws {
    let first = try await export()
    let place = territory.registry.count - 1
    territory.registry[place].accountID = "A19"
    let second = try await export()
    #expect(second.batch.revision == 2)
    let changed = try lines(2)
    #expect(changed.map { $0["account_id"] } == ["A19", "A18"])
    #expect(changed.map { $0["version"] } == ["1", "2"])
    #expect(changed.map { $0["consumption"] } == ["2500", ""])
    #expect(changed.map { $0["previous_consumption"] } == ["", "2500"])
    #expect(changed.map { $0["reason"] } == ["", "withdrawn"])
    #expect(changed.map { $0["quality"] } == ["estimated", "missing"])
    #expect(try await export() == second)
    #expect(second.billedReads.count == first.billedReads.count)
    territory.registry[place].accountID = "A18"
    #expect(try await export().batch.revision == 3)
    #expect(try lines(3).map { $0["version"] } == ["3", "2"])
    let all = try contents()
    _ = try await export()
    #expect(try contents() == all)
  }

  @Test("whatever changes, the newest line of each bill is what would be billed now")
  mutating func newestLines() async throws {
    var random = SplitMix64(seed: 19)
    for round in 0..<8 {
      if round > 0 {
        for _ in 0..<12 {
          let row = Int.random(in: territory.registry.indices, using: &random)
          switch Int.random(in: 0..<4, using: &random) {
          case 0: territory.registry[row].accountID = "N\(Int.random(in: 0..<9, using: &random))"
          case 1: territory.registry[row].cycle = try cycle(number)
          case 2: territory.registry[row].cycle = try cycle(number + 1)
          default: territory.registry[row].lastBilledRead = 0
          }
        }
      }
      _ = try await export()
      // Key and former version, from all revisions.
      var newest: [String: TextLine] = [:]
      var revision = 1
      while directory.allFiles().contains("pgh-1998-06-c08-r\(revision).manifest.json") {
        for line in try lines(revision) {
          let former = newest.updateValue(line, forKey: line.key)
          if revision > 1 {
            #expect(line["previous_consumption"] == former?["consumption"] ?? "", "seed 19")
          }
          #expect(Int(line["version"]) == (former.flatMap { Int($0["version"]) } ?? 0) + 1)
        }
        revision += 1
      }
      let fresh = try TemporaryDirectory()
      let whole = try await juneRun().write(
        cycles: [try cycle(number)], registry: territory.registry,
        reads: MemoryReads(territory.reads), to: fresh.path)
      let expected = try TextLine.all(of: try #require(whole.first))
      #expect(expected.count > 15)
      for line in expected {
        let found = newest.removeValue(forKey: line.key)
        let known = try #require(found)
        for column in ["meter_id", "read", "consumption", "quality", "reason", "prev_read"] {
          #expect(known[column] == line[column], "round \(round), seed 19")
        }
      }
      #expect(newest.values.allSatisfy { $0["consumption"] == "" }, "round \(round), seed 19")
    }
  }

  @Test("a published file that was changed is not adjusted")
  mutating func damaged() async throws {
    let batch = try await export()
    let bytes = try FileSystem.system.readFile(batch.csvPath)
    try FileSystem.system.writeAtomically(bytes + [10], to: batch.csvPath)
    await #expect(
      throws: BillingError.publishedBatch(
        path: batch.csvPath, problem: "not the file that its manifest names")
    ) { _ = try await export() }
    try FileSystem.system.writeAtomically(bytes, to: batch.csvPath)
    try FileSystem.system.writeAtomically(Array("{".utf8), to: batch.manifestPath)
    arrive(1_240)
    await #expect(throws: BillingError.self) { _ = try await export() }
    #expect(directory.allFiles().count == 3)
  }
}

extension TextLine {
  /// What a receiver knows a bill by.
  fileprivate var key: String {
    [
      self["service_point_id"], self["commodity"], self["account_id"],
      self["reason"] == "final_bill" ? "final" : "",
    ].joined(separator: "|")
  }
}
