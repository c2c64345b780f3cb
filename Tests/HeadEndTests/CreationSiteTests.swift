import DurableFiles
import Metering
import TestSupport
import Testing

@testable import HeadEnd

@Suite("Where a store is created")
struct CreationSiteTests {
  private func create(_ path: String) throws {
    _ = try ReadStore.create(
      at: path, settings: Fixture.settings(), registry: Fixture.registry(2),
      engine: Fixture.engine, timestamp: Fixture.timestamp)
  }

  private func message(_ work: () throws -> Void) -> (String, HeadEndError.Category?) {
    do {
      try work()
      return ("", nil)
    } catch {
      return ("\(error)", (error as? HeadEndError)?.category)
    }
  }

  @Test(
    "what lies in a directory that is no store is never touched",
    arguments: [
      "uploads/s00000001-c000001.amru", "registry", "reads/notes.txt", ".creating.old",
    ])
  func otherContent(name: String) throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file(name)
    try FileSystem.system.createDirectories(Path.parent(path))
    try FileSystem.system.writeAtomically([7], to: path)
    let (text, category) = message { try create(scratch.path) }
    #expect(text.contains("no store, and not empty (it holds "), "\(text)")
    #expect(category == .cannotCreate)
    #expect(scratch.allFiles() == [name])
    #expect(try FileSystem.system.readFile(path) == [7])
  }

  @Test("a store that lost its settings is not taken for a creation that was cut off")
  func lostSettings() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("store")
    try create(path)
    try FileSystem.system.remove(path + "/store.json")
    let files = scratch.allFiles()
    let (text, category) = message { try create(path) }
    #expect(text == "\(path): a store whose store.json is missing; restore it from a copy")
    #expect(category == .badData)
    #expect(scratch.allFiles() == files)
  }

  @Test("a creation that was cut off is begun anew, and leaves no mark")
  func cutOff() throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.file("store")
    try create(path)
    try FileSystem.system.remove(path + "/store.json")
    try FileSystem.system.writeAtomically([], to: path + "/.creating")
    try create(path)
    #expect(try Fixture.open(scratch).registry == Fixture.registry(2))
    #expect(try FileSystem.system.status(of: path + "/.creating") == nil)
    // Cut off between the settings and the end of the mark.
    try FileSystem.system.writeAtomically([], to: path + "/.creating")
    #expect(try Fixture.open(scratch).registry.count == 2)
    #expect(try FileSystem.system.status(of: path + "/.creating") == nil)
  }
}
