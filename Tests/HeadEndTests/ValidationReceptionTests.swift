import CollectorUpload
import Metering
import TestSupport
import Testing
import VEE

@testable import HeadEnd

/// Several receptions of one read, and stamps that cannot be right.
@Suite("Validation of receptions")
struct ValidationReceptionTests {
  private typealias Store = ValidationStore

  @Test("three receptions within 40 ms are one read, and two duplicates")
  func duplicates() async throws {
    let store = try Store([Store.point(0)])
    let receptions = [(0, 3, -80), (17, 2, -60), (40, 1, -90)].map { (delay, collector, rssi) in
      Store.Reception(
        endpoint: 0, day: 0, register: 7, time: Store.noon + Int64(delay),
        collector: UInt32(collector), rssi: Int8(rssi))
    }
    var intake = try Intake(try store.open())
    for upload in store.uploads(receptions) { try intake.take(upload, source: "test") }
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
    #expect(intake.counts.receptions == 3)
    _ = intake.finish()
    try await store.validate(through: 0)
    let reads = try store.versions(0, 0)
    #expect(reads.map(\.reception?.collector) == [1])
    #expect(reads.map(\.stamp) == [Store.start(0) + Store.noon + 40])
  }

  @Test("of receptions with different registers the latest wins, in any order")
  func differentRegisters() async throws {
    let receptions = [1, 2, 3].map {
      Store.Reception(
        endpoint: 0, day: 0, register: UInt32(10 + $0), time: Store.noon + Int64($0),
        collector: UInt32($0))
    }
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      let store = try Store([Store.point(0)])
      for number in order { try await store.receive([receptions[number]]) }
      try await store.validate(through: 0)
      #expect(try store.texts(0, 0) == ["13 actual"], "\(order)")
      // After the close the same, as versions.
      let late = try Store([Store.point(0)])
      try late.close(through: 0)
      for number in order {
        try await late.receive([receptions[number]])
        try await late.validate(through: 0)
      }
      #expect(try late.value(0, 0) == "13 actual late_upload", "\(order)")
    }
  }

  @Test("a stamp 60 s ahead of its upload is taken, as the rules say, and 60.001 s is not")
  func clockTolerance() async throws {
    let rules = VEERules()
    for (ahead, receptions) in [(60_000, 1), (60_001, 0)] {
      let store = try Store([Store.point(0)])
      var intake = try Intake(try store.open())
      let stamp = Store.start(1) + Int64(ahead)
      let upload = Fixture.upload(
        collector: 1, day: Store.day0, sequence: 1,
        records: [Fixture.record(0, at: stamp, register: 1)])
      try intake.take(upload, source: "test")
      #expect(intake.counts.receptions == receptions)
      let finding = rules.clockFinding(receivedAt: stamp, now: upload.header.createdAt)
      #expect((finding == nil) == (receptions == 1))
    }
  }
}
