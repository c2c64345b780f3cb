import Glibc

/// A directory whose making takes so long that it must outlive the program: it is filled in
/// `NAME.partial` beside its final place, and given its final name only when it is complete.
///
/// `NAME.partial/results` becomes the directory; what tells how to go on with it lies beside that and
/// is never published. A value that was begun anew, and neither published nor kept, removes all of it
/// when it goes out of scope. A lock tells whether somebody works there.
///
/// Like those of a `StagedDirectory`, its own files are not flushed.
public struct PartialDirectory: ~Copyable {
  /// Where the directory will appear.
  public let path: String
  /// `NAME.partial`.
  public let partialPath: String
  private let fileSystem: FileSystem
  /// Keeps the lock on the partial directory.
  private let lock: CInt
  private var isRemoved: Bool

  /// Where the directory is filled.
  public var resultsPath: String { Self.results(in: partialPath) }

  /// Where a directory that is to appear at `path` is made.
  public static func partialPath(of path: String) -> String { path + ".partial" }

  private static func results(in partialPath: String) -> String {
    Path.join(partialPath, "results")
  }

  /// Opens the partial directory of a place, or makes one, mode 0700, and the directories above it
  /// that are absent. What stands in it is left alone.
  ///
  /// A program that was killed while it replaced an earlier directory left that beside its place; it
  /// is put back or, where the new one has taken its place, removed.
  ///
  /// - Throws: an error for which `isLocked` is true where somebody else works there.
  public init(at path: String, in fileSystem: FileSystem = .system) throws(FileError) {
    let partialPath = Self.partialPath(of: path)
    let existed = try fileSystem.status(of: partialPath) != nil
    try fileSystem.createDirectories(partialPath)
    let lock = try Self.lock(partialPath, in: fileSystem)
    do throws(FileError) {
      try Self.settleReplaced(path, fileSystem)
    } catch {
      close(lock)
      throw error
    }
    self.path = path
    self.partialPath = partialPath
    self.fileSystem = fileSystem
    self.lock = lock
    isRemoved = !existed
  }

  private static func lock(_ directory: String, in fileSystem: FileSystem) throws(FileError)
    -> CInt
  {
    let descriptor = try fileSystem.call(.lock, directory) { _ in
      open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    do throws(FileError) {
      _ = try fileSystem.call(.lock, directory) { _ in flock(descriptor, LOCK_EX | LOCK_NB) }
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  /// Where the directory that is replaced lies for a moment.
  private static func replacedPath(of path: String) -> String { partialPath(of: path) + ".old" }

  private static func settleReplaced(_ path: String, _ fileSystem: FileSystem) throws(FileError) {
    let replaced = replacedPath(of: path)
    guard try fileSystem.status(of: replaced) != nil else { return }
    if try fileSystem.status(of: path) == nil {
      try fileSystem.rename(replaced, to: path)
    } else {
      try fileSystem.removeTree(replaced)
    }
  }

  deinit {
    if isRemoved { try? fileSystem.removeTree(partialPath) }
    close(lock)
  }

  /// Removes all that stands in it, and makes an empty directory for the results.
  public mutating func begin() throws(FileError) {
    isRemoved = true
    for name in try fileSystem.list(partialPath) {
      try fileSystem.removeTree(Path.join(partialPath, name))
    }
    try fileSystem.createDirectories(resultsPath)
  }

  /// Leaves everything where it is when the value goes out of scope.
  public mutating func keep() { isRemoved = false }

  /// Gives the results their final name, which is flushed, and removes the rest.
  ///
  /// - Parameter replacing: whether to remove what has the name; otherwise that is an error, except
  ///   for an empty directory. It is renamed first: a program killed at just that moment leaves it
  ///   beside its place, where the next one finds it.
  public consuming func publish(replacing: Bool) throws(FileError) {
    let replaced = Self.replacedPath(of: path)
    var isAside = false
    if replacing, try fileSystem.status(of: path) != nil {
      try fileSystem.rename(path, to: replaced)
      isAside = true
    }
    do throws(FileError) {
      try fileSystem.rename(resultsPath, to: path)
    } catch {
      if isAside { try? fileSystem.rename(replaced, to: path) }
      throw error
    }
    // What is left tells how to go on with results that are complete.
    isRemoved = true
    try fileSystem.synchronizeDirectory(Path.parent(path))
    if isAside { try fileSystem.removeTree(replaced) }
  }
}
