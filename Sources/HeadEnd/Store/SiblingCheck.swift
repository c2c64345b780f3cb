import Metering

extension PartialCheck {
  /// Verifies the registry's files and rows.
  ///
  /// - Returns: its endpoints; nil when they cannot be read.
  mutating func checkRegistry(_ registry: InspectedTable) -> EndpointIndex? {
    var parts: [[ServicePoint]] = []
    var isWhole = true
    for file in registry.files {
      let rows = checkFile(file, registry.name).flatMap { opened in
        attempt { () throws(HeadEndError) in try RegistryTable.rows(opened) }
      }
      if let rows { parts.append(rows) } else { isWhole = false }
    }
    let points = Registry.ordered(joining: parts)
    for conflict in RegistryLaws.conflicts(in: points) {
      add(fault: "\(registry.table.directory): \(conflict.description(in: points))")
    }
    guard isWhole else { return nil }
    return EndpointIndex(points.endpointIDs)
  }

  /// Verifies the files of another sibling, its batches, for the ledger its uploads, and for what
  /// validation derives its rows.
  ///
  /// - Parameter newestBatch: version of `reads`; nil when its log cannot be read.
  mutating func checkSibling(
    _ sibling: InspectedTable, newestBatch: Int64?, derived: inout DerivedLaws
  ) {
    let hasBatches = sibling.name.fields.contains { $0.field.name == "batch" }
    var uploads: [Ledger.Key] = []
    for file in sibling.files {
      guard let opened = checkFile(file, sibling.name) else { continue }
      if hasBatches, let newestBatch { checkBatches(opened, newest: newestBatch) }
      if let month = file.dataFile.partitionValues["month"] ?? nil {
        derived.add(opened, of: sibling.name, month: month, to: &self)
      }
      if sibling.name == .uploads {
        uploads += attempt { () throws(HeadEndError) in try UploadTable.keys(opened) } ?? []
      }
    }
    uploads.sort { ($0.collector, $0.sequence) < ($1.collector, $1.sequence) }
    for (one, other) in zip(uploads, uploads.dropFirst()) where one == other {
      add(
        fault:
          "\(sibling.table.directory): upload \(one.sequence) of collector "
          + "\(one.collector) is there twice; expected it once: restore the table from a copy")
    }
  }

  private mutating func checkBatches(_ file: StoredFile, newest: Int64) {
    guard let batches = attempt({ () throws(HeadEndError) in try file.integers("batch") }),
      let wrong = batches.first(where: { !(1...max(newest, 1)).contains($0) })
    else { return }
    add(
      fault: "\(file.path): batch \(wrong) is none of 1 to \(newest), the versions of reads; "
        + StoredFile.mending)
  }
}
