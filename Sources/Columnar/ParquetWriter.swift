/// A whole Parquet file in memory, and what is known of its columns.
public struct EncodedParquet: Sendable {
  public let bytes: [UInt8]
  public let rowCount: Int
  /// One entry per column, in the file's order.
  public let statistics: [ColumnStatistics]
}

/// How much time is given for a small file. Any reader reads either.
public enum ParquetDensity: Sendable {
  /// Little: integers as differences or as a list, whichever is smaller before compression.
  case quick
  /// Several times as much: each column in the form and with the effort that give the least.
  case dense

  /// Rows of a page. Where one value of a page is looked for, the whole page is unpacked; where size
  /// matters most, so does what deflate has to say of a page before it begins.
  var pageRows: Int {
    switch self {
    case .quick: 20_480
    case .dense: 131_072
    }
  }
}

/// A row group by itself, of which a file can be put together.
public struct EncodedGroup: Sendable {
  let bytes: [UInt8]
  public let fields: [Field]
  public let rowCount: Int
  let chunks: [ChunkRecord]

  /// Rows that a group can hold, a number that is bounded for the reader's sake.
  public static let rowsMax = ParquetLimits.groupRows

  /// Bytes of the group, which are nearly all of its file.
  public var byteCount: Int { bytes.count }

  /// How many bytes of the group a column takes.
  public func byteCount(of name: String) -> Int {
    chunks.first { $0.field.name == name }?.compressedSize ?? 0
  }
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
    let writer = try ChunkWriter(.quick)
    var groups: [EncodedGroup] = []
    for first in stride(from: 0, to: rowCount, by: ParquetLimits.groupRows) {
      groups.append(
        try group(columns, first..<min(first + ParquetLimits.groupRows, rowCount), writer))
    }
    return file(groups, columns.map(\.field), createdBy: createdBy)
  }

  /// Encodes the rows of one group, 1 to ``EncodedGroup/rowsMax``.
  ///
  /// - Throws: as `encode`.
  public static func encodeGroup(
    _ columns: [Column], _ density: ParquetDensity
  ) throws(ParquetError) -> EncodedGroup {
    let rowCount = columns.first?.data.count ?? 0
    try check(columns, rowCount)
    guard 1...EncodedGroup.rowsMax ~= rowCount else {
      throw ParquetError("a row group of \(rowCount) rows; expected 1 to \(EncodedGroup.rowsMax)")
    }
    return try group(columns, 0..<rowCount, try ChunkWriter(density))
  }

  /// A file of some row groups, at least one, which have the same columns.
  public static func assemble(
    _ groups: [EncodedGroup], createdBy: String
  ) throws(ParquetError) -> EncodedParquet {
    guard let fields = groups.first?.fields, groups.allSatisfy({ $0.fields == fields }) else {
      throw ParquetError("a file of \(groups.count) row groups, or of such with different columns")
    }
    return file(groups, fields, createdBy: createdBy)
  }

  private static func group(
    _ columns: [Column], _ rows: Range<Int>, _ writer: ChunkWriter
  ) throws(ParquetError) -> EncodedGroup {
    var bytes: [UInt8] = []
    var chunks: [ChunkRecord] = []
    for column in columns { chunks.append(try writer.append(column, rows, to: &bytes)) }
    return EncodedGroup(
      bytes: bytes, fields: columns.map(\.field), rowCount: rows.count, chunks: chunks)
  }

  private static func file(
    _ groups: [EncodedGroup], _ fields: [Field], createdBy: String
  ) -> EncodedParquet {
    let rowCount = groups.reduce(0) { $0 + $1.rowCount }
    var out = ParquetLimits.magic
    out.reserveCapacity(groups.reduce(1 << 16) { $0 + $1.bytes.count })
    var records: [GroupRecord] = []
    for group in groups {
      records.append(
        GroupRecord(start: out.count, rowCount: group.rowCount, chunks: group.chunks))
      out += group.bytes
    }
    FooterWriter(columns: fields, rowCount: rowCount, createdBy: createdBy)
      .append(records, to: &out)
    return EncodedParquet(
      bytes: out, rowCount: rowCount,
      statistics: fields.indices.map { statistics(fields[$0], groups.map(\.chunks), $0) })
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
