/// A flat Parquet file in memory, as this package and most others write it: PLAIN,
/// RLE_DICTIONARY, DELTA_BINARY_PACKED and DELTA_LENGTH_BYTE_ARRAY; uncompressed or gzip; pages of
/// version 1 or 2; columns required or optional. Page checksums are verified where there are any.
/// Anything else, and anything damaged, is refused with its place. What reading allocates is bounded
/// by the file's length: pages cannot unpack beyond what deflate can do, and a row group holds at
/// most 1,048,576 rows.
public struct ParquetFile: Sendable {
  public let fields: [Field]
  public let rowCount: Int
  /// The writing program, "" when the file does not say.
  public let createdBy: String
  private let bytes: [UInt8]
  /// For each row group, its columns' chunks.
  private let groups: [[ChunkPlace]]

  /// Reads the footer.
  public init(_ bytes: [UInt8]) throws(ParquetError) {
    self.bytes = bytes
    let range = try Self.footer(bytes)
    var reader = ThriftReader(bytes, range)
    let footer = try reader.structure()
    fields = try SchemaReader.fields(try footer.list(2, "the schema"), bytes)
    rowCount = try footer.count(3, "the number of rows")
    createdBy = footer[6] == nil ? "" : try footer.text(6, "created_by", bytes)
    var groups: [[ChunkPlace]] = []
    var rows = 0
    for group in try footer.list(4, "the row groups") {
      let count = try group.count(3, "the group's number of rows")
      guard count <= ParquetLimits.groupRows else {
        throw ParquetError(
          at: group.offset, "a group of \(count) rows; at most \(ParquetLimits.groupRows) are read")
      }
      let chunks = try group.list(1, "the group's columns")
      guard chunks.count == fields.count else {
        throw ParquetError(
          at: group.offset, "\(chunks.count) columns in a group; the schema has \(fields.count)")
      }
      rows += count
      var places: [ChunkPlace] = []
      for (field, chunk) in zip(fields, chunks) {
        places.append(
          try ChunkPlace(chunk, field, rowCount: count, bytes, dataEnd: range.lowerBound))
      }
      groups.append(places)
    }
    self.groups = groups
    guard rows == rowCount else {
      throw ParquetError(
        at: footer.offset, "the groups hold \(rows) rows, the footer says \(rowCount)")
    }
  }

  /// How many row groups the file has.
  public var groupCount: Int { groups.count }

  /// One row group as if it were the whole file.
  public func group(_ number: Int) -> ParquetFile {
    ParquetFile(
      fields: fields, rowCount: groups[number].first?.rowCount ?? 0, createdBy: createdBy,
      bytes: bytes, groups: [groups[number]])
  }

  private init(
    fields: [Field], rowCount: Int, createdBy: String, bytes: [UInt8], groups: [[ChunkPlace]]
  ) {
    self.fields = fields
    self.rowCount = rowCount
    self.createdBy = createdBy
    self.bytes = bytes
    self.groups = groups
  }

  /// How many bytes of the file the pages of a column take; 0 when there is no such column.
  public func byteCount(of name: String) -> Int {
    guard let index = fields.firstIndex(where: { $0.name == name }) else { return 0 }
    return groups.reduce(0) { $0 + $1[index].range.count }
  }

  /// Reads a column.
  ///
  /// Strings come as a dictionary where the whole column is stored as one (codes of 8 bits up to
  /// 255 distinct values, else of 32 bits), otherwise as text.
  public func read(_ name: String) throws(ParquetError) -> Column {
    guard let index = fields.firstIndex(where: { $0.name == name }) else {
      throw ParquetError(
        "no column \(name); there are \(fields.map(\.name).joined(separator: ", "))")
    }
    var collector = ColumnCollector(fields[index])
    for group in groups {
      var reader = ChunkReader(bytes, group[index])
      try reader.read(into: &collector)
    }
    return collector.column()
  }

  /// Where the footer lies, by the frame round it.
  private static func footer(_ bytes: [UInt8]) throws(ParquetError) -> Range<Int> {
    let magic = ParquetLimits.magic
    guard bytes.count >= 12, bytes.starts(with: magic), bytes.suffix(4).elementsEqual(magic) else {
      throw ParquetError(
        at: 0, "not a whole Parquet file: it must begin and end with PAR1 (\(bytes.count) bytes)")
    }
    let end = bytes.count - 8
    let length = Int(bytes.readWord(end))
    guard length <= end - 4 else {
      throw ParquetError(
        at: end, "the footer's length \(length) exceeds the \(end - 4) bytes before it")
    }
    return end - length..<end
  }
}

/// Where a column chunk lies and how it is stored.
struct ChunkPlace: Sendable {
  let field: Field
  let codec: Codec
  let rowCount: Int
  /// All pages, the dictionary's included.
  let range: Range<Int>

