import Columnar

/// Rows of the table `uploads`.
enum UploadTable {
  static func columns(_ entries: [Ledger.Entry], batch: Int64) -> [Column] {
    let data: [ColumnData] = [
      .int64(entries.map { Int64($0.key.collector) }),
      .int64(entries.map { Int64(bitPattern: $0.key.sequence) }),
      .text(TextColumn(entries.map(\.sha256))), .int64(entries.map { $0.createdAt * 1000 }),
      .int32(entries.map { Int32(truncatingIfNeeded: $0.records) }),
      .int64([Int64](repeating: batch, count: entries.count)),
    ]
    return zip(StoreTable.uploads.fields, data).map { Column($0.field, $1) }
  }

  /// Adds the uploads of a data file to a ledger's digests.
  static func load(_ file: StoredFile, into digests: inout [Ledger.Key: String])
    throws(HeadEndError)
  {
    let collectors = try file.integers("collector_id")
    let sequences = try file.integers("sequence")
    let sums = try file.texts("sha256")
    for row in collectors.indices {
      let key = Ledger.Key(
        collector: UInt32(truncatingIfNeeded: collectors[row]),
        sequence: UInt64(bitPattern: sequences[row]))
      digests[key] = sums[row] ?? ""
    }
  }
}

/// Rows of the table `quarantine`.
enum QuarantineTable {
  static func columns(_ entries: [QuarantineEntry], batch: Int64) -> [Column] {
    let reasons = QuarantineReason.allCases
    let data: [(ColumnData, [Bool]?)] = [
      (
        .dictionary(
          codes: entries.map { UInt8(reasons.firstIndex(of: $0.reason)!) },
          values: reasons.map(\.rawValue)), nil
      ),
      (.text(TextColumn(entries.map(\.source))), nil),
      (.int64(entries.map { Int64($0.offset) }), nil),
      (.int64(entries.map { Int64($0.collector ?? 0) }), entries.map { $0.collector != nil }),
      (
        .int64(entries.map { Int64(bitPattern: $0.sequence ?? 0) }),
        entries.map { $0.sequence != nil }
      ),
      (.int64(entries.map { Int64($0.endpoint ?? 0) }), entries.map { $0.endpoint != nil }),
      (.int64(entries.map { ($0.stamp ?? 0) * 1000 }), entries.map { $0.stamp != nil }),
      (.text(TextColumn(entries.map { $0.frame ?? "" })), entries.map { $0.frame != nil }),
      (.int64(entries.map { Int64($0.count) }), nil),
      (.text(TextColumn(entries.map(\.detail))), nil),
      (.int64([Int64](repeating: batch, count: entries.count)), nil),
    ]
    return zip(StoreTable.quarantine.fields, data).map { field, content in
      Column(field.field, content.0, validity: content.1)
    }
  }

  /// Adds the whole uploads among the rows of a data file to a set of their keys.
  static func load(_ file: StoredFile, into keys: inout Set<String>) throws(HeadEndError) {
    let reasons = try file.texts("reason")
    let sources = try file.texts("source")
    let offsets = try file.integers("source_offset")
    let details = try file.texts("detail")
    for row in reasons.indices {
      guard let reason = reasons[row].flatMap(QuarantineReason.init(rawValue:)),
        reason == .damagedUpload || reason == .contradictingUpload
      else { continue }
      let entry = QuarantineEntry(
        reason: reason, source: sources[row] ?? "", offset: Int(offsets[row]), count: 1,
        detail: details[row] ?? "")
      keys.insert(Quarantine.uploadKey(entry))
    }
  }
}
