import DeltaTable

/// The tables of a store, and how `reads` vouches for the others.
enum StoreTable: String, CaseIterable, Sendable {
  case reads
  case uploads
  case quarantine
  case registry
  case collectors
  // What validation derives from the others; made anew month by month.
  case daily
  case monthly
  case groups
  case findings

  /// The tables whose newest version counts only once `reads` names it.
  static let siblings = allCases.filter { $0 != .reads }

  /// The application name under which `reads` says which version of a sibling belongs to it.
  var versionName: String { "amr/\(rawValue)" }

  /// The version of a sibling that belongs to a version of `reads`.
  func version(namedBy reads: Snapshot, storePath: String) throws(HeadEndError) -> Int64 {
    let version = reads.transactions[versionName] ?? 0
    guard version >= 0 else {
      throw .damagedStore(
        "\(storePath)/reads names version \(version) of \(rawValue); restore its log from a copy")
    }
    return version
  }

  /// Refuses a sibling whose log file is not the one that `reads` vouches for.
  func checkLink(to table: DeltaTable, from reads: Snapshot) throws(HeadEndError) {
    guard let expected = reads.linkedLogs[versionName],
      let version = reads.transactions[versionName]
    else { return }
    let found = try rethrowing { try table.logSHA256(of: version) }
    if let found, found != expected {
      throw .damagedStore(
        "\(table.directory)/_delta_log: the log file of version \(version) is not the one that "
          + "reads names (another SHA-256); restore it from a copy")
    }
  }
}
