import CollectorUpload
import Metering
import TestSupport
import Testing

@testable import HeadEnd

@Suite("Intake")
struct IntakeTests {
  private let day = Fixture.firstDay
  private var start: UTCMilliseconds { Fixture.clock.startOfDay(day) }

  @Test("unknown endpoints, damaged frames and stamps of the future go to quarantine")
  func quarantine() async throws {
    let directory = try TemporaryDirectory()
    var intake = try Intake(try Fixture.makeStore(directory, endpoints: 3))
    let good = Fixture.record(0, at: start + 5, register: 1)
    var bad = Fixture.record(1, at: start + 5, register: 1)
    bad.frame = .init(head: bad.frame.head, tail: bad.frame.tail ^ 1)
    let records = [
      good, bad, Fixture.record(77, at: start + 6, register: 2),
      Fixture.record(77, at: start + 7, register: 2),
      Fixture.record(2, at: start + millisecondsPerDay + 60_000, register: 3),
      Fixture.record(2, at: start + millisecondsPerDay + 60_001, register: 4),
    ]
    try intake.take(
      Fixture.upload(collector: 1, day: day, records: records), source: "a.amru", offset: 40)
    #expect(intake.counts.receptions == 2)
    #expect(intake.counts.quarantined == 4)
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
    let content = try Fixture.content(intake.finish())
    #expect(content[day]?.count == 1)
    // Sixty seconds ahead is tolerated, and belongs to the next day.
    #expect(content[day + 1]?.values.map(\.register) == [3])
    let store = try Fixture.open(directory)
    let file = try #require(store.files(of: .quarantine).first).open()
    #expect(
      try file.texts("reason") == ["invalid_frame", "unknown_endpoint", "future_stamp"])
    #expect(try file.integers("receptions") == [1, 2, 1])
    #expect(try file.integers("source_offset") == [40, 40, 40])
  }

  @Test("stamps before the first installation, as of a clock that was reset, go to quarantine")
  func ancientStamps() async throws {
    let directory = try TemporaryDirectory()
    var intake = try Intake(try Fixture.makeStore(directory, endpoints: 3))
    let past = CivilDay(number: 1)
    let reset = Fixture.record(0, at: Fixture.clock.startOfDay(past), register: 9)
    try intake.take(
      Fixture.upload(collector: 2, day: past, sequence: 1, records: [reset]), source: "reset")
    let installed = Fixture.clock.startOfDay(day - 30)
    let header = UploadHeader(
      collector: CollectorID(rawValue: 3), sequence: 1, createdAt: start,
      periodStart: installed - 1, periodEnd: installed + 1)
    let edge = [
      Fixture.record(0, at: installed - 1, register: 9),
      Fixture.record(1, at: installed, register: 9),
    ]
    try intake.take(Upload(header: header, records: edge), source: "edge")
    #expect(intake.counts.receptions == 1)
    #expect(intake.counts.quarantinedByReason == [.ancientStamp: 2])
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
    #expect(intake.finish().days == [day - 30])
  }

  @Test("a sequence seen with other bytes is refused, once")
  func contradiction() async throws {
    let directory = try TemporaryDirectory()
    var intake = try Intake(try Fixture.makeStore(directory, endpoints: 3))
    let first = Fixture.upload(
      collector: 1, day: day, records: [Fixture.record(0, at: start, register: 1)])
    let other = Fixture.upload(
      collector: 1, day: day, records: [Fixture.record(0, at: start + 9, register: 2)])
    try intake.take(first, source: "a")
    try intake.take(other, source: "b")
    try intake.take(other, source: "b")
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
    #expect(intake.counts.uploads == 1)
    #expect(intake.counts.quarantined == 1)
    var again = try Intake(intake.finish())
    try again.take(other, source: "b")
    #expect(again.counts.quarantined == 0)
    let content = try Fixture.content(again.finish())
    #expect(content[day]?.values.map(\.register) == [1])
  }

  @Test("after its close a day changes only by new versions with their reason")
  func lateUploads() async throws {
    let directory = try TemporaryDirectory()
    var intake = try Intake(try Fixture.makeStore(directory, endpoints: 3))
    try intake.take(
      Fixture.upload(
        collector: 1, day: day, records: [Fixture.record(0, at: start + 5, register: 10)]),
      source: "a")
    try await intake.close(through: day, timestamp: Fixture.timestamp, threads: 1)
    // One better read, one worse, one for an endpoint that had none.
    try intake.take(
      Fixture.upload(
        collector: 2, day: day,
        records: [
          Fixture.record(0, at: start + 9, register: 11),
          Fixture.record(1, at: start + 1, register: 20),
        ]), source: "b")
    try intake.take(
      Fixture.upload(
        collector: 3, day: day, records: [Fixture.record(0, at: start + 2, register: 9)]),
      source: "c")
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
    #expect(intake.counts.lateReads == 2)
    let store = intake.finish()
    let rows = try store.currentRows(ofDay: day)
    #expect(rows.reads.map(\.register) == [11, 20])
    #expect(rows.reads.map(\.version) == [2, 1])
    #expect(rows.reads.map(\.reason) == [.lateUpload, .lateUpload])
    let check = try await store.check(threads: 1)
    #expect(check.faults == [])
    #expect(check.rowsRead >= 3)
    #expect(store.closedThrough == day)
  }

  @Test("a late upload competes with what earlier late uploads left")
  func lateTwice() async throws {
    let directory = try TemporaryDirectory()
    var intake = try Intake(try Fixture.makeStore(directory, endpoints: 1))
    try await intake.close(through: day, timestamp: Fixture.timestamp, threads: 1)
    for (collector, register) in [(1, 5), (2, 7), (3, 6)] as [(UInt32, UInt32)] {
      try intake.take(
        Fixture.upload(
          collector: collector, day: day,
          records: [Fixture.record(0, at: start + Int64(register), register: register)]),
        source: "late")
      try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
    }
    let rows = try intake.finish().currentRows(ofDay: day)
    #expect(rows.reads.map(\.register) == [7])
    #expect(rows.reads.map(\.version) == [2])
  }

  @Test("damaged bytes are reported once and hide nothing behind them")
  func damage() async throws {
    let directory = try TemporaryDirectory()
    var intake = try Intake(try Fixture.makeStore(directory, endpoints: 3))
    var bytes = Fixture.upload(
      collector: 1, day: day, records: [Fixture.record(0, at: start, register: 1)]
    ).bytes
    bytes[UploadHeader.byteCount + 3] ^= 4
    let good = Fixture.upload(
      collector: 2, day: day, records: [Fixture.record(1, at: start, register: 1)])
    for _ in 0..<2 {
      var reader = UploadReader()
      reader.feed(bytes + good.bytes)
      do {
        _ = try reader.next()
        Issue.record("a damaged upload was accepted")
      } catch {
        intake.take(damaged: error, source: "spool")
      }
      let next = try #require(try reader.next())
      try intake.take(next, source: "spool")
    }
    #expect(intake.counts.quarantined == 1)
    #expect(intake.counts.uploads == 1)
    #expect(intake.counts.repeatedUploads == 1)
  }

  @Test("other damaged bytes in the same place of a stream are told apart, also later")
  func damageInOnePlace() async throws {
    let directory = try TemporaryDirectory()
    var store = try Fixture.makeStore(directory, endpoints: 3)
    for quarantined in [2, 0] {
      var intake = try Intake(store)
      for byte: UInt8 in [1, 2, 1] {
        var reader = UploadReader()
        reader.feed([UInt8](repeating: byte, count: 100))
        reader.finish()
        let error = try #require(throws: UploadError.self) { try reader.next() }
        intake.take(damaged: error, source: "standard input")
      }
      #expect(intake.counts.quarantined == quarantined)
      try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
      store = intake.finish()
    }
  }

  @Test("the registry survives, and can be replaced")
  func registry() throws {
    let directory = try TemporaryDirectory()
    var store = try Fixture.makeStore(directory, endpoints: 5)
    #expect(store.registry == Fixture.registry(5))
    try store.replaceRegistry(Fixture.registry(7).reversed(), timestamp: Fixture.timestamp)
    do {
      try store.replaceRegistry(Fixture.registry(4), timestamp: Fixture.timestamp)
      Issue.record("a registry that forgets endpoints was accepted")
    } catch {
      #expect("\(error)".contains("lacks 3 endpoints"))
      #expect("\(error)".contains("the first of them 20000004"))
    }
    _ = consume store
    let reopened = try Fixture.open(directory)
    #expect(reopened.registry == Fixture.registry(7))
    #expect(reopened.settings == Fixture.settings())
  }

  @Test("a store is not made twice, and nothing is no store")
  func refusals() throws {
    let directory = try TemporaryDirectory()
    #expect(throws: HeadEndError.self) { _ = try Fixture.open(directory).days }
    _ = try Fixture.makeStore(directory, endpoints: 1)
    #expect(throws: HeadEndError.self) {
      _ = try Fixture.makeStore(directory, endpoints: 1).days
    }
    let doubled = Fixture.registry(1) + Fixture.registry(1)
    var store = try Fixture.open(directory)
    do {
      try store.replaceRegistry(doubled, timestamp: 0)
      Issue.record("a registry with an endpoint twice was accepted")
    } catch {
      #expect("\(error)".contains("the registry: endpoint_id: 20000000 is in service from "))
    }
  }
}
