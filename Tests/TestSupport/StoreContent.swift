import Columnar
import DeltaTable
import DurableFiles

/// What a read store holds, read through its Delta logs and Parquet files alone: no code of the
/// head-end takes part, so that its tests compare contents that it cannot have misread.
public struct StoreContent: Sendable, Equatable {
  /// All rows of `reads`, each as a text of all its columns, sorted.
  public private(set) var readVersions: [String] = []
  /// The row with the highest version of each (endpoint, day), without its version and reason:
  /// these tell in how many parts a read came, not what it says.
  public private(set) var currentReads: [String] = []
  /// Rows of `uploads` without the batch that took them in, sorted.
  public private(set) var ledger: [String] = []
  /// Rows of `quarantine` without the batch, sorted.
  public private(set) var quarantine: [String] = []
  /// Rows of `registry`, sorted.
  public private(set) var registry: [String] = []
  /// What bills go by: endpoint, day, register and quality of current reads, and of estimates how
  /// they were made.
  public private(set) var values: [String] = []
  /// Rows of what validation derives, each sorted.
  public private(set) var daily: [String] = []
  public private(set) var monthly: [String] = []
  public private(set) var groups: [String] = []
  public private(set) var findings: [String] = []
  /// The last closed day, days since 1970; nil while all are open.
  public private(set) var closedThrough: Int64?
  /// The last validated day.
  public private(set) var validatedThrough: Int64?

  public init(of store: String) throws {
    let reads = try Self.table("reads", of: store).snapshot()
    closedThrough = reads.transactions["amr/closed-through"]
    validatedThrough = reads.transactions["amr/validated-through"]
    let rows = try Self.rows("reads", of: store, at: reads.version)
    readVersions = rows.map { Self.text($0) }.sorted()
    var current: [String: (version: Int, text: String, value: String, isWithdrawn: Bool)] = [:]
    for row in rows {
      let key = "\(row["endpoint_id"] ?? "")|\(row["day"] ?? "")"
      let version = Int(row["version"] ?? "") ?? 0
      if let known = current[key], known.version >= version { continue }
      let reason = row["quality"] == "estimated" ? row["reason"] ?? "" : ""
      current[key] = (
        version, Self.text(row, without: ["version", "reason"]),
        "\(key)|\(row["register"] ?? "")|\(row["quality"] ?? "")|\(reason)",
        row["reason"] == "not_due"
      )
    }
    // An estimate that was withdrawn because no read was due tells when it was made, not what counts.
    current = current.filter { !$0.value.isWithdrawn }
    values = current.values.map(\.value).sorted()
    currentReads = current.values.map(\.text).sorted()
    ledger = try Self.sibling("uploads", of: store, at: reads)
    quarantine = try Self.sibling("quarantine", of: store, at: reads)
    registry = try Self.sibling("registry", of: store, at: reads)
    daily = try Self.sibling("daily", of: store, at: reads)
    monthly = try Self.sibling("monthly", of: store, at: reads)
    groups = try Self.sibling("groups", of: store, at: reads)
    findings = try Self.sibling("findings", of: store, at: reads)
  }

  /// A part that contents can differ in.
  public enum Part: String, CaseIterable, Sendable {
    case readVersions, currentReads, ledger, quarantine, registry
    case values, daily, monthly, groups, findings

    /// All but how reads are divided into versions, which the division into batches decides.
    public static let allButVersions = allCases.filter { $0 != .readVersions }

    /// What validation makes of all that was received.
    public static let validated: [Part] = [.values, .daily, .monthly, .groups, .findings]
  }

  private func rows(_ part: Part) -> [String] {
    switch part {
    case .readVersions: readVersions
    case .currentReads: currentReads
    case .ledger: ledger
    case .quarantine: quarantine
    case .registry: registry
    case .values: values
    case .daily: daily
    case .monthly: monthly
    case .groups: groups
    case .findings: findings
    }
  }

  /// What differs from another content, in a few words for each part that does.
  public func differences(from other: StoreContent, in parts: [Part] = Part.allCases) -> [String] {
    var differences = parts.filter { rows($0) != other.rows($0) }.map { part in
      let pairs = zip(rows(part), other.rows(part))
      let first = pairs.first { $0 != $1 }.map { "; first: \($0) for \($1)" } ?? ""
      return "\(part): \(rows(part).count) rows for \(other.rows(part).count)\(first)"
    }
    if closedThrough != other.closedThrough { differences.append("closed through another day") }
    if validatedThrough != other.validatedThrough {
      differences.append("validated through another day")
    }
    return differences
  }

  private static func table(_ name: String, of store: String) throws -> DeltaTable {
    try DeltaTable.open(at: Path.join(store, name), engine: "test")
  }

  private static func sibling(_ name: String, of store: String, at reads: Snapshot) throws
    -> [String]
  {
    try rows(name, of: store, at: reads.transactions["amr/\(name)"] ?? 0)
      .map { text($0, without: ["batch"]) }.sorted()
  }

  private static func text(_ row: [String: String], without: Set<String> = []) -> String {
    row.filter { !without.contains($0.key) }.sorted { $0.key < $1.key }
      .map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }

  /// The rows of a table by the names of their columns; a column without a value is absent.
  private static func rows(_ name: String, of store: String, at version: Int64) throws
    -> [[String: String]]
  {
    let table = try table(name, of: store)
    return try table.snapshot(at: version).files.flatMap { dataFile in
      let file = try ParquetFile(try FileSystem.system.readFile(table.fullPath(of: dataFile)))
      var rows = [[String: String]](repeating: [:], count: file.rowCount)
      for (partition, value) in dataFile.partitionValues {
        for row in rows.indices { rows[row][partition] = value }
      }
      for field in file.fields {
        let values = cells(try file.read(field.name))
        for row in rows.indices { rows[row][field.name] = values[row] }
      }
      return rows
    }
  }

  private static func cells(_ column: Column) -> [String?] {
    func valid(_ row: Int) -> Bool { column.validity?[row] ?? true }
    switch column.data {
    case .int32(let values): return values.indices.map { valid($0) ? "\(values[$0])" : nil }
    case .int64(let values): return values.indices.map { valid($0) ? "\(values[$0])" : nil }
    case .dictionary(let codes, let values):
      return codes.map { $0 == ColumnData.nullCode ? nil : values[Int($0)] }
    case .wideDictionary(let codes, let values):
      return codes.map { $0 == ColumnData.wideNullCode ? nil : values[Int($0)] }
    case .text(let text): return (0..<text.count).map { valid($0) ? text[$0] : nil }
    }
  }
}

/// How far the commits of a store have got, as its files tell.
public enum StoreState: Equatable, Sendable {
  /// Nothing that counts as a store is there yet.
  case absent
  /// The number of the last commit of `reads`; every sibling is as it says.
  case committed(Int64)
  /// A sibling is ahead of the last commit of `reads`: a batch was cut off between the two.
  case betweenCommits(Int64)

  public init(of store: String) throws {
    guard try FileSystem.system.status(of: Path.join(store, "store.json")) != nil else {
      self = .absent
      return
    }
    let reads = try DeltaTable.open(at: Path.join(store, "reads"), engine: "test").snapshot()
    let siblings = [
      "uploads", "quarantine", "registry", "collectors", "daily", "monthly", "groups", "findings",
    ]
    for name in siblings {
      let table = try DeltaTable.open(at: Path.join(store, name), engine: "test")
      if try table.snapshot().version > reads.transactions["amr/\(name)"] ?? 0 {
        self = .betweenCommits(reads.version)
        return
      }
    }
    self = .committed(reads.version)
  }
}
