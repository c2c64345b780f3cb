import Columnar
import DeltaTable
import DurableFiles
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite("Delta table")
struct DeltaTableTests {
  let directory: TemporaryDirectory
  var path: String { directory.file("table") }

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test("a table opens as it was created")
  func createAndOpen() throws {
    #expect(throws: DeltaError.notATable(directory: path)) {
      try DeltaTable.open(at: path, engine: "amr test")
    }
    _ = try SampleTable.create(at: path)
    #expect(throws: DeltaError.alreadyATable(directory: path)) { try SampleTable.create(at: path) }
    let table = try DeltaTable.open(at: path, engine: "amr test")
    #expect(table.metadata == SampleTable.metadata)
    #expect(table.metadata.id == "01234567-89ab-8def-8123-456789abcdef")
    let snapshot = try table.snapshot()
    #expect(snapshot.version == 0)
    #expect(snapshot.files.isEmpty)
  }

  @Test("commits add, replace and remember; every version stays readable")
  func commits() throws {
    let table = try SampleTable.create(at: path)
    let first = try SampleTable.file(table, 100, name: "a")
    let second = try SampleTable.file(table, 50, first: 100, month: "1998-02", name: "b")
    let one = try table.commit(
      SampleTable.append([first, second], transactions: ["uploads": 7]), after: table.snapshot())
    var rewrite = Commit(operation: "OPTIMIZE", timestamp: 1_700_000_003_000)
    rewrite.removes = [first]
    rewrite.adds = [try SampleTable.file(table, 60, name: "c")]
    rewrite.changesData = false
    rewrite.parameters = ["order": "endpoint"]
    let two = try table.commit(rewrite, after: one)

    #expect(two.version == 2)
    #expect(two.files.map(\.path) == ["month=1998-01/c.parquet", "month=1998-02/b.parquet"])
    #expect(two.files(where: "month", is: "1998-02") == [second])
    #expect(two.transactions == ["uploads": 7])
    #expect(try FileSystem.system.status(of: table.fullPath(of: second))?.size == second.size)
    // What commit returns differs from a replay only in timestamps' bounds, widened to 1 ms.
    let replayed = try table.snapshot()
    #expect(replayed.files.map(\.path) == two.files.map(\.path))
    #expect(replayed.transactions == two.transactions)
    #expect(try table.snapshot(at: 1).files.map(\.path) == one.files.map(\.path))
    #expect(throws: DeltaError.self) { try table.snapshot(at: 3) }
    #expect(directory.allFiles().filter { $0.contains("tmp") } == [])
  }

  @Test("statistics in the log hold for every row")
  func statistics() throws {
    let table = try SampleTable.create(at: path)
    let file = try SampleTable.file(table, 11, name: "a")
    _ = try table.commit(SampleTable.append([file]), after: table.snapshot())
    let statistics = try #require(try table.snapshot().files[0].statistics)
    #expect(statistics.rowCount == 11)
    #expect(statistics.nullCounts["reason"] == 8)
    #expect(statistics.nullCounts["day"] == 0)
    #expect(statistics.bounds["day"] == Bounds(min: .integer(10_227), max: .integer(10_229)))
    #expect(statistics.bounds["reason"] == Bounds(min: .string("late"), max: .string("late")))
    #expect(statistics.bounds["rssi_dbm"] == Bounds(min: .integer(-110), max: .integer(-104)))
    let least: Int64 = 883_612_800_000_001
    guard case .integer(let low) = statistics.bounds["read_at"]?.min,
      case .integer(let high) = statistics.bounds["read_at"]?.max
    else {
      Issue.record("no bounds of read_at")
      return
    }
    #expect(low == least - 1)
    #expect(high >= least + 10 * 1_000_003 && high < least + 10 * 1_000_003 + 2000)
  }

  @Test("a taken version is a conflict and changes nothing")
  func conflict() throws {
    let table = try SampleTable.create(at: path)
    let stale = try table.snapshot()
    let first = try SampleTable.file(table, 1, name: "a")
    let second = try SampleTable.file(table, 2, name: "b")
    let won = try table.commit(SampleTable.append([first]), after: stale)
    #expect(throws: DeltaError.conflict(directory: path, version: 1)) {
      try table.commit(SampleTable.append([second]), after: stale)
    }
    #expect(try table.snapshot().files.map(\.path) == [first.path])
    #expect(try table.commit(SampleTable.append([second]), after: won).version == 2)
  }

  @Test("writers at the same time: every commit lands once, versions without a gap")
  func concurrentWriters() async throws {
    let table = try SampleTable.create(at: path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          for batch in 0..<10 {
            let file = try SampleTable.file(table, 2, name: "w\(writer)-\(batch)")
            var commit = SampleTable.append([file], transactions: ["w\(writer)": Int64(batch)])
            commit.parameters = ["writer": "\(writer)"]
            while true {
              do throws(DeltaError) {
                _ = try table.commit(commit, after: table.snapshot())
                break
              } catch .conflict {
                continue
              }
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let snapshot = try table.snapshot()
    #expect(snapshot.version == 40)
    #expect(snapshot.files.count == 40)
    #expect(snapshot.transactions == ["w0": 9, "w1": 9, "w2": 9, "w3": 9])
  }

  @Test("requests that contradict the table are refused")
  func refusals() throws {
    let table = try SampleTable.create(at: path)
    let file = try SampleTable.file(table, 1, name: "a")
    let one = try table.commit(SampleTable.append([file]), after: table.snapshot())
    var twice = SampleTable.append([file])
    #expect(throws: DeltaError.self) { try table.commit(twice, after: one) }
    twice.adds = []
    twice.removes = [try SampleTable.file(table, 1, name: "never")]
    #expect(throws: DeltaError.self) { try table.commit(twice, after: one) }
    let columns = SampleTable.columns(1)
    for (given, partition, name) in [
      (Array(columns.dropFirst()), ["month": "1998-01"], "x"), (columns, [:], "x"),
      (columns, ["month": "../1998"], "x"), (columns, ["month": "1998-01"], "x/y"),
      (columns, ["month": "1998-01"], ".hidden"),
    ] {
      #expect(throws: DeltaError.self) {
        try table.writeDataFile(given, partition: partition, name: name, timestamp: 0)
      }
    }
    #expect(directory.allFiles().filter { $0.contains("x") || $0.contains("hidden") } == [])
  }

  @Test("roll-back takes back versions and the files only they added")
  func rollBack() throws {
    let table = try SampleTable.create(at: path)
    var snapshot = try table.snapshot()
    for name in ["a", "b", "c"] {
      let file = try SampleTable.file(table, 5, name: name)
      snapshot = try table.commit(SampleTable.append([file]), after: snapshot)
    }
    let before = try table.snapshot(at: 1)
    try table.rollBack(to: 1)
    #expect(try table.snapshot() == before)
    #expect(
      directory.allFiles() == [
        "table/_delta_log/00000000000000000000.json",
        "table/_delta_log/00000000000000000001.json", "table/month=1998-01/a.parquet",
      ])
    try table.rollBack(to: 1)
    #expect(throws: DeltaError.self) { try table.rollBack(to: -1) }
  }

  @Test("a roll-back or commit that breaks off anywhere leaves a sound table")
  func faults() throws {
    for failing in 1...200 {
      let place = directory.file("\(failing)")
      let calls = Atomic<Int>(0)
      let faulty = FileSystem { _, _ in
        calls.add(1, ordering: .relaxed).newValue >= failing ? .fail(EIO) : nil
      }
      let sound = try SampleTable.create(at: place)
      let start = try sound.commit(
        SampleTable.append([try SampleTable.file(sound, 3, name: "a")]), after: sound.snapshot())
      var completed = false
      do {
        let table = try DeltaTable.open(at: place, engine: "amr test", in: faulty)
        let file = try SampleTable.file(table, 4, first: 3, name: "b")
        _ = try table.commit(SampleTable.append([file]), after: table.snapshot())
        try table.rollBack(to: 1)
        completed = true
      } catch {
        #expect(error.description.hasSuffix("Input/output error"))
      }
      let after = try sound.snapshot()
      #expect(after.version == 1 || after.version == 2)
      for file in after.files {
        #expect(try FileSystem.system.status(of: sound.fullPath(of: file))?.size == file.size)
      }
      // The same once more, without faults, ends where an undisturbed run ends.
      try sound.rollBack(to: 1)
      #expect(try sound.snapshot().files.map(\.path) == start.files.map(\.path))
      if completed { return }
    }
    Issue.record("200 calls were not enough")
  }
}

