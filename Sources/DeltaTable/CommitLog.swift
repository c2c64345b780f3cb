import Digits
import DurableFiles

/// The numbered files of a table's log.
struct CommitLog {
  let directory: String
  let fileSystem: FileSystem

  var logDirectory: String { Path.join(directory, "_delta_log") }

  func path(of version: Int64) -> String {
    Path.join(logDirectory, digits(version, width: 20) + ".json")
  }

  /// A version's log file; nil when there is none.
  func read(_ version: Int64) throws(DeltaError) -> LogFile? {
    try bytes(of: version).map { bytes throws(DeltaError) in
      try LogFile(path: path(of: version), bytes)
    }
  }

  func bytes(of version: Int64) throws(DeltaError) -> [UInt8]? {
    do throws(FileError) {
      return try fileSystem.readFile(path(of: version))
    } catch {
      if error.isNotFound { return nil }
      throw .file(error)
    }
  }

  /// The table at a version, or at the newest. Files are read by number, not by a listing, which
  /// may miss one of two that a writer adds or takes back meanwhile.
  func snapshot(at target: Int64?) throws(DeltaError) -> Snapshot {
    guard let first = try read(0) else { throw try absence(of: 0) }
    var snapshot = try Snapshot(first)
    while target.map({ snapshot.version < $0 }) ?? true {
      let next = snapshot.version + 1
      guard let file = try read(next) else {
        if target == nil, try versions().last ?? 0 < next { break }
        // A writer may have been at it just now.
        guard let file = try read(next) else { throw try absence(of: next) }
        try snapshot.advance(file)
        continue
      }
      try snapshot.advance(file)
    }
    return snapshot
  }

  /// Why a version that should be there is not.
  func absence(of version: Int64) throws(DeltaError) -> DeltaError {
    let versions = try versions()
    if version == 0 && versions.isEmpty { return .notATable(directory: directory) }
    let names = try names()
    if version == 0, let first = versions.first,
      names.contains(where: { $0.contains(".checkpoint.") })
    {
      return .unsupported(
        path: logDirectory,
        reason: "the log begins at version \(first) and a checkpoint stands for what came before;"
          + " checkpoints are not read here. Restore the earlier log files")
    }
    return .missingVersion(directory: directory, version: version)
  }

  /// The versions that have a log file, ascending.
  func versions() throws(DeltaError) -> [Int64] {
    // Sorted names of 20 digits are sorted numbers.
    try names().compactMap { name -> Int64? in
      let digits = name.utf8.prefix { 0x30...0x39 ~= $0 }
      return digits.count == 20 && name.utf8.count == 25 && name.hasSuffix(".json")
        ? Int64(String(name.prefix(20))) : nil
    }
  }

  private func names() throws(DeltaError) -> [String] {
    do throws(FileError) {
      return try fileSystem.list(logDirectory)
    } catch {
      if error.isNotFound { throw .notATable(directory: directory) }
      throw .file(error)
    }
  }
}
