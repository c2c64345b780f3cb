import JSON5

/// A table at one version: what its log says up to there.
public struct Snapshot: Sendable, Equatable {
  public private(set) var version: Int64 = -1
  public private(set) var metadata: TableMetadata
  /// For each application the version it committed last.
  public private(set) var transactions: [String: Int64] = [:]
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
  func contains(_ path: String) -> Bool {
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
      case "txn":
        let (name, number) = try log.at(action) { value throws(ActionError) in
          (try value.text("appId"), try value.number("version"))
        }
        transactions[name] = number
      default: break
      }
    }
    version += 1
  }

  /// Goes on to the next version, whose content this process has just committed.
  mutating func apply(_ commit: Commit) {
    for file in commit.removes { live[file.path] = nil }
    for file in commit.adds { live[file.path] = file }
    transactions.merge(commit.transactions) { $1 }
    version += 1
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

/// One version's log file, taken apart into its actions.
struct LogFile {
  struct Action {
    let line: Int
    let name: String
    let value: JSON5Value
  }

  let path: String
  let actions: [Action]

  init(path: String, _ bytes: [UInt8]) throws(DeltaError) {
    self.path = path
    var actions: [Action] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, text) in lines.enumerated() where !text.isEmpty {
      let parsed: JSON5Value
      do throws(JSON5Error) {
        parsed = try JSON5.parse(Array(text), source: path)
      } catch {
        throw .damagedLog(
          path: path, line: index + 1, reason: "column \(error.position.column): \(error.message)")
      }
      guard let members = parsed.object, members.count == 1 else {
        throw .damagedLog(path: path, line: index + 1, reason: "expected an object of one action")
      }
      actions.append(Action(line: index + 1, name: members[0].key, value: members[0].value))
    }
    self.actions = actions
  }

  /// Reads an action, adding its place to an error.
  func at<Result>(
    _ action: Action, _ read: (JSON5Value) throws(ActionError) -> Result
  ) throws(DeltaError) -> Result {
    do throws(ActionError) {
      return try read(action.value)
    } catch {
      throw action.name == "protocol"
        ? .unsupported(path: path, reason: error.reason)
        : .damagedLog(path: path, line: action.line, reason: error.reason)
    }
  }
}
