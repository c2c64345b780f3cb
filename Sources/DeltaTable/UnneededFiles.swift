public import DurableFiles

/// A file in a table's directory that no live version needs.
public struct UnneededFile: Sendable, Equatable {
  /// Why it is there, which also says when it may go.
  public enum Kind: String, CaseIterable, Sendable {
    /// A data file that was live once; older versions of the table still name it.
    case replaced
    /// A data file that no version names: a batch that was interrupted, or one that is under way.
    case uncommitted
    /// A file that was being written when its writer ended, or still is.
    case temporary
  }

  public let kind: Kind
  public let path: String
  /// In bytes.
  public let size: Int64
  /// When it was removed from the table, otherwise when it was written; in milliseconds since
  /// 1970-01-01T00:00:00Z.
  public let since: Int64
}

extension DeltaTable {
  /// The files below the table's directory that `snapshot` does not need, sorted by path within
  /// each directory. Directories and files of other programs (names that begin with `_` or `.`, or
  /// do not end in `.parquet`) are left out.
  public func unneededFiles(_ snapshot: Snapshot) throws(DeltaError) -> [UnneededFile] {
    var found = try withFiles { () throws(FileError) in
      try fileSystem.temporaryFiles(in: log.logDirectory)
    }
    try collect("", snapshot, &found)
    return found
  }

  /// - Parameter folder: relative to the table's directory.
  private func collect(
    _ folder: String, _ snapshot: Snapshot, _ found: inout [UnneededFile]
  ) throws(DeltaError) {
    let fullPath = folder.isEmpty ? directory : Path.join(directory, folder)
    let names = try withFiles { () throws(FileError) in
      found += try fileSystem.temporaryFiles(in: fullPath)
      return try fileSystem.list(fullPath)
    }
    for name in names where !name.hasPrefix("_") && !name.hasPrefix(".") {
      let path = Path.join(folder, name)
      let status = try withFiles { () throws(FileError) in
        try fileSystem.status(of: Path.join(directory, path), followingLinks: false)
      }
      guard let status else { continue }
      if status.kind == .directory {
        try collect(path, snapshot, &found)
      } else if status.kind == .file, name.hasSuffix(".parquet"), !snapshot.contains(path) {
        let removed = snapshot.removedAt[path]
        found.append(
          UnneededFile(
            kind: removed == nil ? .uncommitted : .replaced,
            path: Path.join(directory, path), size: status.size,
            since: removed ?? status.modifiedAt))
      }
    }
  }
}

extension FileSystem {
  /// The temporary files of this package's writers in a directory, not below it.
  public func temporaryFiles(in directory: String) throws(FileError) -> [UnneededFile] {
    var found: [UnneededFile] = []
    for name in try list(directory) where AtomicFile.isTemporary(name) {
      let path = Path.join(directory, name)
      guard let status = try status(of: path, followingLinks: false), status.kind == .file else {
        continue
      }
      found.append(
        UnneededFile(kind: .temporary, path: path, size: status.size, since: status.modifiedAt))
    }
    return found
  }
}
