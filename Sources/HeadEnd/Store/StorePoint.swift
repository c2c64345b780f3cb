import DeltaTable
import DurableFiles

/// A state of a store that it can be taken back to, as long as no file was removed that it needs.
public struct StorePoint: Sendable, Equatable {
  /// Of the table `reads`, which names those of the others.
  public let version: Int64
  /// Of that version's log file, 64 lowercase hexadecimal digits.
  public let sha256: String

  public init(version: Int64, sha256: String) {
    self.version = version
    self.sha256 = sha256
  }
}

extension ReadStore {
  /// The present state.
  public var point: StorePoint {
    StorePoint(version: snapshot(.reads).version, sha256: snapshot(.reads).logSHA256)
  }

  /// Takes a store back to an earlier state of it: all later commits, and the files that only they
  /// added, are removed. Interrupted anywhere it leaves a sound store, and running it again completes
  /// it.
  ///
  /// - Throws: ``HeadEndError/damagedStore(_:)`` where the store never had that state.
  public static func takeBack(
    at directory: String, to point: StorePoint, engine: String, in fileSystem: FileSystem = .system
  ) throws(HeadEndError) {
    guard try exists(at: directory, in: fileSystem) else { throw .noStore(at: directory) }
    let lock = try rethrowing { try DirectoryLock(on: directory, waiting: true, in: fileSystem) }
    let path = Path.join(directory, StoreTable.reads.rawValue)
    let reads = try rethrowing {
      try DeltaTable.open(at: path, engine: engine, in: fileSystem)
    }
    guard try rethrowing({ try reads.logSHA256(of: point.version) }) == point.sha256 else {
      throw .damagedStore(
        "\(path)/_delta_log: version \(point.version) is not the one that is to be gone back to "
          + "(another SHA-256); restore it from a copy")
    }
    // First, as it must never be ahead of the log.
    try LastCommit(version: point.version, sha256: point.sha256).write(to: directory, fileSystem)
    try rethrowing { try reads.rollBack(to: point.version) }
    _ = consume lock
  }
}
