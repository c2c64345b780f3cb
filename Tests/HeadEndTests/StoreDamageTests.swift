import Columnar
import DeltaTable
import DurableFiles
import Metering
import TestSupport
import Testing

@testable import HeadEnd

@Suite("Damaged stores")
struct StoreDamageTests {
  /// What is done to a copy of a sound store, and what the check must say of it.
  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let expected: [String]
    let apply: @Sendable (StoreCopy) throws -> Void

    init(
      _ name: String, _ expected: String..., apply: @escaping @Sendable (StoreCopy) throws -> Void
    ) {
      testDescription = name
      self.expected = expected
      self.apply = apply
    }
  }

  private static let files: [Damage] = [
    Damage("data file cut off", "but the log says", "begin and end with PAR1") { store in
      let name = store.data(.reads)[0]
      try store.write(Array(try store.bytes(name).dropLast()), to: name)
    },
    Damage("data file removed", "missing, though the log says that it is live") { store in
      try store.remove(store.data(.reads)[1])
    },
    Damage("ledger file removed", "uploads-b", "missing, though the log says") { store in
      try store.remove(store.data(.uploads)[0])
    },
    Damage("two data files swapped", "-b3.parquet: ", "rows are not of") { store in
      let names = store.data(.reads)
      let first = try store.bytes(names[0])
      try store.write(try store.bytes(names[2]), to: names[0])
      try store.write(first, to: names[2])
    },
    Damage("a sibling is gone, and a file of another", "registry holds no Delta table", "missing") {
      store in
      for name in store.files("registry/", "") { try store.remove(name) }
      try store.remove(store.data(.quarantine)[0])
    },
    Damage("other offset", "utc_offset_minutes is -240, but the days", "put -300 back") {
      try $0.replace("-300", with: "-240", in: "store.json")
    },
    Damage("settings broken", "store.json:2:") {
      try $0.replace("\"format\"", with: "}", in: "store.json")
    },
  ]

  private static let logs: [Damage] = [
    Damage("middle version removed", "reads: version 2 is missing from the log") { store in
      try store.remove(store.logs(.reads)[2])
    },
    Damage("first version removed", "reads: version 0 is missing from the log") { store in
      try store.remove(store.logs(.reads)[0])
    },
    Damage("last version removed", "ends at version 4, but version 5 was committed") { store in
      try store.remove(store.logs(.reads).last!)
    },
    Damage("last version of the ledger removed", "uploads: version 2 is missing") { store in
      try store.remove(store.logs(.uploads).last!)
    },
    Damage("last version of the ledger replaced", "is not the one that reads names") { store in
      let name = store.logs(.uploads).last!
      try store.replace("INGEST", with: "INGEsT", in: name)
    },
    Damage("log file changed", "it follows a log file of version 0 with SHA-256") { store in
      try store.replace("CREATE TABLE", with: "CREATE", in: store.logs(.reads)[0])
    },
    Damage("last_commit.json removed", "last_commit.json: missing") {
      try $0.remove(LastCommit.fileName)
    },
    Damage("last_commit.json of another commit", "is not the one that was committed") {
      try LastCommit(version: 3, sha256: "00").write(to: $0.path, .system)
    },
    Damage("last_commit.json of the future", "ends at version 5, but version 6") {
      try LastCommit(version: 6, sha256: "00").write(to: $0.path, .system)
    },
  ]

  /// Log entries that somebody forged with all hashes, so that only the data contradict them.
  private static let forged: [Damage] = [
    forgery("row count", #"\"numRecords\":"#, #"\"numRecords\":1"#, "rows, but the log says"),
    forgery("least", #"\"register\":0,"#, #"\"register\":-7,"#, "register is said to lie in -7"),
    forgery(
      "nulls", #"\"nullCount\":{\"endpoint_id\":0"#, #"\"nullCount\":{\"endpoint_id\":1"#,
      "nullCount of endpoint_id is 1, but 0 rows"),
    forgery("size", #""size":"#, #""size":1"#, "bytes, but the log says 1"),
    forgery(
      "digest", #""tags":{"sha256":""#, #""tags":{"sha256":"x"#, "its SHA-256 is not the one"),
    forgery("month", #"{"month":"1998-06"}"#, #"{"month":"1998-05"}"#, "not in partition month="),
    forgery("day", #"\"day\":\"1998-06-30\""#, #"\"day\":\"1998-06-29\""#, "rows are not of"),
    forgery("path", #""path":"month"#, #""path":"../month"#, "is not a plain path inside the"),
    forgery("name", #""path":"month"#, #""path":"./month"#, "is not a plain path inside the"),
  ]

  private static func forgery(
    _ name: String, _ text: String, _ other: String, _ expected: String
  ) -> Damage {
    Damage("forged \(name)", expected) { store in
      let log = try #require(
        store.logs(.reads).first {
          String(decoding: try store.bytes($0), as: UTF8.self).contains(text)
        })
      try store.replace(text, with: other, in: log)
      try store.forgeHashes()
    }
  }

  /// Of tables that only a validated store has rows of.
  private static let derived: [Damage] = [StoreTable.daily, .monthly, .groups, .findings].flatMap {
    name in
    [
      Damage("\(name) removed", "\(name)", "missing, though the log says that it is live") {
        try $0.remove($0.data(name)[0])
      },
      Damage("last version of \(name) removed", "\(name): version 1 is missing") {
        try $0.remove($0.logs(name).last!)
      },
      Damage("last version of \(name) replaced", "is not the one that reads names") {
        try $0.replace("VALIDATE", with: "VALIDaTE", in: $0.logs(name).last!)
      },
    ]
  }

  private static let table = files + logs + forged + derived

  @Test("each kind of damage is told", arguments: table.indices)
  func damage(number: Int) async throws {
    let damage = Self.table[number]
    let isDerived = number >= Self.table.count - Self.derived.count
    let store = try await StoreCopy.make(isValidated: isDerived)
    #expect(try await store.check() == [])
    try damage.apply(store)
    let faults = try await store.check().joined(separator: "\n")
    for expected in damage.expected {
      #expect(faults.contains(expected), "\(damage.testDescription): \(faults)")
    }
  }

  @Test(
    "a sibling's schema that was edited with all hashes: told, and refused",
    arguments: [
      (
        #"\"sha256\",\"type\":\"string\",\"nullable\":false"#,
        #"\"sha256\",\"type\":\"string\",\"nullable\":true"#, "column sha256 is nullable"
      ),
      (
        #"\"received_at\",\"type\":\"timestamp\",\"nullable\":true"#,
        #"\"received_at\",\"type\":\"timestamp\",\"nullable\":false"#,
        "column received_at is not nullable"
      ),
      (#"\"name\":\"sha256\""#, #"\"name\":\"SHA256\""#, "column sha256 is missing"),
      (#"\"name\":\"received_at\""#, #"\"name\":\"Received_at\""#, "column received_at is missing"),
      (
        #"\"fields\":["#,
        #"\"fields\":[{\"name\":\"n\",\"type\":\"long\",\"nullable\":false,\"metadata\":{}},"#,
        "columns n, collector_id, sequence"
      ),
    ])
  func schemas(text: String, other: String, expected: String) async throws {
    let store = try await StoreCopy.make()
    try store.replace(text, with: other, in: store.logs(.uploads)[0])
    try store.forgeHashes()
    let faults = try await store.check().joined(separator: "\n")
    #expect(faults.contains(expected), "\(faults)")
    let error = try #require(throws: HeadEndError.self) {
      _ = try ReadStore.open(at: store.path, engine: Fixture.engine, for: .writing).days
    }
    #expect(error.category == .badData)
    #expect("\(error)".contains(expected) && "\(error)".contains("restore it"), "\(error)")
  }

  @Test("any byte of any log file changed: told")
  func logBytes() async throws {
    let store = try await StoreCopy.make()
    func faults() -> PartialCheck {
      InspectedTables(at: store.path, engine: Fixture.engine, in: .system).faults
    }
    #expect(faults().faults == [])
    for name in StoreTable.allCases.flatMap(store.logs) + [LastCommit.fileName] {
      let bytes = try store.bytes(name)
      for offset in bytes.indices {
        try store.write(bytes[offset] ^ 1 << UInt8(offset % 8), at: offset, of: name)
        let found = !faults().faults.isEmpty
        try store.write(bytes[offset], at: offset, of: name)
        #expect(found, "byte \(offset) of \(name)")
      }
    }
  }

  @Test("any byte of a data file changed: told")
  func dataBytes() async throws {
    let store = try await StoreCopy.make(isValidated: true)
    var writer = try ReadStore.open(at: store.path, engine: Fixture.engine, for: .writing)
    try writer.replaceCollectors([CollectorID(rawValue: 7)], timestamp: Fixture.timestamp)
    _ = consume writer
    let tables = InspectedTables(at: store.path, engine: Fixture.engine, in: .system)
    for name in StoreTable.allCases {
      let file = try #require(tables[name]?.files.first)
      let bytes = try FileSystem.system.readFile(file.path)
      let relative = String(file.path.dropFirst(store.path.count + 1))
      for offset in bytes.indices {
        try store.write(bytes[offset] ^ 1 << UInt8(offset % 8), at: offset, of: relative)
        var check = PartialCheck()
        _ = check.checkFile(file, name)
        try store.write(bytes[offset], at: offset, of: relative)
        let found = check.faults.contains { $0.message.hasPrefix(file.path) }
        #expect(found, "byte \(offset) of \(file.path)")
      }
    }
  }

  @Test("laws that sound files of derived tables can break are checked")
  func derivedLaws() async throws {
    let store = try await StoreCopy.make(isValidated: true)
    #expect(try await store.check() == [])
    var writer = try ReadStore.open(at: store.path, engine: Fixture.engine, for: .writing)
    let day = Fixture.firstDay
    func add(
      _ columns: [Column], to name: StoreTable, month: String, _ writer: inout ReadStore
    ) throws {
      var commit = Commit(operation: "FORGE", timestamp: Fixture.timestamp)
      commit.adds = [
        try writer.writeFile(
          columns, to: name, partition: ["month": month], name: "forged-\(month)",
          timestamp: Fixture.timestamp)
      ]
      try writer.commit(commit, to: name)
    }
    let daily = DailyTable.columns(
      DayUse(values: [.actual, .actual], units: [1000, 10], usedBesides: []), of: day,
      endpoints: [Int64(Fixture.firstID), Int64(Fixture.firstID) + 77])
    try add(daily, to: .daily, month: "1998-06", &writer)
    let finding = Finding(
      endpoint: Fixture.firstID + 78, flag: .zero, firstDay: day, lastDay: day)
    try add(
      FindingsTable.columns([finding]) { _ in .electric }, to: .findings, month: "1998-06", &writer)
    let key = GroupsTable.Key(
      grouping: .cycle, number: 3, commodity: .gas, service: .daily)
    let groups = GroupsTable.columns(
      [[key: GroupTotals(consumption: 7)]], firstDay: day + 40)
    try add(groups, to: .groups, month: "1998-07", &writer)
    try writer.commitReads(Commit(operation: "FORGE", timestamp: Fixture.timestamp))
    _ = consume writer
    let faults = try await store.check().joined(separator: "\n")
    for expected in [
      "/daily/month=1998-06/forged-1998-06.parquet: 1 rows are of endpoints that the registry",
      "/findings/month=1998-06/forged-1998-06.parquet: 1 rows are of endpoints that the registry",
      "store: daily of 1998-06-29: endpoint 20000000 is there twice; expected it once",
      "/groups/month=1998-07/forged-1998-07.parquet: rows of 1 days are not of partition month=",
      "store: monthly 1998-06: consumption adds up to ",
      "store: groups by cycle, day 1998-06-29: consumption adds up to ",
      "store: groups by collector, month 1998-06: consumption adds up to ",
      "store: groups by cycle, day 1998-08-08: consumption adds up to 7, but that of daily to 0; "
        + "restore the tables from a copy",
    ] {
      #expect(faults.contains(expected), "\(expected) not in \(faults)")
    }
  }

  @Test("laws that sound files can break are checked")
  func laws() async throws {
    let store = try await StoreCopy.make()
    var writer = try ReadStore.open(at: store.path, engine: Fixture.engine, for: .writing)
    func add(
      _ columns: [Column], to name: StoreTable, _ file: String, _ writer: inout ReadStore
    ) throws {
      var commit = Commit(operation: "FORGE", timestamp: Fixture.timestamp)
      let partition = name == .reads ? ["month": Fixture.firstDay.monthName] : [:]
      commit.adds = [
        try writer.writeFile(
          columns, to: name, partition: partition, name: file, timestamp: Fixture.timestamp)
      ]
      try writer.commit(commit, to: name)
    }
    let entry = Fixture.ledgerEntry(collector: 7)
    try add(UploadTable.columns([entry], batch: 99), to: .uploads, "twice", &writer)
    let read = ReceivedRead(
      stamp: Fixture.clock.startOfDay(Fixture.firstDay),
      frame: Fixture.record(1, at: 0, register: 1).frame, collector: 1, rssiDbm: -90)
    var rows = ReadRows()
    rows.append(
      endpoint: Fixture.firstID + 77, StoredRead(read, version: 1, isLate: false))
    rows.append(endpoint: Fixture.firstID + 1, StoredRead(read, version: 7, isLate: false))
    try add(rows.columns(day: Fixture.firstDay), to: .reads, "forged", &writer)
    try add(RegistryTable.columns(Fixture.registry(1)), to: .registry, "doubled", &writer)
    try writer.commitReads(Commit(operation: "FORGE", timestamp: Fixture.timestamp))
    _ = consume writer
    let faults = try await store.check().joined(separator: "\n")
    for expected in [
      "uploads: upload 1 of collector 7 is there twice", "batch 99 is none of 1 to",
      "endpoint 20000001 has versions 1, 7; expected 1 to 2", "ascending order of endpoint_id",
      "1 rows are of endpoints that the registry does not know",
      "registry: endpoint_id: 20000000 is in service from ",
    ] {
      #expect(faults.contains(expected), "\(expected) not in \(faults)")
    }
  }
}
