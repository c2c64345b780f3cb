import Checksums
import Columnar
public import DurableFiles
import JSON5

/// A Delta Lake table (protocol reader 1, writer 2) in a directory: Parquet data files, and a log
/// of numbered commits that says which of them are live. A commit appears whole or not at all, and
/// only if nobody has taken its number. No clock is read: all times are the caller's.
public struct DeltaTable: Sendable {
  public let directory: String
  /// As of the moment the table was created or opened.
  public let metadata: TableMetadata
  /// The writing program and its version, for instance "amr 1.0".
  public let engine: String
  let fileSystem: FileSystem

  /// Creates a table, and its directory where that is absent, with an empty version 0.
  public static func create(
    at directory: String, _ metadata: TableMetadata, engine: String,
    in fileSystem: FileSystem = .system
  ) throws(DeltaError) -> DeltaTable {
    try check(metadata)
    let table = DeltaTable(
      directory: directory, metadata: metadata, engine: engine, fileSystem: fileSystem)
    try withFiles { () throws(FileError) in try fileSystem.createDirectories(table.logDirectory) }
    let actions: [JSONNode] = [
      .object([
        ("protocol", .object([("minReaderVersion", .int(1)), ("minWriterVersion", .int(2))]))
      ]), metadata.action,
    ]
    let commit = Commit(operation: "CREATE TABLE", timestamp: metadata.createdAt)
    if try table.publish(commit, actions, after: nil) == nil {
      throw .alreadyATable(directory: directory)
    }
    return table
  }

  /// Opens an existing table.
  public static func open(
    at directory: String, engine: String, in fileSystem: FileSystem = .system
  ) throws(DeltaError) -> DeltaTable {
    try load(at: directory, engine: engine, in: fileSystem).table
  }

  /// Opens an existing table at a version, or at the newest.
  public static func load(
    at directory: String, version: Int64? = nil, engine: String,
    in fileSystem: FileSystem = .system
  ) throws(DeltaError) -> (table: DeltaTable, snapshot: Snapshot) {
    let log = CommitLog(directory: directory, fileSystem: fileSystem)
    let snapshot = try log.snapshot(at: version)
    let table = DeltaTable(
      directory: directory, metadata: snapshot.metadata, engine: engine, fileSystem: fileSystem)
    return (table, snapshot)
  }

  /// The table at its newest version, or at the one given.
  public func snapshot(at version: Int64? = nil) throws(DeltaError) -> Snapshot {
    try log.snapshot(at: version)
  }

  /// The table after what other programs did right after `snapshot` without changing rows, such as
  /// compaction; the first other version ends it.
  public func snapshot(followingCompactionsAfter snapshot: Snapshot) throws(DeltaError) -> Snapshot
  {
    var result = snapshot
    while let next = try log.read(result.version + 1), !next.isOwn, !next.changesRows {
      try result.apply(next)
    }
    return result
  }

  /// The SHA-256 of a version's log file; nil when there is no such version.
  public func logSHA256(of version: Int64) throws(DeltaError) -> String? {
    try log.bytes(of: version).map { SHA256.hexDigest($0) }
  }

  /// Commits a change as the version that follows `snapshot`.
  ///
  /// - Returns: the table at the new version.
  /// - Throws: ``DeltaError/conflict(version:)`` when that version exists already. After any other
  ///   error the commit may be in place if only the last flush failed: look again before repeating.
  public func commit(_ commit: Commit, after snapshot: Snapshot) throws(DeltaError) -> Snapshot {
    try check(commit, snapshot)
    var actions: [JSONNode] = commit.transactions.sorted { $0.key < $1.key }.map { name, version in
      .object([
        (
          "txn",
          .object([
            ("appId", .string(name)), ("version", .int(version)),
            ("lastUpdated", .int(commit.timestamp)),
          ])
        )
      ])
    }
    actions += commit.removes.map {
      $0.removeAction(
        snapshot.metadata, timestamp: commit.timestamp, changesData: commit.changesData)
    }
    actions += commit.adds.map {
      $0.addAction(snapshot.metadata, changesData: commit.changesData)
    }
    guard let logSHA256 = try publish(commit, actions, after: snapshot) else {
      throw .conflict(directory: directory, version: snapshot.version + 1)
    }
    var result = snapshot
    result.apply(commit, logSHA256: logSHA256)
    return result
  }

