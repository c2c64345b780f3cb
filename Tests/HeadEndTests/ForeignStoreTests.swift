import CollectorUpload
import DeltaTable
import DurableFiles
import Metering
import TestSupport
import Testing

@testable import HeadEnd

/// What other programs do to the tables of a store, by deltalake.
@Suite(
  "Stores that others work on",
  .enabled(if: Witness.shouldRun("deltalake", "pyarrow"), "needs deltalake and pyarrow"))
struct ForeignStoreTests {
  /// Runs statements of Python on a table `t` of a store; returns what they print.
  @discardableResult
  private static func run(_ statements: String, on table: StoreTable, of store: StoreCopy) throws
    -> String
  {
    let program = """
      import sys
      from deltalake import DeltaTable, Field, WriterProperties, write_deltalake
      gzip = WriterProperties(compression='GZIP')
      plain = WriterProperties(compression='UNCOMPRESSED')
      t = DeltaTable(sys.argv[1])

      """
    let result = try Witness.run(program + statements, ["\(store.path)/\(table.rawValue)"])
    #expect(result.exitCode == 0, "\(result.errorText)")
    return result.outputText
  }

  private static func open(_ store: StoreCopy, _ purpose: ReadStore.Purpose = .reading) throws
    -> ReadStore
  {
    try ReadStore.open(at: store.path, engine: Fixture.engine, for: purpose)
  }

  /// Takes in one better read of an open day and one of a new day.
  private static func ingest(_ store: StoreCopy, day number: Int = 1) async throws {
    var intake = try Intake(try open(store, .writing))
    for day in [number, number + 10].map({ Fixture.firstDay + $0 }) {
      let stamp = Fixture.clock.startOfDay(day + 1) - 1
      let record = Fixture.record(1, at: stamp, register: 77)
      try intake.take(
        Fixture.upload(collector: 9, day: day, records: [record]), source: "more")
    }
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
  }

  private static func expectLikeBefore(_ store: StoreCopy, _ sound: StoreCopy) async throws {
    let content = try Fixture.content(open(store))
    #expect(try content == Fixture.content(open(sound)))
    let summary = try await open(store).summary(threads: 2)
    let expected = try await open(sound).summary(threads: 2)
    #expect(summary.days == expected.days)
    #expect(summary.digest == expected.digest)
    #expect(try await store.check() == [])
  }

  @Test(
    "checkpoints, compaction, another order and added columns leave the reads as they are",
    arguments: [
      "t.create_checkpoint()", "t.optimize.compact(writer_properties=gzip)",
      "t.optimize.z_order(['collector_id'], writer_properties=plain)",
      "t.alter.add_columns([Field('note', 'string'), Field('volts', 'double')])",
      "t.alter.set_table_properties({'delta.logRetentionDuration': 'interval 9 days'})",
    ])
  func harmless(statement: String) async throws {
    let sound = try await StoreCopy.make()
    let store = try sound.copy()
    for table in [StoreTable.reads, .uploads, .quarantine] {
      try Self.run(statement, on: table, of: store)
    }
    let isCommit = !statement.contains("checkpoint")
    #expect(store.logs(.uploads).count == sound.logs(.uploads).count + (isCommit ? 1 : 0))
    try await Self.expectLikeBefore(store, sound)
    // The days that a compacted file of the month holds cannot be rewritten while they are open.
    if statement.contains("compact") || statement.contains("z_order") {
      let error = try await #require(throws: HeadEndError.self) { try await Self.ingest(store) }
      #expect("\(error)".contains("--through 1998-06-30' and run the command again"), "\(error)")
      try await Self.expectLikeBefore(store, sound)
      for copy in [store, sound] {
        var writer = try Self.open(copy, .writing)
        try writer.close(through: Fixture.firstDay + 2, timestamp: Fixture.timestamp)
      }
    }
    try await Self.ingest(store)
    try await Self.ingest(sound)
    try await Self.expectLikeBefore(store, sound)
  }

