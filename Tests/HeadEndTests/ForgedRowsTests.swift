import Columnar
import DeltaTable
import Metering
import TestSupport
import Testing

@testable import HeadEnd

/// Stores whose files are sound Parquet and say what no head-end of ours would have written.
@Suite("Forged rows")
struct ForgedRowsTests {
  private static let day = Fixture.firstDay

  @Test(
    "a row that would overflow or pass for another read is refused, not trapped on",
    arguments: [
      ("endpoint_id", ColumnData.int64([1 << 40])), ("endpoint_id", .int64([-1])),
      ("register", .int64([1 << 24])), ("register", .int64([-1])),
      ("read_at", .int64([.max])), ("read_at", .int64([.min])),
      ("read_at_ms", .int32([1000])), ("read_at_ms", .int32([-1])),
      ("version", .int32([0])), ("version", .int32([.max])),
    ])
  func reads(name: String, data: ColumnData) async throws {
    let directory = try TemporaryDirectory()
    var store = try Fixture.makeStore(directory, endpoints: 1)
    var rows = ReadRows()
    let record = Fixture.record(0, at: Fixture.clock.startOfDay(Self.day), register: 7)
    rows.append(
      endpoint: Fixture.firstID,
      StoredRead(
        ReceivedRead(stamp: record.stamp, frame: record.frame, collector: 1, rssiDbm: -90),
        version: 1, isLate: false))
    var columns = rows.columns(day: Self.day)
    let place = try #require(columns.firstIndex { $0.field.name == name })
    columns[place].data = data
    var commit = Commit(operation: "FORGE", timestamp: Fixture.timestamp)
    commit.adds = [
      try store.writeFile(
        columns, to: .reads, partition: ["month": Self.day.monthName], name: "forged",
        timestamp: Fixture.timestamp)
    ]
    try store.commitReads(commit)
    let check = try await store.check(threads: 1)
    #expect(check.faults.contains { $0.message.contains("row 0 is not a read") }, "\(name)")
    await #expect(throws: HeadEndError.self) { _ = try await store.summary(threads: 1) }
  }

  @Test(
    "a registry row that is no service point is refused",
    arguments: [
      ("endpoint_id", ColumnData.int64([1 << 40])), ("dials", .int32([0])),
      ("dials", .int32([40])), ("multiplier", .int32([0])), ("cycle", .int32([22])),
    ])
  func registry(name: String, data: ColumnData) throws {
    let directory = try TemporaryDirectory()
    var store = try Fixture.makeStore(directory, endpoints: 1)
    var columns = RegistryTable.columns(Fixture.registry(1))
    let place = try #require(columns.firstIndex { $0.field.name == name })
    columns[place].data = data
    var commit = Commit(operation: "FORGE", timestamp: Fixture.timestamp)
    commit.removes = store.snapshot(.registry).files
    commit.adds = [
      try store.writeFile(columns, to: .registry, name: "forged", timestamp: Fixture.timestamp)
    ]
    try store.commit(commit, to: .registry)
    try store.commitReads(Commit(operation: "FORGE", timestamp: Fixture.timestamp))
    _ = consume store
    do {
      _ = try Fixture.open(directory).registry
      Issue.record("\(name) was accepted")
    } catch {
      #expect("\(error)".contains("row 0 is not a service point"), "\(name): \(error)")
    }
  }

  @Test("a log that closes days beyond the calendar does not trap")
  func closedThrough() throws {
    let directory = try TemporaryDirectory()
    var store = try Fixture.makeStore(directory, endpoints: 1)
    var commit = Commit(operation: "FORGE", timestamp: Fixture.timestamp)
    commit.transactions[ReadStore.closedThroughName] = .max
    try store.commitReads(commit)
    #expect(store.closedThrough == CivilDay(number: Int(Int32.max)))
  }
}
