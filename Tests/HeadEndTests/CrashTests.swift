import CollectorUpload
import DurableFiles
import Metering
import TestSupport
import Testing

@testable import HeadEnd

@Suite("Interrupted ingest")
struct CrashTests {
  @Test("after a failure at any system call the same command gives the same reads and ledger")
  func everyCall() async throws {
    let uploads = Fixture.randomUploads(seed: 3, endpoints: 4, collectors: 2, days: 2)
    let expected = Fixture.oracle(uploads)
    var calls = 0
    var crashed = true
    while crashed {
      calls += 1
      let directory = try TemporaryDirectory(inMemory: true)
      _ = try Fixture.makeStore(directory, endpoints: 4)
      let crash = Crash(after: calls)
      do {
        var intake = try Intake(
          try ReadStore.open(
            at: directory.file("store"), engine: Fixture.engine, for: .writing,
            in: crash.fileSystem))
        try await Self.ingest(uploads, &intake)
      } catch {
        #expect(crash.happened, "\(error)")
      }
      crashed = crash.happened
      var again = try Intake(try Fixture.open(directory))
      try await Self.ingest(uploads, &again)
      let store = again.finish()
      let content = try Fixture.content(store)
      let check = try await store.check(threads: 1)
      #expect(content == expected, "call \(calls)")
      #expect(check.faults == [], "call \(calls)")
      let ledger = try store.files(of: .uploads).reduce(0) { try $0 + $1.open().rowCount }
      #expect(ledger == uploads.count, "call \(calls)")
    }
    // The ingest makes two batches of two tables each: far more than a handful of calls.
    #expect(calls > 50)
  }

  private static func ingest(_ uploads: [Upload], _ intake: inout Intake) async throws {
    for (number, upload) in uploads.enumerated() {
      try intake.take(upload, source: "spool")
      if number == 1 { try await intake.commit(timestamp: Fixture.timestamp, threads: 1) }
    }
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
  }
}
