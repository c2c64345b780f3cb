import Columnar
import DeltaTable
import DurableFiles
import Metering

/// A directory of Delta tables that holds a utility's reads.
///
/// `reads/_delta_log` is the only commit point. A batch first commits its sibling tables, then
/// `reads` with `txn` actions that name the siblings' versions. A writer holds the store's lock, for
/// which a second one waits, and takes back sibling versions that `reads` does not name. A reader
/// needs neither lock nor permission to write: it passes such versions over, and what it has opened
/// stays as it was whatever a writer does meanwhile.
public struct ReadStore: ~Copyable {
  /// What a store is opened for.
  public enum Purpose: Sendable {
    case reading
    case writing
  }

  public let directory: String
  public let settings: StoreSettings
  /// By ascending endpoint, those of one by ascending installation.
  public internal(set) var registry: [ServicePoint]
  /// The endpoints of the registry, each once, ascending.
  public var endpointIDs: [UInt32] { registry.endpointIDs }

  let fileSystem: FileSystem
  /// Nil for a reader.
  private let lock: DirectoryLock?
  private let tables: [StoreTable: DeltaTable]
  private var snapshots: [StoreTable: Snapshot]
  private(set) var slotIndex = SlotIndex()
  let splitFiles = SplitFiles()

  static let closedThroughName = "amr/closed-through"
  static let releasedThroughName = "amr/released-through"

  /// Creates an empty store with a registry; the directory must be empty or absent, or hold what a
  /// creation left that was cut off.
  ///
  /// - Parameters:
  ///   - registry: any order; the laws of ``Registry`` hold.
  ///   - timestamp: ms since 1970, written into the tables' logs.
  /// - Throws: ``HeadEndError/storeExists(directory:)`` also when another process was quicker.
  public static func create(
    at directory: String, settings: StoreSettings, registry: [ServicePoint], engine: String,
    timestamp: Int64, in fileSystem: FileSystem = .system
  ) throws(HeadEndError) -> ReadStore {
    let rows = try Registry(registry).rows
    guard
      var store = try begin(
        at: directory, settings: settings, engine: engine, timestamp: timestamp, in: fileSystem)
    else { throw .storeExists(directory: directory) }
    if !rows.isEmpty { try store.writeRegistry(rows, timestamp: timestamp) }
    try store.finishCreation()
    return store
  }

  /// The same with a registry that was checked before, on several threads.
  ///
  /// - Returns: nil where there is a store already, also when another process was quicker.
  public static func createIfAbsent(
    at directory: String, settings: StoreSettings, registry: Registry, engine: String,
    timestamp: Int64, threads: Int, in fileSystem: FileSystem = .system
  ) async throws(HeadEndError) -> ReadStore? {
    guard
      var store = try begin(
        at: directory, settings: settings, engine: engine, timestamp: timestamp, in: fileSystem)
    else { return nil }
    if !registry.rows.isEmpty {
      try await store.writeRegistry(registry.rows, timestamp: timestamp, threads: threads)
    }
    try store.finishCreation()
    return store
  }

  /// A store without registry, in a directory that is not yet marked as one; nil where there is one.
  private static func begin(
    at directory: String, settings: StoreSettings, engine: String, timestamp: Int64,
    in fileSystem: FileSystem
  ) throws(HeadEndError) -> ReadStore? {
    // Before anything is made there, not even a lock file.
    if try exists(at: directory, in: fileSystem) { return nil }
    let site = CreationSite(directory: directory, fileSystem: fileSystem)
    try site.refuseOtherContent()
    let lock = try rethrowing {
      try fileSystem.createDirectories(directory)
      return try DirectoryLock(on: directory, waiting: true, in: fileSystem)
    }
    if try exists(at: directory, in: fileSystem) { return nil }
    try site.begin()
    var tables: [StoreTable: DeltaTable] = [:]
    var snapshots: [StoreTable: Snapshot] = [:]
    for name in StoreTable.allCases {
      let path = Path.join(directory, name.rawValue)
      (tables[name], snapshots[name]) = try rethrowing { () -> (DeltaTable, Snapshot) in
        let metadata = name.metadata(
          createdAt: timestamp, storeName: Path.name(directory), settings: settings)
        let table = try DeltaTable.create(at: path, metadata, engine: engine, in: fileSystem)
        return (table, try table.snapshot())
      }
    }
    return ReadStore(
      directory: directory, settings: settings, registry: [], fileSystem: fileSystem, lock: lock,
      tables: tables, snapshots: snapshots)
  }

