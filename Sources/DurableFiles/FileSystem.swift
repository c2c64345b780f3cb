import Glibc

/// The one layer through which this package reaches the file system. Every system call can be made
/// to fail by an injected fault, so that tests can simulate a crash or a full disk at any point.
public struct FileSystem: Sendable {
  /// What an injected fault does to one system call.
  public enum Fault: Sendable {
    /// The call is not made; it fails with this error number.
    case fail(CInt)
    /// A read or write moves at most this many bytes; other calls are unaffected.
    case atMost(Int)
  }

  /// Asked before each system call; nil lets it pass.
  public typealias Interceptor = @Sendable (FileError.Operation, String) -> Fault?

  private let interceptor: Interceptor?

  /// The real file system.
  public static let system = FileSystem(interceptor: nil)

  public init(interceptor: Interceptor?) {
    self.interceptor = interceptor
  }

  /// Makes one system call, again when a signal interrupted it; a negative result is its failure.
  func call<Result: SignedInteger>(
    _ operation: FileError.Operation, _ path: String, limit: Int = .max,
    _ body: (_ limit: Int) -> Result
  ) throws(FileError) -> Result {
    while true {
      var allowed = limit
      var code: CInt = 0
      switch interceptor?(operation, path) {
      case .fail(let injected): code = injected
      case .atMost(let count): allowed = min(limit, max(count, 1))
      case nil: break
      }
      if code == 0 {
        let result = body(allowed)
        if result >= 0 { return result }
        code = errno
      }
      if code != EINTR {
        throw FileError(operation: operation, path: path, code: code)
      }
    }
  }
}

/// What is known of an existing file without opening it.
public struct FileStatus: Sendable, Equatable {
  public enum Kind: Sendable {
    case file
    case directory
    case other
  }
  public let kind: Kind
  /// In bytes.
  public let size: Int64
  /// When its content last changed, in milliseconds since 1970-01-01T00:00:00Z.
  public let modifiedAt: Int64
}

extension FileSystem {
  /// What is at `path`, following symbolic links; nil when nothing is.
  public func status(of path: String) throws(FileError) -> FileStatus? {
    try status(of: path, followingLinks: true)
  }

  /// What is at `path`, or where it leads if it is a symbolic link that is to be followed.
  public func status(of path: String, followingLinks: Bool) throws(FileError) -> FileStatus? {
    var record = stat()
    do throws(FileError) {
      _ = try call(.inspect, path) { _ in
        followingLinks ? stat(path, &record) : lstat(path, &record)
      }
    } catch {
      if error.isNotFound || error.code == ENOTDIR { return nil }
      throw error
    }
    let kind: FileStatus.Kind =
      switch record.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      default: .other
      }
    return FileStatus(
      kind: kind, size: Int64(record.st_size),
      modifiedAt: Int64(record.st_mtim.tv_sec) * 1000 + Int64(record.st_mtim.tv_nsec) / 1_000_000)
  }

  /// Creates `path` and the directories above it that are absent; those present are left alone.
  public func createDirectories(_ path: String) throws(FileError) {
    if let status = try status(of: path) {
      if status.kind == .directory { return }
      throw FileError(operation: .createDirectory, path: path, code: ENOTDIR)
    }
    let parent = Path.parent(path)
    if parent != path { try createDirectories(parent) }
    do throws(FileError) {
      _ = try call(.createDirectory, path) { _ in mkdir(path, 0o700) }
    } catch {
      // Another process may have been quicker.
      if !error.isAlreadyExists { throw error }
      return
    }
    try synchronizeDirectory(parent)
  }

  /// The names in a directory, without "." and "..", sorted by their bytes.
  public func list(_ directory: String) throws(FileError) -> [String] {
    var stream: OpaquePointer?
    _ = try call(.list, directory) { _ in
      stream = opendir(directory)
      return stream == nil ? -1 : 0
    }
    guard let stream else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      // The end and a failure both give nil; only a failure sets the error number.
      errno = 0
      guard let entry = readdir(stream) else { break }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    if errno != 0 {
      throw FileError(operation: .list, path: directory, code: errno)
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Removes a file. One that is absent already is no error.
  public func remove(_ path: String) throws(FileError) {
    do throws(FileError) {
      _ = try call(.remove, path) { _ in unlink(path) }
    } catch {
      if !error.isNotFound { throw error }
    }
  }

  /// Removes a file, or a directory with all it holds. Symbolic links are removed, not followed.
  public func removeTree(_ path: String) throws(FileError) {
    guard let status = try status(of: path, followingLinks: false) else { return }
    guard status.kind == .directory else { return try remove(path) }
    for name in try list(path) {
      try removeTree(Path.join(path, name))
    }
    _ = try call(.remove, path) { _ in rmdir(path) }
  }

  /// Replaces whatever file is at `target` by the one at `source`, in one step.
  public func rename(_ source: String, to target: String) throws(FileError) {
    _ = try call(.rename, target) { _ in Glibc.rename(source, target) }
  }

  /// Makes the names in a directory survive a power failure.
  public func synchronizeDirectory(_ path: String) throws(FileError) {
    let descriptor = try call(.synchronize, path) { _ in
      open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    defer { close(descriptor) }
    _ = try call(.synchronize, path) { _ in fsync(descriptor) }
  }
}
