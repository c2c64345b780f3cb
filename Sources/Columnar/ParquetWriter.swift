/// A whole Parquet file in memory, and what is known of its columns.
public struct EncodedParquet: Sendable {
  public let bytes: [UInt8]
  public let rowCount: Int
  /// One entry per column, in the file's order.
  public let statistics: [ColumnStatistics]
}

/// Writes flat Parquet files: integers as DELTA_BINARY_PACKED, or as RLE_DICTIONARY where few
/// distinct values make that smaller; dictionaries as RLE_DICTIONARY; other text as
/// DELTA_LENGTH_BYTE_ARRAY; version 2 pages of 20,480 rows, gzip where it helps, a CRC on every page,
/// statistics, and page indexes. Equal columns give equal bytes under one zlib version.
public enum ParquetWriter {
  /// Encodes `columns`, which all have the same number of rows.
  ///
  /// - Parameter createdBy: names the writing program and its version, for instance "amr 1.0".
  /// - Throws: when columns differ in length, repeat a name, hold data of another type than
  ///   declared, or lack values where that is not declared.
  public static func encode(
    _ columns: [Column], createdBy: String
  ) throws(ParquetError) -> EncodedParquet {
    let rowCount = columns.first?.data.count ?? 0
    try check(columns, rowCount)
    let writer = try ChunkWriter()
    var out = ParquetLimits.magic
    var groups: [GroupRecord] = []
    for first in stride(from: 0, to: rowCount, by: ParquetLimits.groupRows) {
      let rows = first..<min(first + ParquetLimits.groupRows, rowCount)
      let start = out.count
      var chunks: [ChunkRecord] = []
      for column in columns {
        chunks.append(try writer.append(column, rows, to: &out))
      }
      groups.append(GroupRecord(start: start, rowCount: rows.count, chunks: chunks))
    }
    FooterWriter(columns: columns.map(\.field), rowCount: rowCount, createdBy: createdBy)
      .append(groups, to: &out)
    return EncodedParquet(
      bytes: out, rowCount: rowCount,
      statistics: columns.indices.map { statistics(columns[$0].field, groups.map(\.chunks), $0) })
  }

  private static func statistics(
    _ field: Field, _ chunks: [[ChunkRecord]], _ index: Int
  ) -> ColumnStatistics {
    let own = chunks.map { $0[index] }
    return ColumnStatistics(
      name: field.name, type: field.type, nullCount: own.reduce(0) { $0 + $1.nullCount },
      bounds: Bounds.union(own.flatMap(\.pages)))
  }

  private static func check(_ columns: [Column], _ rowCount: Int) throws(ParquetError) {
    if columns.isEmpty { throw ParquetError("a Parquet file needs at least one column") }
    var names: Set<String> = []
    for column in columns {
      let name = column.field.name
      if name.isEmpty || !names.insert(name).inserted {
        throw ParquetError("column name \"\(name)\" is empty or used twice")
      }
      let fits =
        switch column.data {
        case .int32: column.field.type.physical == .int32
        case .int64: column.field.type.physical == .int64
        case .dictionary, .wideDictionary, .text: column.field.type == .string
        }
      if !fits {
        throw ParquetError("column \(name): the data is not of type \(column.field.type)")
      }
      if column.data.count != rowCount {
        throw ParquetError("column \(name): \(column.data.count) rows, the first has \(rowCount)")
      }
      try checkValidity(column, rowCount)
    }
  }

  private static func checkValidity(_ column: Column, _ rowCount: Int) throws(ParquetError) {
    guard let validity = column.validity else { return }
    let name = column.field.name
    if validity.count != rowCount {
      throw ParquetError("column \(name): validity of \(validity.count) rows, not \(rowCount)")
    }
    switch column.data {
    case .dictionary, .wideDictionary:
      throw ParquetError("column \(name): a dictionary marks missing values by code")
    case .int32, .int64, .text: break
    }
    if !column.field.isNullable && validity.contains(false) {
      throw ParquetError("column \(name) is not nullable but has rows without value")
    }
  }
}
