import Glibc
import Synchronization
import TestSupport
import Testing

@testable import DurableFiles

@Suite("Staged directories")
struct StagedDirectoryTests {
  private func fill(_ path: String, _ text: String, in fileSystem: FileSystem = .system)
    throws(FileError) -> StagedDirectory
  {
    let staged = try StagedDirectory(at: path, in: fileSystem)
    try staged.createDirectory("sub")
    try staged.writeFile("sub/a", Array(text.utf8))
    var file = try staged.createFile("b")
    try file.append(Array(text.utf8))
    try file.append(Array("!".utf8))
    return staged
  }

  private func names(_ scratch: TemporaryDirectory) throws -> [String] {
    try FileSystem.system.list(scratch.path)
  }

  @Test func appearsOnlyWhenPublished() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("above/out")
    do {
      let staged = try fill(path, "x")
      #expect(try FileSystem.system.status(of: path) == nil)
      try staged.publish(replacing: false)
    }
    #expect(scratch.allFiles() == ["above/out/b", "above/out/sub/a"])
    #expect(try FileSystem.system.readFile(scratch.file("above/out/b")) == Array("x!".utf8))
  }

  @Test func leavesNothingWhenDropped() throws {
    let scratch = try TemporaryDirectory()
    do {
      let staged = try fill(scratch.file("out"), "x")
      #expect(try names(scratch).count == 1)
      _ = staged.path
    }
    #expect(try names(scratch) == [])
  }

  @Test func whatKilledProgramsLeftIsRemovedAndWhatIsInUseIsNot() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("out")
    for abandoned in [".out.tmp-abc123", ".out.tmp-abc123.old", ".other.tmp-abc123"] {
      try FileSystem.system.createDirectories(scratch.file(abandoned) + "/sub")
      try FileSystem.system.writeAtomically([1], to: scratch.file(abandoned) + "/sub/a")
    }
    let inUse = try fill(path, "one")
    // A run that was set aside is nobody's litter: it may be the only one there is.
    let left = [".other.tmp-abc123", ".out.tmp-abc123.old", Path.name(inUse.temporaryPath)]
    #expect(try names(scratch) == left.sorted())
    let other = try fill(path, "two")
    #expect(try names(scratch).count == 4)
    try inUse.publish(replacing: false)
    try other.publish(replacing: true)
    #expect(try names(scratch) == [".other.tmp-abc123", ".out.tmp-abc123.old", "out"])
  }

  @Test func refusesOrReplacesWhatIsThere() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("out")
    try fill(path, "old").publish(replacing: false)
    let error = #expect(throws: FileError.self) {
      try fill(path, "new").publish(replacing: false)
    }
    #expect(error?.category == .cannotCreate)
    #expect(try FileSystem.system.readFile("\(path)/sub/a") == Array("old".utf8))
    try fill(path, "new").publish(replacing: true)
    #expect(try FileSystem.system.readFile("\(path)/sub/a") == Array("new".utf8))
    #expect(try names(scratch) == ["out"])
  }

  /// Whichever system call fails, the final name shows the old content or the new one.
  @Test("every call may fail", arguments: [false, true])
  func everyCallMayFail(replacing: Bool) throws {
    var failures = 0
    for failing in 1... {
      let scratch = try TemporaryDirectory()
      let path = scratch.file("out")
      if replacing { try fill(path, "old").publish(replacing: false) }
      let calls = Counter()
      let faulty = FileSystem { _, _ in calls.next() == failing ? .fail(ENOSPC) : nil }
      do throws(FileError) {
        try fill(path, "new", in: faulty).publish(replacing: replacing)
        if calls.count < failing { break }
      } catch {
        failures += 1
        #expect(error.isNoSpace)
      }
      let isThere = try FileSystem.system.status(of: path) != nil
      #expect(isThere || !replacing, "call \(failing)")
      if isThere {
        let content = try FileSystem.system.readFile("\(path)/b")
        #expect([Array("new!".utf8), Array("old!".utf8)].contains(content), "call \(failing)")
      }
    }
    #expect(failures >= 8)
  }

  private final class Counter: Sendable {
    private let value = Mutex(0)
    var count: Int { value.withLock { $0 } }

    func next() -> Int {
      value.withLock {
        $0 += 1
        return $0
      }
    }
  }
}
