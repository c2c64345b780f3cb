import JSON5

/// A table at one version: what its log says up to there.
public struct Snapshot: Sendable, Equatable {
  public private(set) var version: Int64 = -1
  public private(set) var metadata: TableMetadata
  /// For each application the version it committed last.
  public private(set) var transactions: [String: Int64] = [:]
  /// Of the newest version's log file, 64 lowercase hexadecimal digits.
  public private(set) var logSHA256 = ""
  /// For each application that stands for another table, the SHA-256 of the log file there of the
  /// version that `transactions` names, where a commit told it.
  public private(set) var linkedLogs: [String: String] = [:]
  /// When each data file was removed that was once live, by its path; in milliseconds since 1970.
  public private(set) var removedAt: [String: Int64] = [:]
  /// Versions in which other programs changed rows, and who: "version 7 by delta-rs (DELETE)".
  public private(set) var foreignChanges: [String] = []
  private var live: [String: DataFile] = [:]

  /// The live data files, sorted by the bytes of their paths.
  public var files: [DataFile] {
    live.values.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// The live data files of one partition, sorted as above.
  public func files(where column: String, is value: String) -> [DataFile] {
    files.filter { $0.partitionValues[column] == .some(.some(value)) }
  }

  /// Whether a live data file has this path.
  public func contains(_ path: String) -> Bool {
    live[path] != nil
  }

  /// Reads version 0.
  init(_ log: LogFile) throws(DeltaError) {
    guard let value = log.actions.first(where: { $0.name == "metaData" }),
      log.actions.contains(where: { $0.name == "protocol" })
    else {
      throw .damagedLog(path: log.path, line: 0, reason: "version 0 lacks protocol or metaData")
    }
    metadata = try log.at(value) { value throws(ActionError) in try TableMetadata.parse(value) }
    try apply(log)
  }

  /// Goes on to the next version.
  mutating func apply(_ log: LogFile) throws(DeltaError) {
    for action in log.actions where action.name == "metaData" {
      metadata = try log.at(action) { value throws(ActionError) in try TableMetadata.parse(value) }
    }
    // Within a commit the order has no meaning: a path both removed and added stays.
    for action in log.actions where action.name == "remove" {
      let path = try log.at(action) { value throws(ActionError) in
        try PathEncoding.decode(try value.text("path"))
      }
      live[path] = nil
      removedAt[path] = action.value["deletionTimestamp"]?.integer ?? 0
    }
    for action in log.actions {
      switch action.name {
      case "protocol":
        try log.at(action) { value throws(ActionError) in try Self.check(protocol: value) }
      case "add":
        let file = try log.at(action) { value throws(ActionError) in
          try DataFile.parse(value, metadata)
        }
        live[file.path] = file
        removedAt[file.path] = nil
      case "txn":
        let (name, number) = try log.at(action) { value throws(ActionError) in
          (try value.text("appId"), try value.number("version"))
        }
        transactions[name] = number
      default: break
      }
    }
    version += 1
    logSHA256 = log.sha256
    for link in log.info?[LogFile.InfoKey.linked]?.object ?? [] {
      linkedLogs[link.key] = link.value.string
    }
    if version > 0 && log.changesRows && !log.isOwn {
      foreignChanges.append("version \(version) by \(log.origin)")
    }
  }

  /// Goes on to the next version, whose log file must follow this very one.
  mutating func advance(_ log: LogFile) throws(DeltaError) {
    try verifyLink(log)
    try apply(log)
  }

  /// Checks that the next version's log file, if this package wrote it, follows this very version.
  func verifyLink(_ next: LogFile) throws(DeltaError) {
    guard let stated = next.info?[LogFile.InfoKey.previous] else { return }
    if stated.string != logSHA256 {
      throw .damagedLog(
        path: next.path, line: 0,
        reason: "it follows a log file of version \(version) with SHA-256 "
          + "\(stated.string ?? "?"), but the one that is there has \(logSHA256): one of the two "
          + "was changed afterwards; restore it from a copy")
    }
  }

  /// Goes on to the next version, whose content this process has just committed.
  mutating func apply(_ commit: Commit, logSHA256: String) {
    for file in commit.removes {
      live[file.path] = nil
      removedAt[file.path] = commit.timestamp
    }
    for file in commit.adds {
      live[file.path] = file
      removedAt[file.path] = nil
    }
    transactions.merge(commit.transactions) { $1 }
    linkedLogs.merge(commit.linkedLogs) { $1 }
    version += 1
    self.logSHA256 = logSHA256
  }

  private static func check(protocol value: JSON5Value) throws(ActionError) {
    let reader = try value.number("minReaderVersion")
    let writer = try value.number("minWriterVersion")
    if reader > 1 || writer > 2 {
      throw ActionError(
        "the table needs reader version \(reader) and writer version \(writer) of the Delta "
          + "protocol; this program knows 1 and 2. Another program has upgraded the table")
    }
  }
}
