import CollectorUpload
import DeltaTable
import DurableFiles
import Metering
import TestSupport
import Testing

@testable import HeadEnd

/// Months put into one file each.
@Suite("Optimization of a store")
struct OptimizationTests {
  private static let endpoints = 60
  private static let days = 40

  /// Forty days over the end of two months, some with late reads, estimates and what persons said;
  /// the last three days are open.
  private static func store(seed: UInt64) async throws -> StoreCopy {
    let copy = StoreCopy(directory: try TemporaryDirectory())
    var intake = try Intake(try Fixture.makeStore(copy.directory, endpoints: endpoints))
    var random = SplitMix64(seed: seed)
    for day in 0..<days {
      var records: [UploadRecord] = []
      for endpoint in 0..<endpoints
      where endpoint == 2 || Int.random(in: 0..<12, using: &random) > 0 {
        records.append(
          Fixture.record(
            endpoint,
            at: Fixture.clock.startOfDay(Fixture.firstDay + day)
              + Int64.random(in: 0..<millisecondsPerDay, using: &random),
            register: UInt32((endpoint * 7919 + day * (endpoint % 9 + 3)) % 100_000),
            rssi: Int8.random(in: -100 ... -60, using: &random)))
      }
      try intake.take(
        Fixture.upload(
          collector: UInt32(1 + day % 3), day: Fixture.firstDay + day, records: records),
        source: "spool")
    }
    try await intake.close(
      through: Fixture.firstDay + (days - 4), timestamp: Fixture.timestamp, threads: 2)
    var store = intake.finish()
    _ = try await store.validate(timestamp: Fixture.timestamp, threads: 2)
    _ = try store.enter(
      (0..<5).map { number in
        ReadEntry(
          endpoint: EndpointID(rawValue: Fixture.firstID + UInt32(number)),
          day: Fixture.firstDay + 6 * number, quality: number == 2 ? .rejected : .verified,
          register: number == 2 ? nil : 500,
          note: "seen by \(number % 2 == 0 ? "J. Doe" : "R. Roe")")
      }, timestamp: Fixture.timestamp)
    return copy
  }

  private static func open(_ copy: StoreCopy, _ purpose: ReadStore.Purpose) throws -> ReadStore {
    try ReadStore.open(at: copy.path, engine: Fixture.engine, for: purpose)
  }

  private static func optimize(_ copy: StoreCopy, threads: Int = 2) async throws
    -> [OptimizedMonth]
  {
    var store = try open(copy, .writing)
    return try await store.optimize(timestamp: Fixture.timestamp, threads: threads)
  }

  private static func takeLate(_ copy: StoreCopy) async throws {
    var intake = try Intake(try open(copy, .writing))
    let day = Fixture.firstDay + 4
    try intake.take(
      Fixture.upload(
        collector: 9, day: day, sequence: 90,
        records: (0..<20).map {
          Fixture.record(
            $0, at: Fixture.clock.startOfDay(day + 1) - 1, register: UInt32(9000 + $0), rssi: -20)
        }), source: "late")
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
  }

  @Test("what the store holds stays the same, in fewer bytes", arguments: [1, 2, 3])
  func content(seed: UInt64) async throws {
    let copy = try await Self.store(seed: seed)
    let before = try StoreContent(of: copy.path)
    let summary = try await Self.open(copy, .reading).summary(threads: 2)
    let months = try await Self.optimize(copy)
    #expect(months.map(\.month) == ["1998-06", "1998-07", "1998-08"])
    #expect(months.map(\.days) == [2, 31, 4])
    #expect(months.allSatisfy { $0.isRewritten && $0.bytesAfter < $0.bytesBefore })
    #expect(try StoreContent(of: copy.path).differences(from: before) == [])
    #expect(try await copy.check() == [])
    let store = try Self.open(copy, .reading)
    let after = try await store.summary(threads: 2)
    #expect(after.digest == summary.digest && after.days == summary.days)
    #expect(after.byteCount < summary.byteCount && after.coreByteCount < summary.coreByteCount)
    // One file for each month, and one for each open day.
    #expect(store.files(of: .reads).count == 6)
    #expect(months.reduce(0) { $0 + $1.coreBytesAfter } < after.coreByteCount)
  }

