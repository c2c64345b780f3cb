import Glibc

/// A directory filled under a temporary name beside its final place, and given its final name only
/// when it is complete: no reader and no killed program ever meets a part of it. A value that is not
/// published removes all it holds when it goes out of scope; what a killed program left is removed
/// by the next one that makes a directory for the same place. The maker's lock tells which are its
/// own.
///
/// Its own files are not flushed: there may be many, they can be made again, and flushing each takes
/// longer than that. After a power failure soon after publishing they may be short. What must not
/// be lost, such as a store in the directory, is flushed by whoever writes it.
public struct StagedDirectory: ~Copyable {
  /// Where the directory will appear.
  public let path: String
  /// Where it is filled.
  public let temporaryPath: String
  private let fileSystem: FileSystem
  /// Keeps the lock on the temporary directory.
  private let lock: CInt
  private var exists = true

  /// Creates the temporary directory, mode 0700, and the directories above it that are absent.
  public init(at path: String, in fileSystem: FileSystem = .system) throws(FileError) {
    self.path = path
    self.fileSystem = fileSystem
    let parent = Path.parent(path)
    try fileSystem.createDirectories(parent)
    let prefix = ".\(Path.name(path)).tmp-"
    try Self.removeAbandoned(prefix, in: parent, fileSystem)
    (temporaryPath, lock) = try Self.create(prefix, in: parent, for: path, fileSystem)
  }

  /// Makes a temporary directory and locks it.
  private static func create(
    _ prefix: String, in parent: String, for path: String, _ fileSystem: FileSystem
  ) throws(FileError) -> (path: String, lock: CInt) {
    while true {
      var template = Path.join(parent, prefix + "XXXXXX").utf8CString
      _ = try fileSystem.call(.createDirectory, path) { _ in
        template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) == nil ? -1 : 0 }
      }
      let made = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
      do throws(FileError) {
        let lock = try lock(made, in: fileSystem)
        if try fileSystem.status(of: made) != nil { return (made, lock) }
        close(lock)
      } catch {
        // Somebody who looked for abandoned directories just now may have been quicker.
        if error.isLocked || error.isNotFound { continue }
        try? fileSystem.removeTree(made)
        throw error
      }
    }
  }

  /// Removes the temporary directories of programs that have died.
  private static func removeAbandoned(
    _ prefix: String, in parent: String, _ fileSystem: FileSystem
  ) throws(FileError) {
    for name in try fileSystem.list(parent)
    where name.hasPrefix(prefix) && name.utf8.count == prefix.utf8.count + 6 {
      let directory = Path.join(parent, name)
      // One that is in use, or that cannot be removed, is left where it is.
      guard let lock = try? lock(directory, in: fileSystem) else { continue }
      try? fileSystem.removeTree(directory)
      close(lock)
    }
  }

  /// Locks a directory itself, until the descriptor that is returned is closed.
  private static func lock(
    _ directory: String, in fileSystem: FileSystem
  ) throws(FileError) -> CInt {
    let descriptor = try fileSystem.call(.lock, directory) { _ in
      open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    do throws(FileError) {
      _ = try fileSystem.call(.lock, directory) { _ in
        flock(descriptor, LOCK_EX | LOCK_NB)
      }
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  deinit {
    if exists { try? fileSystem.removeTree(temporaryPath) }
    close(lock)
  }

  /// Creates a directory in it.
  public borrowing func createDirectory(_ name: String) throws(FileError) {
    let directory = Path.join(temporaryPath, name)
    _ = try fileSystem.call(.createDirectory, directory) { _ in mkdir(directory, 0o700) }
  }

  /// Creates an empty file in it, mode 0600, to be filled.
  public borrowing func createFile(_ name: String) throws(FileError) -> StagedFile {
    try StagedFile(at: Path.join(temporaryPath, name), in: fileSystem)
  }

  /// Writes a whole file in it.
  public borrowing func writeFile(_ name: String, _ bytes: [UInt8]) throws(FileError) {
    try writer.writeFile(name, bytes)
  }

  /// For writing files from several threads, before the directory is published or goes.
  public var writer: StagedWriter { StagedWriter(directory: temporaryPath, fileSystem: fileSystem) }

  /// Gives the directory its final name, which is flushed.
  ///
  /// - Parameter replacing: whether to remove what has the name; otherwise that is an error, except
  ///   for an empty directory. It is renamed first: a program killed at just that moment leaves it
  ///   beside its place.
  public consuming func publish(replacing: Bool) throws(FileError) {
    let aside = temporaryPath + ".old"
    var isAside = false
    if replacing, try fileSystem.status(of: path) != nil {
      try fileSystem.rename(path, to: aside)
      isAside = true
    }
    do throws(FileError) {
      try fileSystem.rename(temporaryPath, to: path)
    } catch {
      if isAside { try? fileSystem.rename(aside, to: path) }
      throw error
    }
    exists = false
    try fileSystem.synchronizeDirectory(Path.parent(path))
    if isAside { try fileSystem.removeTree(aside) }
  }
}

/// Writes whole files in a `StagedDirectory`, which must outlive it.
public struct StagedWriter: Sendable {
  fileprivate let directory: String
  fileprivate let fileSystem: FileSystem

  public func writeFile(_ name: String, _ bytes: [UInt8]) throws(FileError) {
    var file = try StagedFile(at: Path.join(directory, name), in: fileSystem)
    try file.append(bytes)
  }
}

/// A file of a `StagedDirectory` that is being written; closed when the value goes out of scope.
public struct StagedFile: ~Copyable {
  public let path: String
  private let fileSystem: FileSystem
  private let descriptor: CInt

  fileprivate init(at path: String, in fileSystem: FileSystem) throws(FileError) {
    self.path = path
    self.fileSystem = fileSystem
    descriptor = try fileSystem.call(.create, path) { _ in
      open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    }
  }

  deinit {
    close(descriptor)
  }

  /// Appends all of `bytes`.
  public mutating func append(_ bytes: [UInt8]) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = try fileSystem.call(.write, path, limit: rest.count) { limit in
        rest.withUnsafeBytes { write(descriptor, $0.baseAddress, limit) }
      }
      rest = rest.dropFirst(written)
    }
  }
}
