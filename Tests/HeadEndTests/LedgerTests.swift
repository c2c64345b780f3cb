import Checksums
import CollectorUpload
import DurableFiles
import Metering
import TestSupport
import Testing

@testable import HeadEnd

@Suite("Ledger")
struct LedgerTests {
  private func entry(_ collector: UInt32, _ sequence: UInt64, _ sum: SHA256Digest) -> Ledger.Entry {
    Ledger.Entry(
      key: .init(collector: collector, sequence: sequence), sha256: sum, createdAt: 0,
      receivedAt: nil, records: 0)
  }

  @Test("knows every upload of many files though it holds the digests of few")
  func manyFiles() async throws {
    let directory = try TemporaryDirectory()
    var store = try Fixture.makeStore(directory, endpoints: 1)
    let uploads = Fixture.randomUploads(seed: 1, endpoints: 1, collectors: 3, days: 12)
    // One file of the ledger for each.
    for upload in uploads {
      var intake = try Intake(store)
      try intake.take(upload, source: "test", receivedAt: upload.header.createdAt + 5)
      try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
      store = intake.finish()
    }
    let other = SHA256Digest(1, 2, 3, 4)
    let new = SHA256Digest(5, 6, 7, 8)
    var ledger = try Ledger(store.files(of: .uploads), heldDigestsMax: 2)
    let digests = try store.files(of: .uploads).map { try UploadTable.digests($0.open()) }
    #expect(digests.count == uploads.count)
    var random = SplitMix64(seed: 4)
    for digest in digests.flatMap({ $0 }).shuffled(using: &random) {
      let (collector, sequence) = (digest.key.collector, digest.key.sequence)
      #expect(try ledger.enter(entry(collector, sequence, digest.value)) == .repeated)
      #expect(try ledger.enter(entry(collector, sequence, other)) == .contradicts)
    }
    #expect(ledger.pending.isEmpty)
    #expect(try ledger.enter(entry(1, 13, new)) == .new)
    #expect(try ledger.enter(entry(1, 13, new)) == .repeated)
    #expect(try ledger.enter(entry(9, 1, new)) == .new)
    let received = try store.files(of: .uploads).flatMap {
      try $0.open().optionalIntegers("received_at")
    }
    #expect(Set(received) == Set(uploads.map { ($0.header.createdAt + 5) * 1000 }))
  }
}
