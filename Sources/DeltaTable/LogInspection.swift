public import DurableFiles

/// What a table's log says, and everything that is wrong with it.
public struct LogInspection: Sendable {
  /// The table and its state at the version asked for; nil when the log does not lead there.
  public private(set) var table: DeltaTable?
  public private(set) var snapshot: Snapshot?
  public private(set) var faults: [DeltaError] = []

  /// Reads the log files without stopping at the first that is damaged.
  ///
  /// - Parameter version: what to inspect up to, and any compaction by other programs right after
  ///   it; what this package committed later is passed over. Nil is the newest version.
  public init(
    at directory: String, version: Int64? = nil, engine: String,
    in fileSystem: FileSystem = .system
  ) {
    let log = CommitLog(directory: directory, fileSystem: fileSystem)
    var replay: Snapshot?
    do throws(DeltaError) {
      guard let newest = try log.versions().last else {
        throw .notATable(directory: directory)
      }
      if let version, version > newest {
        faults.append(.missingVersion(directory: directory, version: newest + 1))
      }
      replay = replayAll(log, newest: newest, wanted: version)
      if let version, replay.map({ $0.version < version }) ?? true { replay = nil }
    } catch {
      faults.append(error)
    }
    guard let replay else { return }
    snapshot = replay
    table = DeltaTable(
      directory: directory, metadata: replay.metadata, engine: engine, fileSystem: fileSystem)
  }

  /// - Returns: nil when a version is missing or cannot be read.
  private mutating func replayAll(_ log: CommitLog, newest: Int64, wanted: Int64?) -> Snapshot? {
    var replay: Snapshot?
    var isWhole = true
    var isGap = false
    for number in 0...newest {
      do throws(DeltaError) {
        guard let file = try log.read(number) else {
          isWhole = false
          // Of a gap only the first version is told.
          if !isGap { faults.append(try log.absence(of: number)) }
          isGap = true
          continue
        }
        isGap = false
        if let wanted, number > wanted {
          if file.isOwn { break }
          if file.changesRows { throw .foreignVersion(path: file.path, origin: file.origin) }
        }
        guard isWhole else { continue }
        if number == 0 {
          replay = try Snapshot(file)
        } else {
          verifyLink(replay, file)
          try replay?.apply(file)
        }
      } catch {
        faults.append(error)
        if let wanted, number > wanted { break }
        isWhole = false
      }
    }
    return isWhole ? replay : nil
  }

  /// A broken link does not keep the later versions from being understood.
  private mutating func verifyLink(_ replay: Snapshot?, _ next: LogFile) {
    do throws(DeltaError) {
      try replay?.verifyLink(next)
    } catch {
      faults.append(error)
    }
  }
}