  @Test(
    "an optimization does not drop what another program has put into columns of its own",
    arguments: ["double", "integer"])
  func addedColumn(type: String) async throws {
    let store = try await StoreCopy.make()
    try Self.run("t.alter.add_columns([Field('volts', '\(type)')])", on: .reads, of: store)
    let logs = store.logs(.reads)
    let error = try await #require(throws: HeadEndError.self) {
      var writer = try Self.open(store, .writing)
      _ = try await writer.optimize(timestamp: Fixture.timestamp, threads: 1)
    }
    #expect("\(error)".contains("has added column volts"), "\(error)")
    #expect(store.logs(.reads) == logs)
  }

  @Test("what another program has put together is optimized like our own files")
  func compacted() async throws {
    let sound = try await StoreCopy.make(isValidated: true)
    let store = try sound.copy()
    try Self.run("t.optimize.compact(writer_properties=gzip)", on: .reads, of: store)
    for copy in [store, sound] {
      var writer = try Self.open(copy, .writing)
      try writer.close(through: Fixture.firstDay + 2, timestamp: Fixture.timestamp)
      let months = try await writer.optimize(timestamp: Fixture.timestamp, threads: 1)
      #expect(months.contains { $0.isRewritten })
    }
    #expect(
      try StoreContent(of: store.path).differences(from: try StoreContent(of: sound.path)) == [])
    #expect(try await store.check() == [])
  }

  @Test("a codec that is not read here is named, with what to do")
  func codec() async throws {
    let store = try await StoreCopy.make()
    try Self.run("t.optimize.compact()", on: .reads, of: store)
    let error = try #require(throws: HeadEndError.self) { _ = try Self.open(store).days }
    #expect("\(error)".contains("compressed with zstd"), "\(error)")
    #expect("\(error)".contains("WriterProperties(compression='GZIP')"), "\(error)")
    #expect(error.category == .badData)
  }

  @Test("rows that others changed are told by the check, and refused by writers")
  func changedRows() async throws {
    let sound = try await StoreCopy.make()
    for table in [StoreTable.reads, .uploads] {
      let store = try sound.copy()
      try Self.run("t.delete('collector_id = 1', writer_properties=gzip)", on: table, of: store)
      let faults = try await store.check()
      #expect(faults.contains { $0.contains("DELETE") }, "\(faults)")
      let error = try #require(throws: HeadEndError.self) {
        _ = try Self.open(store, .writing).days
      }
      #expect("\(error)".contains("(DELETE)"), "\(error)")
      // Of a sibling only what reads names counts.
      let rows = try Fixture.content(Self.open(store)).values.reduce(0) { $0 + $1.count }
      let before = try Fixture.content(Self.open(sound)).values.reduce(0) { $0 + $1.count }
      #expect(table == .reads ? rows < before : rows == before)
    }
  }

  /// Takes in an upload while another program works on a table.
  ///
  /// - Returns: what the commit says; "" when it says nothing.
  private static func ingest(
    _ upload: Upload, into store: StoreCopy, meanwhile work: () throws -> Void
  ) async throws -> String {
    var intake = try Intake(try open(store, .writing))
    try intake.take(upload, source: "more")
    try work()
    do {
      try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test("another program that commits between our opening and our commit: a conflict, and again")
  func conflict() async throws {
    let day = Fixture.firstDay + 12
    let upload = Fixture.upload(
      collector: 9, day: day,
      records: [Fixture.record(1, at: Fixture.clock.startOfDay(day), register: 77)])
    for table in [StoreTable.reads, .uploads] {
      let store = try await StoreCopy.make()
      let expected = try await StoreCopy.make()
      let message = try await Self.ingest(upload, into: store) {
        try Self.run("t.optimize.compact(writer_properties=gzip)", on: table, of: store)
      }
      #expect(message.contains("another program committed version"), "\(message)")
      #expect(message.contains("run the command again"), "\(message)")
      try await Self.expectLikeBefore(store, expected)
      for copy in [store, expected] {
        #expect(try await Self.ingest(upload, into: copy) {} == "")
      }
      try await Self.expectLikeBefore(store, expected)
    }
  }

  @Test("others' vacuum would remove only what ours would")
  func vacuum() async throws {
    let store = try await StoreCopy.make()
    let removable = try Self.run(
      "print(len(t.vacuum(retention_hours=0, enforce_retention_duration=False)))", on: .reads,
      of: store)
    let own = try Self.open(store, .writing).vacuum(before: .max, isDryRun: true)
    #expect(removable == "\(own.first { $0.kind == .replaced }!.files)\n")
  }

  @Test(
    "tables that say they are something else are refused with what is wrong",
    arguments: [
      (
        #""name\":\"register\",\"type\":\"long\""#, #""name\":\"register\",\"type\":\"string\""#,
        "column register is string, expected int64"
      ),
      (#""name\":\"register\""#, #""name\":\"registre\""#, "column register is missing"),
      (#""partitionColumns":["month"]"#, #""partitionColumns":[]"#, "it is partitioned by []"),
      (#""minReaderVersion":1"#, #""minReaderVersion":2"#, "reader version 2 and writer version 2"),
      ("amr.utcOffset", "other.utcOffset", "lacks the property amr.utcOffsetMinutes"),
    ])
  func otherTables(text: String, other: String, expected: String) async throws {
    let store = try await StoreCopy.make()
    let first = String(decoding: try store.bytes(store.logs(.reads)[0]), as: UTF8.self)
    let lines = first.split(separator: "\n").filter { !$0.contains("commitInfo") }
    let changed = lines.joined(separator: "\n").replacing(text, with: other)
    #expect(changed != lines.joined(separator: "\n"))
    try store.write(
      Array(changed.utf8),
      to: "reads/_delta_log/0000000000000000000\(store.logs(.reads).count).json")
    let error = try #require(throws: HeadEndError.self) { _ = try Self.open(store).days }
    #expect("\(error)".contains(expected), "\(error)")
    let faults = try await store.check().joined(separator: "\n")
    #expect(faults.contains(expected), "\(faults)")
  }
}
