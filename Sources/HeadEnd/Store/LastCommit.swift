import DeltaTable
import DurableFiles
import JSON5

/// `last_commit.json` in a store's directory: which version of `reads` was committed last.
///
/// Every log file carries the hash of the one before it, so that only the removal or alteration of
/// the last one could go unnoticed; this file is there to notice it. It is replaced right after each
/// commit: a crash between both leaves it one version behind, which is sound. It is never ahead.
struct LastCommit: Equatable {
  static let fileName = "last_commit.json"

  let version: Int64
  /// Of the version's log file, 64 lowercase hexadecimal digits.
  let sha256: String

  init(version: Int64, sha256: String) {
    self.version = version
    self.sha256 = sha256
  }

  /// Reads the file of a store; nil when there is none.
  init?(in directory: String, _ fileSystem: FileSystem) throws(HeadEndError) {
    let path = Path.join(directory, Self.fileName)
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try fileSystem.readFile(path)
    } catch {
      if error.isNotFound { return nil }
      throw .file(error)
    }
    let damaged = HeadEndError.damagedStore(
      "\(path): not what this program writes; \(StoredFile.mending)")
    guard let value = try? JSON5.parse(bytes, source: path),
      let version = value["reads_version"]?.integer, let sha256 = value["sha256"]?.string
    else { throw damaged }
    self.init(version: version, sha256: sha256)
    if bytes != Array(text.utf8) { throw damaged }
  }

  private var text: String {
    JSONNode.object([("reads_version", .int(version)), ("sha256", .string(sha256))]).pretty + "\n"
  }

  func write(to directory: String, _ fileSystem: FileSystem) throws(HeadEndError) {
    try rethrowing {
      try fileSystem.writeAtomically(Array(text.utf8), to: Path.join(directory, Self.fileName))
    }
  }

  /// Refuses a log that ends before this version, or has another one in its place.
  ///
  /// - Parameter newest: the newest version of `reads`, looked up after this file was read.
  func check(_ reads: DeltaTable, _ newest: Snapshot) throws(HeadEndError) {
    let place = "\(reads.directory)/_delta_log"
    if version > newest.version {
      throw .damagedStore(
        "\(place): ends at version \(newest.version), but version \(version) was committed "
          + "(\(Self.fileName)); restore the log files after \(newest.version) from a copy")
    }
    let found: String? =
      version == newest.version
      ? newest.logSHA256 : try rethrowing { try reads.logSHA256(of: version) }
    if found != sha256 {
      throw .damagedStore(
        "\(place): the log file of version \(version) is not the one that was committed "
          + "(\(Self.fileName) has another SHA-256); restore it from a copy")
    }
  }
}
