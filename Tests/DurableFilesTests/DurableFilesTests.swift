import DurableFiles
import Glibc
import Synchronization
import TestSupport
import Testing

/// A file system whose n-th call fails, and with `thenAll` every later one too, as after a crash.
final class Faulty: Sendable {
  private let calls = Atomic<Int>(0)
  let failing: Int
  let thenAll: Bool

  init(failing: Int, thenAll: Bool) {
    self.failing = failing
    self.thenAll = thenAll
  }

  var count: Int { calls.load(ordering: .relaxed) }

  var fileSystem: FileSystem {
    FileSystem { [self] operation, _ in
      let call = calls.add(1, ordering: .relaxed).newValue
      if call == failing || (thenAll && call > failing) { return .fail(ENOSPC) }
      return operation == .write ? .atMost(3) : nil
    }
  }
}

@Suite("Whole files or none")
struct AtomicWriteTests {
  let old = Array("what was there".utf8)
  let new = Array("what comes instead, in several short writes".utf8)

  @Test("what is no file is not replaced: a device would be gone")
  func devices() throws {
    let directory = try TemporaryDirectory()
    let pipe = directory.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(throws: FileError(operation: .create, path: pipe, code: ENOTSUP)) {
      try FileSystem.system.writeAtomically([1], to: pipe)
    }
    #expect(try FileSystem.system.status(of: pipe)?.kind == .other)
    #expect(try FileSystem.system.list(directory.path) == ["pipe"])
  }

  @Test("replaces content, is private, leaves no other file")
  func replaces() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("a")
    try FileSystem.system.writeAtomically(old, to: path)
    try FileSystem.system.writeAtomically(new, to: path)
    #expect(try FileSystem.system.readFile(path) == new)
    #expect(directory.allFiles() == ["a"])
    var record = stat()
    #expect(stat(path, &record) == 0)
    #expect(record.st_mode & 0o777 == 0o600)
  }

  @Test("a fault at any call leaves the old file or the new one", arguments: [false, true])
  func faults(thenAll: Bool) throws {
    var failing = 1
    while true {
      let directory = try TemporaryDirectory()
      let path = directory.file("a")
      try FileSystem.system.writeAtomically(old, to: path)
      let faulty = Faulty(failing: failing, thenAll: thenAll)
      var failed = false
      do throws(FileError) {
        try faulty.fileSystem.writeAtomically(new, to: path)
      } catch {
        failed = true
        #expect(error.isNoSpace)
      }
      let content = try FileSystem.system.readFile(path)
      #expect(content == old || content == new)
      if !failed { #expect(content == new) }
      // A single fault leaves no litter; a crash may, but only under a temporary name.
      let litter = directory.allFiles().filter { $0 != "a" }
      #expect(litter.allSatisfy { $0.hasPrefix(".a.tmp-") })
      if !thenAll { #expect(litter.isEmpty) }
      if failing > faulty.count { break }
      #expect(failed, "call \(failing)")
      failing += 1
    }
    #expect(failing > 15, "every short write, both flushes and the rename were tried")
  }

  @Test("a fault at any call of an exclusive write leaves no file or the whole one")
  func exclusiveFaults() throws {
    for failing in 1...25 {
      let directory = try TemporaryDirectory()
      let path = directory.file("a")
      let faulty = Faulty(failing: failing, thenAll: true)
      let outcome = Result { () throws(FileError) in
        try faulty.fileSystem.writeExclusively(new, to: path)
      }
      let content = try? FileSystem.system.readFile(path)
      #expect(content == nil || content == new)
      if case .success(let created) = outcome {
        #expect(created)
        #expect(content == new)
      }
    }
  }

  @Test("an exclusive write reports a taken name and leaves its holder alone")
  func exclusive() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("a")
    #expect(try FileSystem.system.writeExclusively(old, to: path))
    #expect(try !FileSystem.system.writeExclusively(new, to: path))
    #expect(try FileSystem.system.readFile(path) == old)
    #expect(directory.allFiles() == ["a"])
  }

  @Test("an unpublished or discarded file leaves nothing")
  func unpublished() throws {
    let directory = try TemporaryDirectory()
    do {
      var file = try AtomicFile(at: directory.file("a"))
      try file.append(new)
      #expect(file.byteCount == Int64(new.count))
      #expect(directory.allFiles().count == 1)
    }
    #expect(directory.allFiles() == [])
    let file = try AtomicFile(at: directory.file("a"))
    file.discard()
    #expect(directory.allFiles() == [])
  }

  @Test("calls interrupted by a signal are made again")
  func interrupted() throws {
    let directory = try TemporaryDirectory()
    let calls = Atomic<Int>(0)
    let fileSystem = FileSystem { _, _ in
      calls.add(1, ordering: .relaxed).newValue.isMultiple(of: 2) ? nil : .fail(EINTR)
    }
    try fileSystem.writeAtomically(new, to: directory.file("a"))
    #expect(try fileSystem.readFile(directory.file("a")) == new)
  }
}

