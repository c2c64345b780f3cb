import Glibc
import TestSupport
import Testing

@testable import DurableFiles

@Suite("Partial directories")
struct PartialDirectoryTests {
  private func begun(_ path: String, _ text: String) throws -> PartialDirectory {
    var partial = try PartialDirectory(at: path)
    try partial.begin()
    try FileSystem.system.writeAtomically(Array(text.utf8), to: partial.resultsPath + "/a")
    try FileSystem.system.writeAtomically([1], to: partial.partialPath + "/checkpoint")
    return partial
  }

  @Test func resultsAppearOnlyWhenPublished() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("above/out")
    do {
      let partial = try begun(path, "x")
      #expect(try FileSystem.system.status(of: path) == nil)
      #expect(
        scratch.allFiles() == ["above/out.partial/checkpoint", "above/out.partial/results/a"])
      try partial.publish(replacing: false)
    }
    #expect(scratch.allFiles() == ["above/out/a"])
    #expect(try FileSystem.system.list(scratch.file("above")) == ["out"])
  }

  @Test func goesWhenDroppedUnlessItIsKept() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("out")
    do {
      let partial = try begun(path, "x")
      _ = partial.path
    }
    #expect(try FileSystem.system.list(scratch.path) == [])
    do {
      var partial = try begun(path, "y")
      partial.keep()
    }
    let kept = ["out.partial/checkpoint", "out.partial/results/a"]
    #expect(scratch.allFiles() == kept)
    do {
      // Who only looks leaves it as it is.
      let partial = try PartialDirectory(at: path)
      _ = partial.path
    }
    #expect(scratch.allFiles() == kept)
    var partial = try PartialDirectory(at: path)
    try partial.begin()
    #expect(scratch.allFiles() == [])
  }

  @Test func isLockedWhileSomebodyWorksThere() throws {
    let scratch = try TemporaryDirectory()
    let partial = try begun(scratch.file("out"), "x")
    let error = #expect(throws: FileError.self) {
      let other = try PartialDirectory(at: scratch.file("out"))
      _ = other.path
    }
    #expect(error?.isLocked == true)
    try partial.publish(replacing: false)
    #expect(scratch.allFiles() == ["out/a"])
  }

  @Test func refusesOrReplacesWhatIsThere() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("out")
    try begun(path, "old").publish(replacing: false)
    let error = #expect(throws: FileError.self) {
      try begun(path, "new").publish(replacing: false)
    }
    #expect(error?.category == .cannotCreate)
    #expect(try FileSystem.system.readFile("\(path)/a") == Array("old".utf8))
    try begun(path, "new").publish(replacing: true)
    #expect(try FileSystem.system.readFile("\(path)/a") == Array("new".utf8))
    #expect(try FileSystem.system.list(scratch.path) == ["out"])
  }

  @Test("what a program killed in the midst of replacing left is put in order", arguments: [0, 1])
  func killedWhileReplacing(renames: Int) throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("out")
    try begun(path, "old").publish(replacing: false)
    do {
      var partial = try begun(path, "new")
      partial.keep()
    }
    let system = FileSystem.system
    try system.rename(path, to: path + ".partial.old")
    if renames == 1 { try system.rename(path + ".partial/results", to: path) }
    do {
      let partial = try PartialDirectory(at: path)
      _ = partial.path
    }
    #expect(try system.readFile("\(path)/a") == Array((renames == 0 ? "old" : "new").utf8))
    #expect(try system.list(scratch.path) == ["out", "out.partial"])
  }
}
