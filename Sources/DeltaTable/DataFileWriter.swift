import Checksums
public import Columnar
import DurableFiles

extension DeltaTable {
  /// Writes a data file, durably, and describes it for a commit; until that commit lands no reader
  /// sees the file.
  ///
  /// - Parameters:
  ///   - columns: the columns of the schema without the partition columns, in the schema's order.
  ///     Nullable ones may be left out: readers then find no value.
  ///   - partition: the value of each partition column; letters, digits and `. _ -` only.
  ///   - name: of the file, without extension; of the same characters. It must be new to the
  ///     table. What a crashed run left under it without committing is replaced, so writers of one
  ///     table need the table's lock or names of their own.
  ///   - timestamp: in milliseconds since 1970-01-01T00:00:00Z.
  public func writeDataFile(
    _ columns: [Column], partition: [String: String] = [:], name: String, timestamp: Int64
  ) throws(DeltaError) -> DataFile {
    try check(columns.map(\.field), partition, name)
    let encoded: EncodedParquet
    do throws(ParquetError) {
      encoded = try ParquetWriter.encode(columns, createdBy: engine)
    } catch {
      throw .encoding(error)
    }
    return try write(encoded, partition, name, tags: [:], timestamp)
  }

  /// The same of row groups that are encoded already.
  ///
  /// - Parameters:
  ///   - groups: of the columns that `writeDataFile` takes.
  ///   - tags: what is noted of the file in the log.
  public func writeDataFile(
    _ groups: [EncodedGroup], partition: [String: String], name: String, tags: [String: String],
    timestamp: Int64
  ) throws(DeltaError) -> DataFile {
    try check(groups.first?.fields ?? [], partition, name)
    let encoded: EncodedParquet
    do throws(ParquetError) {
      encoded = try ParquetWriter.assemble(groups, createdBy: engine)
    } catch {
      throw .encoding(error)
    }
    return try write(encoded, partition, name, tags: tags, timestamp)
  }

  private func write(
    _ encoded: EncodedParquet, _ partition: [String: String], _ name: String,
    tags: [String: String], _ timestamp: Int64
  ) throws(DeltaError) -> DataFile {
    let directories = metadata.partitionColumns.map { "\($0)=\(partition[$0] ?? "")" }
    let path = (directories + ["\(name).parquet"]).joined(separator: "/")
    let fullPath = Path.join(directory, path)
    try withFiles { () throws(FileError) in
      try fileSystem.createDirectories(Path.parent(fullPath))
      try fileSystem.writeAtomically(encoded.bytes, to: fullPath)
    }
    return DataFile(
      path: path, partitionValues: partition, size: Int64(encoded.bytes.count),
      modifiedAt: timestamp, statistics: FileStatistics(encoded),
      sha256: SHA256.hexDigest(encoded.bytes), tags: tags)
  }

  /// The path of a data file for whoever opens it.
  public func fullPath(of file: DataFile) -> String {
    Path.join(directory, file.path)
  }

  private func check(
    _ fields: [Field], _ partition: [String: String], _ name: String
  ) throws(DeltaError) {
    let given = fields.map(\.name)
    let expected = metadata.dataFields.filter { !$0.isNullable || given.contains($0.name) }
    if fields != expected {
      throw .invalidRequest(
        "\(directory): columns \(given.joined(separator: ", ")) are not the schema's "
          + "\(expected.map(\.name).joined(separator: ", ")), or differ in type")
    }
    if Set(partition.keys) != Set(metadata.partitionColumns) {
      throw .invalidRequest(
        "\(directory): partition values for \(partition.keys.sorted()), "
          + "not for \(metadata.partitionColumns)")
    }
    for text in partition.values + [name] where !Self.isSafe(text) {
      throw .invalidRequest(
        "\"\(text)\" cannot be part of a file's name: use letters, digits and . _ - only")
    }
  }

  private static func isSafe(_ text: String) -> Bool {
    !text.isEmpty && !text.hasPrefix(".")
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: [0x2D, 0x2E, 0x5F].contains(byte)
        }
      }
  }
}