@Suite("Reading, listing, removing")
struct FileSystemTests {
  @Test("a read in pieces gives the whole file")
  func shortReads() throws {
    let directory = try TemporaryDirectory()
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try FileSystem.system.writeAtomically(bytes, to: directory.file("a"))
    let fileSystem = FileSystem { operation, _ in operation == .read ? .atMost(777) : nil }
    #expect(try fileSystem.readFile(directory.file("a")) == bytes)
    try FileSystem.system.writeAtomically([], to: directory.file("b"))
    #expect(try FileSystem.system.readFile(directory.file("b")) == [])
  }

  @Test("errors say what, where and why, and of which kind they are")
  func errors() throws {
    let directory = try TemporaryDirectory()
    let absent = directory.file("absent")
    let reading = #expect(throws: FileError.self) { try FileSystem.system.readFile(absent) }
    #expect(reading?.description == "cannot open \(absent): No such file or directory")
    #expect(reading?.category == .missingInput)
    let folder = #expect(throws: FileError.self) {
      try FileSystem.system.readFile(directory.path)
    }
    #expect(folder?.description == "cannot read \(directory.path): Is a directory")
    #expect(folder?.category == .missingInput)
    let creating = #expect(throws: FileError.self) {
      try FileSystem.system.writeAtomically([1], to: directory.file("no/such/directory"))
    }
    #expect(creating?.category == .cannotCreate)
    let full = FileError(operation: .write, path: "/x/y", code: ENOSPC)
    #expect(full.description == "cannot write /x/y: No space left on device")
    #expect(full.category == .inputOutput)
    #expect(FileError(operation: .create, path: "/x", code: ENOSPC).category == .inputOutput)
  }

  @Test("directories are created, listed in order, and removed with what they hold")
  func directories() throws {
    let directory = try TemporaryDirectory()
    let deep = directory.file("x/y/z")
    try FileSystem.system.createDirectories(deep)
    try FileSystem.system.createDirectories(deep)
    for name in ["b", "a", "Ä", "C"] {
      try FileSystem.system.writeAtomically([0], to: "\(deep)/\(name)")
    }
    #expect(try FileSystem.system.list(deep) == ["C", "a", "b", "Ä"])
    #expect(try FileSystem.system.status(of: deep)?.kind == .directory)
    #expect(try FileSystem.system.status(of: "\(deep)/a")?.kind == .file)
    #expect(try FileSystem.system.status(of: "\(deep)/a")?.size == 1)
    #expect(try FileSystem.system.status(of: "\(deep)/a/below") == nil)
    #expect(throws: FileError.self) { try FileSystem.system.createDirectories("\(deep)/a") }

    // A link to a directory outside is removed; what it points to stays.
    let outside = try TemporaryDirectory()
    try FileSystem.system.writeAtomically([1], to: outside.file("kept"))
    #expect(symlink(outside.path, "\(deep)/link") == 0)
    try FileSystem.system.removeTree(directory.file("x"))
    #expect(try FileSystem.system.list(directory.path) == [])
    #expect(outside.allFiles() == ["kept"])
    try FileSystem.system.removeTree(directory.file("x"))
  }

  @Test("a held lock refuses a second holder and is free afterwards")
  func locks() throws {
    let directory = try TemporaryDirectory()
    do {
      let lock = try DirectoryLock(on: directory.path, waiting: false)
      let refused = #expect(throws: FileError.self) {
        _ = try DirectoryLock(on: directory.path, waiting: false)
      }
      #expect(refused?.isLocked == true)
      _ = consume lock
    }
    let again = try DirectoryLock(on: directory.path, waiting: true)
    _ = consume again
  }

  @Test("paths")
  func paths() {
    #expect(Path.join("a", "b") == "a/b")
    #expect(Path.join("a/", "b") == "a/b")
    #expect(Path.join("", "b") == "b")
    #expect(Path.parent("a/b") == "a")
    #expect(Path.parent("/b") == "/")
    #expect(Path.parent("b") == ".")
    #expect(Path.name("a/b") == "b")
    #expect(Path.name("b") == "b")
  }
}
