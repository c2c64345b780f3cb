import DeltaTable
import DurableFiles

/// A table of a store that is being checked, as far as its log can be understood.
struct InspectedTable: Sendable {
  let name: StoreTable
  let table: DeltaTable
  let snapshot: Snapshot
  let fileSystem: FileSystem

  var files: [LiveFile] {
    snapshot.files.map { LiveFile(dataFile: $0, table: table, fileSystem: fileSystem) }
  }
}

/// The tables of a store that is being checked, and what is wrong with logs and settings.
struct InspectedTables: Sendable {
  private let directory: String
  private let fileSystem: FileSystem
  private var tables: [StoreTable: InspectedTable] = [:]
  private(set) var faults = PartialCheck()

  subscript(name: StoreTable) -> InspectedTable? { tables[name] }

  init(at directory: String, engine: String, in fileSystem: FileSystem) {
    self.directory = directory
    self.fileSystem = fileSystem
    // Before the log, which may grow meanwhile.
    let lastCommit = faults.attempt { () throws(HeadEndError) in
      try LastCommit(in: directory, fileSystem)
    }
    // Nil where the attempt failed, and within it where there is no file.
    if case .some(nil) = lastCommit {
      faults.add(
        fault: "\(directory)/\(LastCommit.fileName): missing, so that a missing last version of "
          + "reads would not be noticed; the next commit makes it again")
    }
    for name in StoreTable.allCases { inspect(name, engine: engine) }
    guard let reads = tables[.reads] else { return }
    if let lastCommit = lastCommit ?? nil {
      faults.attempt { () throws(HeadEndError) in
        try lastCommit.check(reads.table, reads.snapshot)
      }
    }
    faults.attempt { () throws(HeadEndError) in
      let path = Path.join(directory, StoreSettings.fileName)
      let text = try rethrowing { try fileSystem.readFile(path) }
      try StoreSettings(text: text, path: path).check(reads.table, path: path)
    }
  }

  private mutating func inspect(_ name: StoreTable, engine: String) {
    let reads = tables[.reads]?.snapshot
    let version: Int64? = reads.flatMap { reads in
      faults.attempt { () throws(HeadEndError) in
        try name.version(namedBy: reads, storePath: directory)
      }
    }
    let inspection = LogInspection(
      at: Path.join(directory, name.rawValue), version: version, engine: engine, in: fileSystem)
    for fault in inspection.faults { faults.add(fault: "\(fault)") }
    guard let table = inspection.table, let snapshot = inspection.snapshot else { return }
    faults.attempt { () throws(HeadEndError) in try name.checkColumns(of: table) }
    for change in snapshot.foreignChanges {
      faults.add(fault: "\(HeadEndError.rowsChanged(by: change, in: table))")
    }
    if let reads {
      faults.attempt { () throws(HeadEndError) in try name.checkLink(to: table, from: reads) }
    }
    tables[name] = InspectedTable(
      name: name, table: table, snapshot: snapshot, fileSystem: fileSystem)
  }

  /// What could be vacuumed, now or later.
  func leftOvers() throws(HeadEndError) -> [LeftOver] {
    try rethrowing {
      var files = try fileSystem.temporaryFiles(in: directory)
      for name in StoreTable.allCases {
        guard let table = tables[name] else { continue }
        files += try table.table.unneededFiles(table.snapshot)
      }
      return LeftOver.count(files)
    }
  }
}