  /// Takes back every version after `version`, and the data files that only they added. The caller
  /// holds the lock that keeps other writers away. Interrupted anywhere, it leaves a sound table,
  /// and running it again completes it.
  ///
  /// - Throws: ``DeltaError/foreignVersion(path:origin:)``, and takes nothing back, when another
  ///   program made one of these versions.
  public func rollBack(to version: Int64) throws(DeltaError) {
    let versions = try log.versions()
    guard let last = versions.last, last > version else { return }
    guard version >= 0 else {
      throw .invalidRequest("\(directory): a table cannot be rolled back past version 0")
    }
    let dropped = try addedPaths(version + 1...last, onlyOwn: true)
      .subtracting(try addedPaths(0...version))
    // The newest first, so that the log stays contiguous; data files only after the log.
    for number in versions.reversed() where number > version {
      try withFiles { () throws(FileError) in try fileSystem.remove(log.path(of: number)) }
    }
    try withFiles { () throws(FileError) in
      try fileSystem.synchronizeDirectory(logDirectory)
      for path in dropped.sorted() {
        try fileSystem.remove(Path.join(directory, path))
      }
    }
  }

  var log: CommitLog { CommitLog(directory: directory, fileSystem: fileSystem) }
  private var logDirectory: String { log.logDirectory }

  private func addedPaths(
    _ versions: ClosedRange<Int64>, onlyOwn: Bool = false
  ) throws(DeltaError) -> Set<String> {
    var paths: Set<String> = []
    for version in versions {
      guard let file = try log.read(version) else {
        throw .missingVersion(directory: directory, version: version)
      }
      if onlyOwn && !file.isOwn { throw .foreignVersion(path: file.path, origin: file.origin) }
      for action in file.actions where action.name == "add" {
        paths.insert(
          try file.at(action) { value throws(ActionError) in
            try PathEncoding.decode(try value.text("path"))
          })
      }
    }
    return paths
  }

  /// Writes the log file of the version that follows `snapshot`, or of version 0.
  ///
  /// - Returns: its SHA-256; nil when the version exists.
  private func publish(
    _ commit: Commit, _ actions: [JSONNode], after snapshot: Snapshot?
  ) throws(DeltaError) -> String? {
    func object(_ texts: [String: String]) -> JSONNode {
      .object(texts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    }
    var info: [(String, JSONNode)] = [
      ("timestamp", .int(commit.timestamp)), ("operation", .string(commit.operation)),
      ("operationParameters", object(commit.parameters)),
    ]
    if let snapshot {
      info.append(("readVersion", .int(snapshot.version)))
      info.append((LogFile.InfoKey.previous, .string(snapshot.logSHA256)))
    }
    if !commit.linkedLogs.isEmpty {
      info.append((LogFile.InfoKey.linked, object(commit.linkedLogs)))
    }
    info.append(("isBlindAppend", .bool(commit.removes.isEmpty)))
    info.append(("engineInfo", .string(engine)))
    let lines = [JSONNode.object([("commitInfo", .object(info))])] + actions
    let bytes = Array(lines.map { $0.compact + "\n" }.joined().utf8)
    let path = log.path(of: snapshot.map { $0.version + 1 } ?? 0)
    let isNew = try withFiles { () throws(FileError) in
      try fileSystem.writeExclusively(bytes, to: path)
    }
    return isNew ? SHA256.hexDigest(bytes) : nil
  }

  private func check(_ commit: Commit, _ snapshot: Snapshot) throws(DeltaError) {
    for file in commit.removes where !snapshot.contains(file.path) {
      throw .invalidRequest("\(file.path) cannot be removed: it is not live in \(directory)")
    }
    for file in commit.adds where snapshot.contains(file.path) {
      throw .invalidRequest("\(file.path) cannot be added: it is live in \(directory) already")
    }
    if Set(commit.adds.map(\.path)).count != commit.adds.count
      || Set(commit.removes.map(\.path)).count != commit.removes.count
    {
      throw .invalidRequest("\(directory): a commit names a data file twice")
    }
    if snapshot.metadata.isAppendOnly && commit.changesData && !commit.removes.isEmpty {
      throw .invalidRequest("\(directory) is append-only; its rows cannot be removed")
    }
  }

  private static func check(_ metadata: TableMetadata) throws(DeltaError) {
    let names = metadata.fields.map(\.field.name)
    // Delta compares names without case.
    if Set(names.map { $0.lowercased() }).count != names.count {
      throw .invalidRequest("table \(metadata.name) has two columns of one name")
    }
    for name in metadata.partitionColumns {
      let column = metadata.fields.first { $0.field.name == name }
      guard let column, column.field.type == .string else {
        throw .invalidRequest("partition column \(name) is not a string column of the schema")
      }
    }
    if metadata.dataFields.isEmpty {
      throw .invalidRequest("table \(metadata.name) has no column besides its partitions")
    }
  }
}
