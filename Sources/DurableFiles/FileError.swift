import Glibc

/// One failed system call: what was tried, on which path, and why the system refused.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was being done, named as a reader of the message would say it.
  public enum Operation: String, Sendable, CaseIterable {
    case open
    case create
    case read
    case write
    case synchronize = "flush to disk"
    case rename
    case link
    case remove
    case createDirectory = "create directory"
    case list
    case inspect
    case lock
  }

  public let operation: Operation
  public let path: String
  /// The system's error number, for instance `ENOSPC`.
  public let code: CInt

  public init(operation: Operation, path: String, code: CInt) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// For instance "cannot write /x/y: No space left on device".
  public var description: String {
    "cannot \(operation.rawValue) \(path): \(String(cString: strerror(code)))"
  }

  /// The device or the user's quota is full.
  public var isNoSpace: Bool { code == ENOSPC || code == EDQUOT }
  /// The code of a file that is not there.
  public static let notFound = ENOENT
  /// The file or a directory on its path is absent.
  public var isNotFound: Bool { code == ENOENT }
  public var isAlreadyExists: Bool { code == EEXIST }
  public var isPermissionDenied: Bool { code == EACCES || code == EPERM || code == EROFS }
  /// Another process holds the lock that was tried.
  public var isLocked: Bool { operation == .lock && code == EWOULDBLOCK }

  /// What a command line tells its caller about the failure.
  public enum Category: Sendable {
    /// A file that should be read is absent, closed to us or no file (exit code 66).
    case missingInput
    /// An output cannot be brought into being (exit code 73).
    case cannotCreate
    /// Reading or writing failed underway: disk full, device error (exit code 74).
    case inputOutput
  }

  public var category: Category {
    if isNoSpace { return .inputOutput }
    // A directory opens like a file; that it is none shows only when it is read.
    if operation == .read && code == EISDIR { return .missingInput }
    return switch operation {
    case .open, .list, .inspect: isNotFound || isPermissionDenied ? .missingInput : .inputOutput
    case .create, .createDirectory, .rename, .link, .lock: .cannotCreate
    case .read, .write, .synchronize, .remove: .inputOutput
    }
  }
}
