import Glibc
import Synchronization

/// Tells apart the temporary files of one process.
private let temporaryCount = Atomic<UInt64>(0)

/// A file written under a temporary name in its final directory, and given its final name only when
/// it is complete and on disk: no reader and no crash ever meets a part of it. A value that is
/// neither published nor discarded removes its temporary file when it goes out of scope.
public struct AtomicFile: ~Copyable {
  /// Where the file will appear.
  public let path: String
  /// The bytes appended so far.
  public private(set) var byteCount: Int64 = 0

  private let fileSystem: FileSystem
  private let temporaryPath: String
  /// Negative once closed.
  private var descriptor: CInt
  private var temporaryExists = true

  /// Opens a new temporary file beside `path`, mode 0600; `path` itself is not touched yet.
  ///
  /// Refuses a `path` at which there is something else than a file, such as a device: it would be
  /// replaced.
  public init(at path: String, in fileSystem: FileSystem = .system) throws(FileError) {
    self.path = path
    self.fileSystem = fileSystem
    if try fileSystem.status(of: path)?.kind == .other {
      throw FileError(operation: .create, path: path, code: ENOTSUP)
    }
    while true {
      let count = temporaryCount.add(1, ordering: .relaxed).newValue
      let temporary = Path.join(
        Path.parent(path), ".\(Path.name(path)).tmp-\(getpid())-\(count)")
      do throws(FileError) {
        descriptor = try fileSystem.call(.create, path) { _ in
          open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        }
        temporaryPath = temporary
        return
      } catch {
        // Left over by a killed process that had our number: take the next name.
        if !error.isAlreadyExists { throw error }
      }
    }
  }

  /// Whether a file's name is that of a temporary file: `.NAME.tmp-PID-NUMBER`.
  public static func isTemporary(_ name: String) -> Bool {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    return name.hasPrefix(".") && parts.count >= 3 && parts[parts.count - 3].hasSuffix(".tmp")
      && parts.suffix(2).allSatisfy { UInt64($0) != nil }
  }

  /// Whether a file's name is that of a temporary file of a process that has ended.
  public static func isAbandoned(_ name: String) -> Bool {
    guard isTemporary(name), let process = name.split(separator: "-").dropLast().last,
      let number = pid_t(process)
    else { return false }
    return kill(number, 0) < 0 && errno == ESRCH
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if temporaryExists { try? fileSystem.remove(temporaryPath) }
  }

  /// Appends all of `bytes`.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var offset = 0
    while offset < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
      offset += try fileSystem.call(.write, path, limit: rest.count) { limit in
        write(descriptor, rest.baseAddress, limit)
      }
    }
    byteCount += Int64(bytes.count)
  }

  /// Appends all of `bytes`.
  public mutating func append(_ bytes: [UInt8]) throws(FileError) {
    let result = bytes.withUnsafeBytes { buffer -> Result<Void, FileError> in
      do throws(FileError) {
        try append(buffer)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  /// Gives the file its final name, replacing a file that has it, and makes both content and name
  /// durable. When only the last step (flushing the directory) fails, the whole file is in place
  /// though its name may not survive a power failure.
  public consuming func publish() throws(FileError) {
    try finish()
    try fileSystem.rename(temporaryPath, to: path)
    temporaryExists = false
    try fileSystem.synchronizeDirectory(Path.parent(path))
  }

  /// Gives the file its final name unless a file has it already.
  ///
  /// - Returns: true when this call created the file, false when the name was taken; the file that
  ///   has it is untouched.
  public consuming func publishExclusively() throws(FileError) -> Bool {
    try finish()
    do throws(FileError) {
      _ = try fileSystem.call(.link, path) { _ in link(temporaryPath, path) }
    } catch {
      if error.isAlreadyExists { return false }
      throw error
    }
    // A temporary name that cannot be removed is litter, not a failure of what was asked.
    try? fileSystem.remove(temporaryPath)
    temporaryExists = false
    try fileSystem.synchronizeDirectory(Path.parent(path))
    return true
  }

  /// Removes the temporary file; the final name was never touched.
  public consuming func discard() {}

  private mutating func finish() throws(FileError) {
    _ = try fileSystem.call(.synchronize, path) { _ in fsync(descriptor) }
    let closing = descriptor
    descriptor = -1
    // After the flush nothing is left for close to report.
    close(closing)
  }
}

extension FileSystem {
  /// Writes a whole file in one step, replacing what was there (see ``AtomicFile/publish()``).
  public func writeAtomically(_ bytes: [UInt8], to path: String) throws(FileError) {
    var file = try AtomicFile(at: path, in: self)
    try file.append(bytes)
    try file.publish()
  }

  /// Writes a whole file in one step, unless one is there.
  ///
  /// - Returns: true when this call created the file, false when the name was taken.
  public func writeExclusively(_ bytes: [UInt8], to path: String) throws(FileError) -> Bool {
    var file = try AtomicFile(at: path, in: self)
    try file.append(bytes)
    return try file.publishExclusively()
  }
}
