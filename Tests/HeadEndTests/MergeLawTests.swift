import CollectorUpload
import ERTProtocol
import Metering
import TestSupport
import Testing

@testable import HeadEnd

/// The laws that make ingest indifferent to the order, the repetition and the grouping of uploads,
/// each on its own.
@Suite("Laws of the merge")
struct MergeLawTests {
  /// The winners that receptions leave in an empty slot, taken in this order.
  private func merged(_ reads: [(ReceivedRead, Int)], into table: SlotTable? = nil) -> [Winner] {
    let table =
      table ?? SlotTable(start: Fixture.clock.startOfDay(Fixture.firstDay), endpointCount: 5)
    table.offer { offer in
      for (read, row) in reads { offer(Winner(read, slotStart: table.start), row) }
    }
    return (0..<5).map { table[$0] }
  }

  private func randomReads(seed: UInt64) -> [(ReceivedRead, Int)] {
    Fixture.randomUploads(seed: seed, endpoints: 5, collectors: 8, days: 1).flatMap { upload in
      upload.records.map { record in
        (
          ReceivedRead(
            stamp: record.stamp, frame: record.frame,
            collector: upload.header.collector.rawValue, rssiDbm: record.rssiDbm),
          Int(record.frame.endpointID - Fixture.firstID)
        )
      }
    }
  }

  @Test(
    "permutation, repetition, and the merge of partial states",
    arguments: 1...40 as ClosedRange<UInt64>)
  func laws(seed: UInt64) {
    let reads = randomReads(seed: seed)
    var random = SplitMix64(seed: seed &+ 77)
    let whole = merged(reads)
    #expect(whole.contains { !$0.isNone })
    #expect(merged(reads.shuffled(using: &random)) == whole, "permutation, seed \(seed)")
    #expect(merged(reads + reads) == whole, "repetition, seed \(seed)")
    // Split anywhere, each part merged alone, then one state merged into the other, either way.
    let cut = Int.random(in: 0...reads.count, using: &random)
    let parts = [Array(reads[..<cut]), Array(reads[cut...])]
    for order in [[0, 1], [1, 0]] {
      let table = SlotTable(
        start: Fixture.clock.startOfDay(Fixture.firstDay), endpointCount: 5)
      _ = merged(parts[order[0]], into: table)
      let other = merged(parts[order[1]])
      table.offer { offer in for (row, winner) in other.enumerated() { offer(winner, row) } }
      #expect((0..<5).map { table[$0] } == whole, "split at \(cut), seed \(seed)")
    }
  }

  @Test(
    "a registry that learns of endpoints late gives the reads of one that always knew them",
    arguments: 1...6 as ClosedRange<UInt64>)
  func lateRegistry(seed: UInt64) async throws {
    let uploads = Fixture.randomUploads(seed: seed, endpoints: 9, collectors: 3, days: 3)
    let expected = Fixture.oracle(uploads)
    let directory = try TemporaryDirectory()
    var intake = try Intake(try Fixture.makeStore(directory, endpoints: 4))
    for upload in uploads { try intake.take(upload, source: "test") }
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
    #expect(intake.counts.quarantinedByReason[.unknownEndpoint] ?? 0 > 0)
    // The first day is closed by then: its reads come as late ones.
    try await intake.close(through: Fixture.firstDay, timestamp: Fixture.timestamp, threads: 1)
    func waiting(_ store: borrowing ReadStore) throws -> Int {
      try store.quarantineFiles(of: .reception).reduce(0) { sum, file in
        try sum + QuarantineTable.entries(file.open()).reduce(0) { $0 + $1.count }
      }
    }
    var released = 0
    let refused = try waiting(intake.store)
    for endpoints in [6, 9] {
      var store = intake.finish()
      try store.replaceRegistry(Fixture.registry(endpoints), timestamp: Fixture.timestamp)
      _ = consume store
      intake = try Intake(try Fixture.open(directory))
      try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
      #expect(intake.counts.released > 0)
      released += intake.counts.released
      #expect(try waiting(intake.store) == refused - released, "seed \(seed)")
    }
    #expect(released == refused)
    let store = intake.finish()
    #expect(try Fixture.content(store) == expected, "seed \(seed)")
    #expect(try await store.check(threads: 1).faults == [])
    let version = store.snapshot(.reads).version
    // Nothing is let go twice.
    var again = try Intake(store)
    try await again.commit(timestamp: Fixture.timestamp, threads: 1)
    #expect(again.counts.released == 0)
    #expect(again.store.snapshot(.reads).version == version)
  }

  @Test(
    "more slots than are held at a time change nothing but the number of commits",
    arguments: 1...3 as ClosedRange<UInt64>)
  func manySlots(seed: UInt64) async throws {
    var random = SplitMix64(seed: seed)
    let uploads = Fixture.randomUploads(seed: seed, endpoints: 6, collectors: 2, days: 14)
      .shuffled(using: &random)
    let directory = try TemporaryDirectory()
    var intake = try Intake(try Fixture.makeStore(directory, endpoints: 6), heldSlotsMax: 4)
    var commits = 0
    for upload in uploads {
      try intake.take(upload, source: "test")
      #expect(intake.slots.count <= 5)
      if intake.isFull {
        try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
        commits += 1
      }
    }
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
    #expect(commits >= 3)
    #expect(try Fixture.content(intake.finish()) == Fixture.oracle(uploads), "seed \(seed)")
  }
}