  private func finishCreation() throws(HeadEndError) {
    try writeLastCommit()
    // Written last: a directory without it is no store.
    try rethrowing {
      try fileSystem.writeAtomically(
        Array(settings.text.utf8), to: Path.join(directory, StoreSettings.fileName))
    }
    try CreationSite(directory: directory, fileSystem: fileSystem).finish()
  }

  /// Opens a store; for writing, waits until no other writer holds it, and takes back what an
  /// interrupted batch left in its sibling tables.
  public static func open(
    at directory: String, engine: String, for purpose: Purpose,
    in fileSystem: FileSystem = .system
  ) throws(HeadEndError) -> ReadStore {
    var store = try openTables(at: directory, engine: engine, for: purpose, in: fileSystem)
    try store.readRegistry()
    return store
  }

  /// The same on several threads.
  public static func open(
    at directory: String, engine: String, for purpose: Purpose, threads: Int,
    in fileSystem: FileSystem = .system
  ) async throws(HeadEndError) -> ReadStore {
    var store = try openTables(at: directory, engine: engine, for: purpose, in: fileSystem)
    try await store.readRegistry(threads: threads)
    return store
  }

  /// A store whose registry is still to be read.
  private static func openTables(
    at directory: String, engine: String, for purpose: Purpose, in fileSystem: FileSystem
  ) throws(HeadEndError) -> ReadStore {
    guard try exists(at: directory, in: fileSystem) else { throw .noStore(at: directory) }
    let settingsPath = Path.join(directory, StoreSettings.fileName)
    let lock: DirectoryLock? =
      switch purpose {
      case .reading: nil
      case .writing:
        try rethrowing { try DirectoryLock(on: directory, waiting: true, in: fileSystem) }
      }
    let settings = try StoreSettings(
      text: try rethrowing { try fileSystem.readFile(settingsPath) }, path: settingsPath)
    // Before the log, which may grow meanwhile.
    let lastCommit = try LastCommit(in: directory, fileSystem)
    var tables: [StoreTable: DeltaTable] = [:]
    var snapshots: [StoreTable: Snapshot] = [:]
    for name in StoreTable.allCases {
      let path = Path.join(directory, name.rawValue)
      let version = try snapshots[.reads].map { reads throws(HeadEndError) in
        try name.version(namedBy: reads, storePath: directory)
      }
      let (table, named) = try rethrowing {
        try DeltaTable.load(at: path, version: version, engine: engine, in: fileSystem)
      }
      tables[name] = table
      snapshots[name] =
        try snapshots[.reads].map { reads throws(HeadEndError) in
          try settle(name, table, named, reads: reads, purpose: purpose)
        } ?? named
      try name.checkColumns(of: table)
    }
    try settings.check(tables[.reads]!, path: settingsPath)
    try lastCommit?.check(tables[.reads]!, snapshots[.reads]!)
    var store = ReadStore(
      directory: directory, settings: settings, registry: [], fileSystem: fileSystem, lock: lock,
      tables: tables, snapshots: snapshots)
    if purpose == .writing {
      try store.refuseForeignChanges()
      try CreationSite(directory: directory, fileSystem: fileSystem).finish()
    }
    for file in snapshots[.reads]!.files {
      try store.slotIndex.add(file, of: tables[.reads]!, in: fileSystem)
    }
    return store
  }

  /// A sibling at the version that counts: the one that `reads` names, and what other programs did
  /// to it without changing its rows.
  private static func settle(
    _ name: StoreTable, _ table: DeltaTable, _ named: Snapshot, reads: Snapshot, purpose: Purpose
  ) throws(HeadEndError) -> Snapshot {
    try name.checkLink(to: table, from: reads)
    return try rethrowing {
      let snapshot = try table.snapshot(followingCompactionsAfter: named)
      if purpose == .writing { try table.rollBack(to: snapshot.version) }
      return snapshot
    }
  }

  /// Rows that another program changed may be missing from the ledger or doubled.
  private func refuseForeignChanges() throws(HeadEndError) {
    for name in StoreTable.allCases {
      if let change = snapshot(name).foreignChanges.first {
        throw .rowsChanged(by: change, in: table(name))
      }
    }
  }

  /// Whether a directory holds a store.
  public static func exists(at directory: String, in fileSystem: FileSystem = .system)
    throws(HeadEndError) -> Bool
  {
    try rethrowing {
      try fileSystem.status(of: Path.join(directory, StoreSettings.fileName)) != nil
    }
  }

