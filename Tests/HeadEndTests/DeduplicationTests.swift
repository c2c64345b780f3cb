import CollectorUpload
import ERTProtocol
import Metering
import TestSupport
import Testing

@testable import HeadEnd

@Suite("Deduplication")
struct DeduplicationTests {
  @Test("the order of receptions is total, and each criterion decides in its turn")
  func order() {
    func read(_ stamp: Int64, _ rssi: Int8, _ collector: UInt32, _ register: UInt32)
      -> ReceivedRead
    {
      ReceivedRead(
        stamp: stamp,
        frame: SCMFrame(
          StandardConsumptionMessage(endpointID: 5, ertType: 7, consumption: register)),
        collector: collector, rssiDbm: rssi)
    }
    let ascending = [
      read(1, -20, 1, 9), read(2, -90, 9, 1), read(2, -90, 8, 1), read(2, -90, 8, 2),
      read(2, -80, 9, 1), read(3, -120, 99, 0),
    ]
    for (one, left) in ascending.enumerated() {
      for (other, right) in ascending.enumerated() {
        #expect((left < right) == (one < other))
      }
    }
    #expect(ReceivedRead.none < ascending[0])
  }

  @Test(
    "any order, repetition and split of uploads gives the reads of the dictionary",
    arguments: 1...6 as ClosedRange<UInt64>)
  func laws(seed: UInt64) async throws {
    let uploads = Fixture.randomUploads(seed: seed, endpoints: 9, collectors: 3, days: 3)
    let expected = Fixture.oracle(uploads)
    var random = SplitMix64(seed: seed &+ 1000)
    for _ in 0..<3 {
      let directory = try TemporaryDirectory()
      _ = try Fixture.makeStore(directory, endpoints: 9)
      var offered = (uploads + uploads.shuffled(using: &random).prefix(4)).shuffled(using: &random)
      // Several processes, each with several batches.
      while !offered.isEmpty {
        var intake = try Intake(try Fixture.open(directory))
        for _ in 0..<2 where !offered.isEmpty {
          for _ in 0...Int.random(in: 0..<4, using: &random) {
            if let upload = offered.popLast() { try intake.take(upload, source: "test") }
          }
          try await intake.commit(timestamp: Fixture.timestamp, threads: 2)
        }
      }
      let store = try Fixture.open(directory)
      let content = try Fixture.content(store)
      #expect(content == expected, "seed \(seed)")
      let check = try await store.check(threads: 2)
      #expect(check.faults == [], "seed \(seed)")
    }
  }

  @Test("the same uploads once more change nothing, not even a version")
  func idempotence() async throws {
    let directory = try TemporaryDirectory()
    let uploads = Fixture.randomUploads(seed: 7, endpoints: 9, collectors: 3, days: 2)
    var intake = try Intake(try Fixture.makeStore(directory, endpoints: 9))
    for upload in uploads { try intake.take(upload, source: "test") }
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
    _ = consume intake
    let before = directory.allFiles()
    var again = try Intake(try Fixture.open(directory))
    for upload in uploads { try again.take(upload, source: "test") }
    try await again.commit(timestamp: Fixture.timestamp + 1, threads: 1)
    #expect(again.counts.repeatedUploads == uploads.count)
    #expect(again.counts.uploads == 0)
    #expect(directory.allFiles() == before)
  }

  @Test("sparse endpoint IDs are found like dense ones")
  func endpointIndex() {
    var random = SplitMix64(seed: 5)
    for ids in [
      Array(100...300 as ClosedRange<UInt32>), [7], [],
      Array(Set((0..<500).map { _ in UInt32.random(in: 1...UInt32.max, using: &random) })).sorted(),
    ] {
      let index = EndpointIndex(ids)
      for (row, id) in ids.enumerated() { #expect(index.row(of: id) == row) }
      for _ in 0..<200 {
        let id = UInt32.random(in: 0...UInt32.max, using: &random)
        #expect(index.row(of: id) == ids.firstIndex(of: id))
      }
      for id in [99, 301, 0, UInt32.max] as [UInt32] {
        #expect(index.row(of: id) == ids.firstIndex(of: id))
      }
    }
  }
}
