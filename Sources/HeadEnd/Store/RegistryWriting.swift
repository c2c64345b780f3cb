import DeltaTable
import Metering
import Parallel

extension ReadStore {
  /// Rows of a data file of the table `registry` at most: so few that the files of a large registry
  /// are shared evenly by several threads, and that what one of them works on is soon used again.
  private static let rowsPerFile = 1 << 18

  /// Reads the registry of a store that was just opened.
  mutating func readRegistry() throws(HeadEndError) {
    var parts: [[ServicePoint]] = []
    for file in files(of: .registry) { parts.append(try RegistryTable.rows(file.open())) }
    registry = Registry.ordered(joining: parts)
  }

  /// The same with several files at a time.
  mutating func readRegistry(threads: Int) async throws(HeadEndError) {
    let files = files(of: .registry)
    let parts: [[ServicePoint]]
    do {
      parts = try await parallelMap(count: files.count, threads: threads) { number in
        try RegistryTable.rows(files[number].open())
      }
    } catch {
      throw HeadEndError(error)
    }
    registry = Registry.ordered(joining: parts)
  }

  /// Makes these rows the registry; they are in order and keep its laws.
  mutating func writeRegistry(_ rows: [ServicePoint], timestamp: Int64) throws(HeadEndError) {
    try requireWriting()
    var files: [DataFile] = []
    for part in registryParts(rows.count) {
      let columns = RegistryTable.columns(rows, part.rows)
      files.append(
        try writeFile(columns, to: .registry, name: part.name, timestamp: timestamp))
    }
    try commitRegistry(rows, files, timestamp: timestamp)
  }

  /// The same with several files at a time.
  mutating func writeRegistry(_ rows: [ServicePoint], timestamp: Int64, threads: Int)
    async throws(HeadEndError)
  {
    try requireWriting()
    let parts = registryParts(rows.count)
    let table = table(.registry)
    let files: [DataFile]
    do {
      files = try await parallelMap(count: parts.count, threads: threads) { number in
        let part = parts[number]
        return try table.writeDataFile(
          RegistryTable.columns(rows, part.rows), name: part.name, timestamp: timestamp)
      }
    } catch {
      throw HeadEndError(error)
    }
    try commitRegistry(rows, files, timestamp: timestamp)
  }

  private func registryParts(_ count: Int) -> [(rows: Range<Int>, name: String)] {
    let name = "registry-\(snapshot(.registry).version + 1)"
    if count <= Self.rowsPerFile { return [(0..<count, name)] }
    return stride(from: 0, to: count, by: Self.rowsPerFile).enumerated().map { number, start in
      (start..<min(start + Self.rowsPerFile, count), "\(name)-\(number + 1)")
    }
  }

  private mutating func commitRegistry(
    _ rows: [ServicePoint], _ files: [DataFile], timestamp: Int64
  ) throws(HeadEndError) {
    var commit = Commit(operation: "REPLACE REGISTRY", timestamp: timestamp)
    commit.removes = snapshot(.registry).files
    commit.adds = files
    try self.commit(commit, to: .registry)
    var change = Commit(operation: "REPLACE REGISTRY", timestamp: timestamp)
    if let instant = RegistryChange.firstInstant(from: registry, to: rows) {
      setBackValidation(to: settings.clock.day(of: instant), in: &change)
    }
    try commitReads(change)
    registry = rows
  }
}
