import DurableFiles
import Metering
import TestSupport
import Testing

@testable import HeadEnd

@Suite("Vacuum")
struct VacuumTests {
  private static let removed = Fixture.timestamp

  private static func open(_ store: StoreCopy, in fileSystem: FileSystem = .system) throws
    -> ReadStore
  {
    try ReadStore.open(at: store.path, engine: Fixture.engine, for: .writing, in: fileSystem)
  }

  /// A store with a replaced file, an uncommitted one, temporary ones and files of other programs.
  private static func store() async throws -> StoreCopy {
    let store = try await StoreCopy.make()
    let day = Fixture.firstDay + 2
    var intake = try Intake(try open(store))
    let record = Fixture.record(
      0, at: Fixture.clock.startOfDay(day + 1) - 1, register: 12)
    try intake.take(Fixture.upload(collector: 9, day: day, records: [record]), source: "more")
    try await intake.commit(timestamp: removed, threads: 1)
    try store.write([1, 2, 3], to: "reads/month=1998-06/never-b9.parquet")
    for name in [
      "reads/month=1998-06/.x.parquet.tmp-12-1", "uploads/_delta_log/.v.json.tmp-12-2",
      ".store.json.tmp-12-3",
    ] {
      try store.write([1, 2], to: name)
    }
    for name in foreign { try store.write([1], to: name) }
    return store
  }

  private static let foreign = [
    "reads/README.txt", "reads/_delta_log/_last_checkpoint", "reads/.hidden.parquet",
    "reads/month=1998-06/.x.crc", "uploads/_delta_log/00000000000000000009.json.crc",
  ]

  private static func counts(_ leftOvers: [LeftOver]) -> [Int] { leftOvers.map(\.files) }

  @Test("removes what is old enough, and never what is live, a log or another program's")
  func retention() async throws {
    let store = try await Self.store()
    let content = try Fixture.content(Self.open(store))
    let before = store.directory.allFiles()
    let found = try await ReadStore.check(at: store.path, engine: Fixture.engine, threads: 1)
    #expect(found.faults == [])
    #expect(Self.counts(found.leftOvers) == [1, 1, 3])
    #expect(found.leftOvers.map(\.bytes)[1...] == [3, 6])

    let writer = try Self.open(store)
    let future = Self.removed + 1
    #expect(Self.counts(try writer.vacuum(before: future, isDryRun: true)) == [1, 0, 3])
    #expect(store.directory.allFiles() == before)
    #expect(Self.counts(try writer.vacuum(before: Self.removed, isDryRun: false)) == [0, 0, 3])
    #expect(Self.counts(try writer.vacuum(before: future, isDryRun: false)) == [1, 0, 0])
    #expect(Self.counts(try writer.vacuum(before: .max, isDryRun: false)) == [0, 1, 0])
    #expect(Self.counts(try writer.vacuum(before: .max, isDryRun: false)) == [0, 0, 0])
    #expect(try Fixture.content(writer) == content)
    let after = store.directory.allFiles()
    #expect(before.count - after.count == 5)
    for name in Self.foreign { #expect(after.contains("store/\(name)")) }
    let check = try await writer.check(threads: 1)
    #expect(check.faults == [])
  }

  @Test("a failure at any system call leaves a sound store, which the next vacuum completes")
  func everyCall() async throws {
    let sound = try await Self.store()
    let content = try Fixture.content(Self.open(sound))
    var calls = 0
    var crashed = true
    while crashed {
      calls += 1
      let store = try sound.copy()
      let crash = Crash(after: calls)
      do {
        let writer = try Self.open(store, in: crash.fileSystem)
        _ = try writer.vacuum(before: .max, isDryRun: false)
      } catch {
        #expect(crash.happened, "\(error)")
      }
      crashed = crash.happened
      let writer = try Self.open(store)
      _ = try writer.vacuum(before: .max, isDryRun: false)
      let check = try await writer.check(threads: 1)
      #expect(check.faults == [], "call \(calls)")
      #expect(check.leftOvers.allSatisfy { $0.files == 0 }, "call \(calls)")
      #expect(try Fixture.content(writer) == content, "call \(calls)")
    }
    #expect(calls > 50)
  }
}
