import CollectorUpload
import DeltaTable
import DurableFiles
import Glibc
import Metering
import Synchronization
import TestSupport
import Testing

@testable import HeadEnd

@Suite("Readers of a store")
struct ReaderTests {
  private static let day = Fixture.firstDay + 5

  private static func open(_ store: StoreCopy, in fileSystem: FileSystem = .system) throws
    -> ReadStore
  {
    try ReadStore.open(at: store.path, engine: Fixture.engine, for: .reading, in: fileSystem)
  }

  /// One more batch for a store: a new day, and a better read of an open one.
  private static func ingest(_ store: StoreCopy) async throws {
    var intake = try Intake(
      try ReadStore.open(at: store.path, engine: Fixture.engine, for: .writing))
    for number in [1, 5] {
      let day = Fixture.firstDay + number
      let record = Fixture.record(
        1, at: Fixture.clock.startOfDay(day + 1) - 1, register: UInt32(50 + number))
      try intake.take(
        Fixture.upload(collector: 9, day: day, records: [record]), source: "more")
    }
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
  }

  @Test("reading needs no permission to write, and no lock")
  func readOnly() async throws {
    let store = try await StoreCopy.make()
    let before = store.directory.allFiles()
    let writer = try ReadStore.open(at: store.path, engine: Fixture.engine, for: .writing)
    let reading: Set<FileError.Operation> = [.open, .read, .list, .inspect]
    let readOnly = FileSystem { operation, _ in reading.contains(operation) ? nil : .fail(EROFS) }
    let reader = try Self.open(store, in: readOnly)
    let summary = try await reader.summary(threads: 1)
    #expect(summary.reads > 0)
    #expect(try reader.storedDays().map { try $0.reads().registers.count }.reduce(0, +) > 0)
    let check = try await ReadStore.check(
      at: store.path, engine: Fixture.engine, threads: 1, in: readOnly)
    #expect(check.faults == [])
    #expect(try Fixture.content(reader) == Fixture.content(writer))
    #expect(store.directory.allFiles() == before)
  }

  @Test("what is opened for reading refuses to be written")
  func refusal() async throws {
    let store = try await StoreCopy.make()
    var reader = try Self.open(store)
    do {
      try reader.close(through: Self.day, timestamp: 0)
      Issue.record("a reader closed slots")
    } catch {
      #expect("\(error)" == "\(store.path) was opened for reading only")
    }
  }

  @Test(
    "a sibling's version that reads does not name is passed over, and stays until a writer comes")
  func unnamedSibling() async throws {
    let store = try await StoreCopy.make()
    let expected = try Fixture.content(Self.open(store))
    var writer = try ReadStore.open(at: store.path, engine: Fixture.engine, for: .writing)
    let entry = Fixture.ledgerEntry(collector: 8)
    var commit = Commit(operation: "INGEST", timestamp: Fixture.timestamp)
    commit.adds = [
      try writer.writeFile(
        UploadTable.columns([entry], batch: 5), to: .uploads, name: "uploads-unnamed",
        timestamp: Fixture.timestamp)
    ]
    try writer.commit(commit, to: .uploads)
    let versions = store.logs(.uploads).count
    let named = try Self.open(store).snapshot(.uploads).version
    #expect(named == Int64(versions) - 2)
    #expect(try Fixture.content(Self.open(store)) == expected)
    let check = try await ReadStore.check(at: store.path, engine: Fixture.engine, threads: 1)
    #expect(check.faults == [])
    #expect(check.leftOvers.first { $0.kind == .uncommitted }?.files == 1)
    #expect(store.logs(.uploads).count == versions)
    _ = consume writer
    _ = try ReadStore.open(at: store.path, engine: Fixture.engine, for: .writing).days
    #expect(store.logs(.uploads).count == versions - 1)
  }

  /// Does its work before the n-th system call.
  private final class Moment: Sendable {
    private let left: Atomic<Int>
    private let work: @Sendable () -> Void

    init(_ number: Int, _ work: @escaping @Sendable () -> Void) {
      left = Atomic(number)
      self.work = work
    }

    var fileSystem: FileSystem {
      FileSystem { [self] _, _ in
        if left.wrappingSubtract(1, ordering: .relaxed).newValue == 0 { work() }
        return nil
      }
    }

    var happened: Bool { left.load(ordering: .relaxed) <= 0 }
  }

  @Test("a batch committed at any moment of opening and reading: the state before or after it")
  func committedMeanwhile() async throws {
    let store = try await StoreCopy.make()
    let before = try Fixture.content(Self.open(store))
    let changed = try store.copy()
    try await Self.ingest(changed)
    let after = try Fixture.content(Self.open(changed))
    #expect(before != after)
    // The files of the batch, those that a reader looks at first last.
    let files = changed.files("", "").filter { !store.files("", "").contains($0) }
    let order =
      files.filter { $0.hasSuffix(".parquet") }
      + files.filter { $0.hasSuffix(".json") && !$0.hasPrefix("reads") }
      + files.filter { $0.hasPrefix("reads/_delta_log") } + [LastCommit.fileName]
    var number = 0
    var happened = true
    while happened {
      number += 1
      let copy = try store.copy()
      let moment = Moment(number) {
        for name in order {
          do { try copy.write(try changed.bytes(name), to: name) } catch { Issue.record(error) }
        }
      }
      let content = try Fixture.content(Self.open(copy, in: moment.fileSystem))
      happened = moment.happened
      #expect(content == before || content == after, "call \(number)")
    }
    #expect(number > 50)
  }
}