  /// Whether a writer holds the lock of a store at this moment; false where there is no store.
  public static func isBeingWritten(at directory: String, in fileSystem: FileSystem = .system)
    throws(HeadEndError) -> Bool
  {
    guard try exists(at: directory, in: fileSystem) else { return false }
    do throws(FileError) {
      _ = try DirectoryLock(on: directory, waiting: false, in: fileSystem)
      return false
    } catch {
      if error.isLocked { return true }
      throw .file(error)
    }
  }

  private init(
    directory: String, settings: StoreSettings, registry: [ServicePoint], fileSystem: FileSystem,
    lock: consuming DirectoryLock?, tables: [StoreTable: DeltaTable],
    snapshots: [StoreTable: Snapshot]
  ) {
    self.directory = directory
    self.settings = settings
    self.registry = registry
    self.fileSystem = fileSystem
    self.lock = lock
    self.tables = tables
    self.snapshots = snapshots
  }

  /// The version of `reads`, which grows with every commit.
  public var version: Int64 { snapshot(.reads).version }

  /// The last day whose slots are closed; nil while all are open.
  public var closedThrough: CivilDay? {
    snapshot(.reads).transactions[Self.closedThroughName].map {
      // A log that was tampered with must not lead out of the calendar's range.
      CivilDay(number: Int(Int32(clamping: $0)))
    }
  }

  /// The version of the registry up to which quarantined receptions have been let go.
  var releasedThrough: Int64 { snapshot(.reads).transactions[Self.releasedThroughName] ?? 0 }

  /// Closes all slots up to and including a day. Days are never opened again.
  public mutating func close(through day: CivilDay, timestamp: Int64) throws(HeadEndError) {
    if let closed = closedThrough, closed >= day { return }
    var commit = Commit(operation: "CLOSE SLOTS", timestamp: timestamp)
    commit.parameters = ["through": day.description]
    commit.transactions[Self.closedThroughName] = Int64(day.number)
    try self.commit(commit, to: .reads)
  }

  // MARK: - Tables

  func table(_ name: StoreTable) -> DeltaTable { tables[name]! }
  func snapshot(_ name: StoreTable) -> Snapshot { snapshots[name]! }

  /// The version of `reads` that the next batch makes.
  var nextBatch: Int64 { snapshot(.reads).version + 1 }

  func files(of name: StoreTable) -> [LiveFile] {
    snapshot(name).files.map { liveFile($0, of: name) }
  }

  func quarantineFiles(of kind: QuarantineKind) -> [LiveFile] {
    snapshot(.quarantine).files(where: "kind", is: kind.rawValue).map {
      liveFile($0, of: .quarantine)
    }
  }

  func liveFile(_ file: DataFile, of name: StoreTable) -> LiveFile {
    LiveFile(dataFile: file, table: table(name), fileSystem: fileSystem)
  }

  func writeFile(
    _ columns: [Column], to name: StoreTable, partition: [String: String] = [:],
    name fileName: String, timestamp: Int64
  ) throws(HeadEndError) -> DataFile {
    try requireWriting()
    return try rethrowing {
      try table(name).writeDataFile(
        columns, partition: partition, name: fileName, timestamp: timestamp)
    }
  }

  /// Commits to a sibling table; the change counts once `commitReads` has named it.
  mutating func commit(_ commit: Commit, to name: StoreTable) throws(HeadEndError) {
    try requireWriting()
    if name == .reads, commit.changesData { try refuseToRemoveOtherDays(commit.removes) }
    snapshots[name] = try rethrowing { try table(name).commit(commit, after: snapshot(name)) }
    guard name == .reads else { return }
    for file in commit.removes { slotIndex.remove(file) }
    for file in commit.adds { try slotIndex.add(file, of: table(.reads), in: fileSystem) }
    try writeLastCommit()
  }

  /// Commits to `reads` and with it the siblings' newest versions: the one commit point.
  mutating func commitReads(_ change: Commit) throws(HeadEndError) {
    var commit = change
    for sibling in StoreTable.siblings {
      commit.transactions[sibling.versionName] = snapshot(sibling).version
      commit.linkedLogs[sibling.versionName] = snapshot(sibling).logSHA256
    }
    try self.commit(commit, to: .reads)
  }

  /// Refuses to write through a store that was opened for reading.
  func requireWriting() throws(HeadEndError) {
    if lock == nil {
      throw .table(.invalidRequest("\(directory) was opened for reading only"))
    }
  }

  private func writeLastCommit() throws(HeadEndError) {
    let reads = snapshot(.reads)
    try LastCommit(version: reads.version, sha256: reads.logSHA256).write(to: directory, fileSystem)
  }
}
