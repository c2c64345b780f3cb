import Checksums
import Columnar
import DeltaTable
import DurableFiles

extension PartialCheck {
  /// Verifies a data file against its log entry: presence, size, SHA-256, pages, every column,
  /// statistics.
  ///
  /// - Returns: the file, when it can be read at all.
  mutating func checkFile(_ file: LiveFile, _ name: StoreTable) -> StoredFile? {
    filesRead += 1
    let path = file.path
    let dataFile = file.dataFile
    let content = attempt { () throws(HeadEndError) in
      try StoredFile.bytes(at: path, in: file.fileSystem)
    }
    guard let bytes = content else { return nil }
    if Int64(bytes.count) != dataFile.size {
      add(
        fault: "\(path): has \(bytes.count) bytes, but the log says \(dataFile.size); "
          + StoredFile.mending)
    } else if let expected = dataFile.sha256, expected != SHA256.hexDigest(bytes) {
      add(
        fault: "\(path): its SHA-256 is not the one in the log: its content was changed; "
          + StoredFile.mending)
    }
    let opened = attempt { () throws(HeadEndError) in
      try StoredFile(bytes, of: dataFile, path: path)
    }
    guard let opened else { return nil }
    rowsRead += opened.rowCount
    let partitions = file.table.metadata.partitionColumns
    for field in name.fields.map(\.field) where !partitions.contains(field.name) {
      // One at a time, as a month's columns together would take gigabytes.
      let column = attempt { () throws(HeadEndError) in try opened.column(field.name) }
      guard let column else { continue }
      if column.field.type != field.type {
        add(fault: "\(path): column \(field.name) is \(column.field.type), expected \(field.type)")
        continue
      }
      let contradictions = dataFile.statistics?.contradictions(
        [column], rowCount: opened.rowCount, isExact: dataFile.isOwn)
      for contradiction in contradictions ?? [] {
        add(fault: "\(path): \(contradiction); the log or the file was changed")
      }
    }
    return opened
  }
}

extension DataFile {
  /// Whether this program wrote it: others do not tag its digest.
  var isOwn: Bool { sha256 != nil }
}