  @Test("the same again changes nothing, and the number of threads makes no difference")
  func again() async throws {
    let (copy, other) = (try await Self.store(seed: 4), try await Self.store(seed: 4))
    _ = try await Self.optimize(copy, threads: 1)
    _ = try await Self.optimize(other, threads: 3)
    #expect(copy.data(.reads) == other.data(.reads))
    for name in copy.data(.reads) { #expect(try copy.bytes(name) == other.bytes(name), "\(name)") }
    let logs = copy.logs(.reads)
    let months = try await Self.optimize(copy)
    #expect(months.count == 3 && !months.contains(where: \.isRewritten))
    #expect(months.allSatisfy { $0.bytesBefore == $0.bytesAfter && $0.filesBefore == 1 })
    #expect(copy.logs(.reads) == logs)
  }

  @Test(
    "late reads and a validation after it come out as without it, and are taken in the next time")
  func life() async throws {
    let plain = try await Self.store(seed: 5)
    let copy = try plain.copy()
    _ = try await Self.optimize(copy)
    for store in [plain, copy] {
      try await Self.takeLate(store)
      var writer = try Self.open(store, .writing)
      try writer.close(through: Fixture.firstDay + 39, timestamp: Fixture.timestamp)
      _ = try await writer.validate(timestamp: Fixture.timestamp, threads: 2)
    }
    let expected = try StoreContent(of: plain.path)
    #expect(try StoreContent(of: copy.path).differences(from: expected) == [])
    let months = try await Self.optimize(copy)
    #expect(months.map(\.isRewritten) == [true, true, true])
    #expect(months.map(\.days) == [2, 31, 7])
    #expect(try StoreContent(of: copy.path).differences(from: expected) == [])
    #expect(try await copy.check() == [])
    let limit = Fixture.timestamp + 1
    _ = try Self.open(copy, .writing).vacuum(before: limit, isDryRun: false)
    #expect(copy.data(.reads).count == 3)
    #expect(try StoreContent(of: copy.path).differences(from: expected) == [])
    #expect(try await copy.check() == [])
  }

  @Test("one endpoint's history is the same, with what persons said")
  func history() async throws {
    let plain = try await Self.store(seed: 6)
    let copy = try plain.copy()
    _ = try await Self.optimize(copy)
    for number in 0..<5 as Range<UInt32> {
      let endpoint = EndpointID(rawValue: Fixture.firstID + number)
      let expected = try await Self.open(plain, .reading).history(of: endpoint, threads: 2)
      let found = try await Self.open(copy, .reading).history(of: endpoint, threads: 2)
      #expect(found.versions == expected.versions)
      #expect(found.versions.contains { $0.note != nil })
      let week = try await Self.open(copy, .reading)
        .history(
          of: endpoint, from: Fixture.firstDay + 3, through: Fixture.firstDay + 9, threads: 1)
      #expect(
        week.versions
          == expected.versions.filter { (3...9).contains($0.day - Fixture.firstDay) })
    }
  }

  @Test("open days and stores without a closed day stay as they are")
  func openDays() async throws {
    let copy = StoreCopy(directory: try TemporaryDirectory())
    var intake = try Intake(try Fixture.makeStore(copy.directory, endpoints: 4))
    for upload in Fixture.randomUploads(seed: 5, endpoints: 4, collectors: 2, days: 3) {
      try intake.take(upload, source: "spool")
    }
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
    _ = intake.finish()
    let logs = copy.logs(.reads)
    #expect(try await Self.optimize(copy) == [])
    #expect(copy.logs(.reads) == logs)
  }

  @Test("an optimized file whose days are not those of the log is found")
  func wrongDays() async throws {
    let copy = try await Self.store(seed: 7)
    _ = try await Self.optimize(copy)
    let name = try #require(copy.logs(.reads).last)
    var text = String(decoding: try copy.bytes(name), as: UTF8.self)
    let first = Fixture.firstDay.number + 33
    #expect(text.contains("\"amr.days\":\"\(first),"))
    text = text.replacing("\"amr.days\":\"\(first),", with: "\"amr.days\":\"")
    try copy.write(Array(text.utf8), to: name)
    #expect(try await copy.check().contains { $0.contains("rows are not of the 3 days") })
  }

  @Test(
    "four readers find the same rows after it",
    .enabled(if: Witness.shouldRun("pyarrow", "duckdb", "polars", "deltalake")))
  func witnesses() async throws {
    let copy = try await Self.store(seed: 8)
    let program = """
      import sys, pyarrow as pa, pyarrow.parquet as pq, duckdb, polars as pl
      from deltalake import DeltaTable
      table = DeltaTable(sys.argv[1])
      files = table.file_uris()
      columns = ["endpoint_id", "day", "register", "version", "quality", "read_at", "rssi_dbm", "note"]
      arrow = pa.concat_tables(
          pq.ParquetFile(f, page_checksum_verification=True).read(columns=columns) for f in files)
      def texts(rows):
          # Readers differ in the time zone of what they make of an instant.
          for r in rows: r["read_at"] = r["read_at"].timestamp()
          return sorted(map(str, rows))
      found = [
          texts(arrow.to_pylist()),
          texts(table.to_pyarrow_table(columns=columns).to_pylist()),
          texts(pl.read_delta(sys.argv[1]).select(columns).to_arrow().to_pylist()),
          texts(duckdb.sql(
              f"select {', '.join(columns)} from read_parquet({files}, hive_partitioning = false)"
              ).to_arrow_table().to_pylist()),
      ]
      import hashlib
      for rows in found: print(len(rows), hashlib.sha256("|".join(rows).encode()).hexdigest())
      """
    func rows() throws -> [Substring] {
      let result = try Witness.run(program, [copy.path + "/reads"])
      #expect(result.exitCode == 0, "\(result.errorText)")
      return result.outputText.split(separator: "\n")
    }
    let before = try rows()
    _ = try await Self.optimize(copy)
    let after = try rows()
    #expect(before.count == 4 && Set(before).count == 1 && before == after)
  }
}
