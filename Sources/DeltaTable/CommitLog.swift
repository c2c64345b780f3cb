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

  /// All versions, from 0 without a gap.
  func versions() throws(DeltaError) -> [Int64] {
    let names: [String]
    do throws(FileError) {
      names = try fileSystem.list(logDirectory)
    } catch {
      if error.isNotFound { throw .notATable(directory: directory) }
      throw .file(error)
    }
    // Sorted names of 20 digits are sorted numbers.
    let versions = names.compactMap { name -> Int64? in
      let digits = name.utf8.prefix { 0x30...0x39 ~= $0 }
      return digits.count == 20 && name.utf8.count == 25 && name.hasSuffix(".json")
        ? Int64(String(name.prefix(20))) : nil
    }
    guard let first = versions.first else { throw .notATable(directory: directory) }
    if first > 0 && names.contains(where: { $0.contains(".checkpoint.") }) {
      throw .unsupported(
        path: logDirectory,
        reason: "the log begins at version \(first) and a checkpoint stands for what came before;"
          + " checkpoints are not read here. Restore the earlier log files")
    }
    for (index, version) in versions.enumerated() where version != Int64(index) {
      throw .missingVersion(directory: directory, version: Int64(index))
    }
    return versions
  }

  /// A version's log file; nil when there is none.
  func read(_ version: Int64) throws(DeltaError) -> LogFile? {
    let path = path(of: version)
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try fileSystem.readFile(path)
    } catch {
      if error.isNotFound { return nil }
      throw .file(error)
    }
    return try LogFile(path: path, bytes)
  }

  func snapshot(at version: Int64?) throws(DeltaError) -> Snapshot {
    let versions = try versions()
    let target = version ?? Int64(versions.count - 1)
    guard 0..<Int64(versions.count) ~= target else {
      throw .invalidRequest(
        "\(directory) has versions 0 to \(versions.count - 1); \(target) was asked for")
    }
    var snapshot: Snapshot?
    for number in 0...target {
      guard let file = try read(number) else {
        throw .missingVersion(directory: directory, version: number)
      }
      if snapshot == nil {
        snapshot = try Snapshot(file)
      } else {
        try snapshot?.apply(file)
      }
    }
    guard let snapshot else { throw .notATable(directory: directory) }
    return snapshot
  }
}
