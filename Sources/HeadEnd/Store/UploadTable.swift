import Checksums
import Columnar

/// Rows of the table `uploads`.
enum UploadTable {
  static func columns(_ entries: [Ledger.Entry], batch: Int64) -> [Column] {
    let data: [ColumnData] = [
      .int64(entries.map { Int64($0.key.collector) }),
      .int64(entries.map { Int64(bitPattern: $0.key.sequence) }),
      .text(TextColumn(entries.map(\.sha256.hex))), .int64(entries.map { $0.createdAt * 1000 }),
      .int64(entries.map { ($0.receivedAt ?? 0) * 1000 }),
      .int32(entries.map { Int32(truncatingIfNeeded: $0.records) }),
      .int64([Int64](repeating: batch, count: entries.count)),
    ]
    return zip(StoreTable.uploads.fields, data).map { field, data in
      Column(
        field.field, data,
        validity: field.field.isNullable ? entries.map { $0.receivedAt != nil } : nil)
    }
  }

  /// The uploads of a data file, without what their bytes were.
  static func keys(_ file: StoredFile) throws(HeadEndError) -> [Ledger.Key] {
    let collectors = try file.integers("collector_id")
    let sequences = try file.integers("sequence")
    return zip(collectors, sequences).map {
      Ledger.Key(
        collector: UInt32(truncatingIfNeeded: $0), sequence: UInt64(bitPattern: $1))
    }
  }

  /// The digests of a data file's uploads.
  static func digests(_ file: StoredFile) throws(HeadEndError) -> [Ledger.Key: SHA256Digest] {
    var digests: [Ledger.Key: SHA256Digest] = [:]
    let texts = try file.texts("sha256")
    for (row, key) in try keys(file).enumerated() {
      guard let digest = texts[row].flatMap(SHA256Digest.init(hex:)) else {
        throw .damagedStore(
          "\(file.path): row \(row) has no SHA-256; restore the file from a copy")
      }
      digests[key] = digest
    }
    return digests
  }
}
