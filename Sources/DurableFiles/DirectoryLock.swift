import Glibc

/// An exclusive lock on a directory, held by means of a lock file in it until the value ends. The
/// system drops it when the process dies, however it dies; the lock file itself stays.
public struct DirectoryLock: ~Copyable {
  private let descriptor: CInt

  /// Takes the lock on `directory`.
  ///
  /// - Parameter waiting: whether to wait for another holder; otherwise its presence is an error
  ///   for which ``FileError/isLocked`` is true.
  public init(
    on directory: String, waiting: Bool, in fileSystem: FileSystem = .system
  ) throws(FileError) {
    let path = Path.join(directory, ".lock")
    let opened = try fileSystem.call(.create, path) { _ in
      open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    }
    do throws(FileError) {
      _ = try fileSystem.call(.lock, directory) { _ in
        flock(opened, waiting ? LOCK_EX : LOCK_EX | LOCK_NB)
      }
    } catch {
      close(opened)
      throw error
    }
    descriptor = opened
  }

  deinit {
    close(descriptor)
  }
}