@Suite("Logs of other origin")
struct ForeignLogTests {
  let directory: TemporaryDirectory
  let table: DeltaTable

  init() throws {
    directory = try TemporaryDirectory()
    table = try SampleTable.create(at: directory.path)
  }

  private func write(_ text: String, version: Int) throws {
    let name = String(repeating: "0", count: 19) + "\(version).json"
    try FileSystem.system.writeAtomically(
      Array(text.utf8), to: directory.file("_delta_log/\(name)"))
  }

  private func message() -> String? {
    do throws(DeltaError) {
      _ = try table.snapshot()
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test(
    "damage is refused with its place",
    arguments: [
      ("{\"add\":", ".json:1: column 8"),
      ("\n[]", ".json:2: expected an object of one action"),
      ("{\"add\":{},\"remove\":{}}", "expected an object of one action"),
      ("{\"add\":{\"path\":\"x\",\"size\":1}}", ".json:1: partitionValues lacks month"),
      (
        "{\"add\":{\"path\":\"../x\",\"size\":1,\"modificationTime\":1,"
          + "\"partitionValues\":{\"month\":null}}}", "is not a plain path inside the table"
      ),
      (
        "{\"add\":{\"path\":\"./x\",\"size\":1,\"modificationTime\":1,"
          + "\"partitionValues\":{\"month\":null}}}", "is not a plain path inside the table"
      ),
      (
        "{\"add\":{\"path\":\"a/%2E/x\",\"size\":1,\"modificationTime\":1,"
          + "\"partitionValues\":{\"month\":null}}}", "is not a plain path inside the table"
      ),
      (
        "{\"add\":{\"path\":\"a%2\",\"size\":1,\"modificationTime\":1,"
          + "\"partitionValues\":{\"month\":null}}}", "two hexadecimal digits"
      ),
      ("{\"remove\":{}}", "path is missing"),
      ("{\"txn\":{\"appId\":\"x\",\"version\":\"1\"}}", "version is missing"),
      ("{\"protocol\":{\"minReaderVersion\":3,\"minWriterVersion\":7}}", "reader version 3"),
      ("{\"metaData\":{\"schemaString\":\"{}\"}}", "schemaString has no fields"),
    ])
  func damage(text: String, expected: String) throws {
    try write(text, version: 1)
    let message = message() ?? "no error"
    #expect(message.contains(expected), "\(message)")
  }

  @Test("unknown actions and keys are passed over, escaped paths understood")
  func tolerance() throws {
    let add =
      "{\"add\":{\"path\":\"month=1998-01/a%20b.parquet\",\"size\":1,\"modificationTime\":2,"
      + "\"dataChange\":true,\"partitionValues\":{\"month\":\"1998-01\"},\"tags\":{\"x\":\"y\"}}}"
    try write("{\"cdc\":{\"path\":\"x\"}}\n\n\(add)\n", version: 1)
    let files = try table.snapshot().files
    #expect(files.map(\.path) == ["month=1998-01/a b.parquet"])
    #expect(files[0].statistics == nil)
  }

  @Test("a gap and a log that begins with a checkpoint are refused")
  func gaps() throws {
    try write("", version: 2)
    #expect(message()?.contains("version 1 is missing") == true)
    try FileSystem.system.remove(directory.file("_delta_log/00000000000000000000.json"))
    #expect(message()?.contains("version 0 is missing") == true)
    try FileSystem.system.writeAtomically(
      [], to: directory.file("_delta_log/00000000000000000001.checkpoint.parquet"))
    #expect(message()?.contains("checkpoints are not read") == true)
  }
}