  init(
    _ chunk: ThriftValue, _ field: Field, rowCount: Int, _ bytes: [UInt8], dataEnd: Int
  ) throws(ParquetError) {
    self.field = field
    self.rowCount = rowCount
    let metadata = try chunk.structure(3, "the column's metadata")
    if chunk[1] != nil {
      throw ParquetError(at: chunk.offset, "the column's data is in another file")
    }
    let type = try metadata.enumeration(1, "the column's type", PhysicalType.self)
    let path = try metadata.list(3, "the column's path")
    guard type == field.type.physical, path.count == 1,
      try path[0].text("the column's path", bytes) == field.name
    else {
      throw ParquetError(at: metadata.offset, "the column is not the schema's \(field.name)")
    }
    if let name = Codec.othersByNumber[try metadata.integer(4, "the codec")] {
      throw ParquetError(
        at: metadata.offset,
        "the column is compressed with \(name); only gzip and no compression are read here: let the "
          + "program that wrote the file write it so (deltalake: "
          + "writer_properties=WriterProperties(compression='GZIP'))")
    }
    codec = try metadata.enumeration(4, "the codec", Codec.self)
    let count = try metadata.count(5, "the column's number of values")
    guard count == rowCount else {
      throw ParquetError(at: metadata.offset, "\(count) values in a group of \(rowCount) rows")
    }
    let size = try metadata.count(7, "the column's size")
    var start = try metadata.count(9, "the first data page's offset")
    if metadata[11] != nil {
      start = min(start, try metadata.count(11, "the dictionary page's offset"))
    }
    guard start >= ParquetLimits.magic.count, start <= dataEnd, size <= dataEnd - start else {
      throw ParquetError(
        at: metadata.offset, "the column's \(size) bytes from \(start) on are not in the file")
    }
    range = start..<start + size
  }
}

/// Reads the flat schema in the footer.
enum SchemaReader {
  /// Type, its length, repetition, name, converted type, field id, logical type.
  private static let knownFields: Set<Int> = [1, 2, 3, 4, 6, 9, 10]

  static func fields(
    _ elements: [ThriftValue], _ bytes: [UInt8]
  ) throws(ParquetError) -> [Field] {
    guard let root = elements.first else { throw ParquetError("the schema is empty") }
    guard try root.count(5, "the number of columns") == elements.count - 1 else {
      throw ParquetError(at: root.offset, "nested columns, which are not read here")
    }
    var fields: [Field] = []
    var names: Set<String> = []
    for element in elements.dropFirst() {
      let name = try element.text(4, "a column's name", bytes)
      let repetition = try element.integer(3, "repetition of \(name)")
      guard element[5] == nil, repetition == 0 || repetition == 1 else {
        throw ParquetError(
          at: element.offset, "column \(name) is nested or repeated, which is not read here")
      }
      // Fields that flat columns of our types do not have would give the values another meaning.
      guard element.fieldIDs.allSatisfy({ knownFields.contains($0) }) else {
        throw ParquetError(
          at: element.offset, "column \(name) has a property that is not read here")
      }
      guard names.insert(name).inserted else {
        throw ParquetError(at: element.offset, "two columns are named \(name)")
      }
      fields.append(Field(name, try type(element, name), isNullable: repetition == 1))
    }
    return fields
  }

  /// The type by the physical type and both annotations, which must not contradict each other.
  private static func type(
    _ element: ThriftValue, _ name: String
  ) throws(ParquetError) -> ColumnType {
    let physical = try element.enumeration(1, "type of \(name)", PhysicalType.self)
    let converted = try element.optionalCase(6, "annotation of \(name)", ConvertedType.self)
    let logical = try element[10].map { value throws(ParquetError) in
      try annotation(value, name)
    }
    if let converted, let logical, converted != logical {
      throw ParquetError(at: element.offset, "the annotations of column \(name) contradict")
    }
    switch (physical, logical ?? converted) {
    case (.int32, nil), (.int32, .int32): return .int32
    case (.int64, nil), (.int64, .int64): return .int64
    case (.int32, .date): return .date
    case (.int64, .timestampMicros): return .timestampMicros
    case (.byteArray, .utf8): return .string
    default:
      throw ParquetError(
        at: element.offset, "column \(name) is of a type that is not read here")
    }
  }

  /// The converted type that says the same as a logical type.
  private static func annotation(
    _ value: ThriftValue, _ name: String
  ) throws(ParquetError) -> ConvertedType {
    if value[1] != nil { return .utf8 }
    if value[6] != nil { return .date }
    if let timestamp = value[8], let utc = timestamp[1], case .bool(true) = utc.kind,
      timestamp[2]?[2] != nil
    {
      return .timestampMicros
    }
    if let integer = value[10], let signed = integer[2], case .bool(true) = signed.kind {
      switch try integer.integer(1, "bits of \(name)") {
      case 32: return .int32
      case 64: return .int64
      default: break
      }
    }
    throw ParquetError(at: value.offset, "column \(name) is of a type that is not read here")
  }
}
