/// What the footer says of one row group.
struct GroupRecord {
  let start: Int
  let rowCount: Int
  let chunks: [ChunkRecord]
}

/// Appends what follows the pages: column indexes, offset indexes, the footer and its frame.
struct FooterWriter {
  let columns: [Field]
  let rowCount: Int
  let createdBy: String

  /// Where a structure lies in the file.
  private typealias Place = (offset: Int, size: Int)

  func append(_ groups: [GroupRecord], to out: inout [UInt8]) {
    let chunks = groups.flatMap(\.chunks)
    var columnIndexes: [Place?] = []
    for chunk in chunks {
      columnIndexes.append(
        chunk.lacksBounds ? nil : place(columnIndex(chunk), in: &out))
    }
    var offsetIndexes: [Place] = []
    for group in groups {
      for chunk in group.chunks {
        offsetIndexes.append(place(offsetIndex(chunk, of: group), in: &out))
      }
    }
    let footer = metadata(groups, columnIndexes, offsetIndexes)
    out.append(contentsOf: footer)
    for shift in [0, 8, 16, 24] { out.append(UInt8(truncatingIfNeeded: footer.count >> shift)) }
    out.append(contentsOf: ParquetLimits.magic)
  }

  private func place(_ bytes: [UInt8], in out: inout [UInt8]) -> Place {
    defer { out.append(contentsOf: bytes) }
    return (out.count, bytes.count)
  }

  private func columnIndex(_ chunk: ChunkRecord) -> [UInt8] {
    let type = chunk.field.type
    return ThriftWriter.structure {
      $0.list(1, of: .bool, chunk.pages) { $0.appendBool($1.isNull) }
      $0.list(2, of: .binary, chunk.pages.map { $0.bounds?.min.plainBytes(type) ?? [] }) {
        $0.appendBinary($1)
      }
      $0.list(3, of: .binary, chunk.pages.map { $0.bounds?.max.plainBytes(type) ?? [] }) {
        $0.appendBinary($1)
      }
      $0.int32(4, isAscending(chunk) ? 1 : 0)
      $0.list(5, of: .int64, chunk.pages) { $0.appendInteger($1.nullCount) }
    }
  }

  /// Whether neither the least nor the greatest values ever fall from page to page.
  private func isAscending(_ chunk: ChunkRecord) -> Bool {
    let bounds = chunk.pages.compactMap(\.bounds)
    return zip(bounds, bounds.dropFirst()).allSatisfy {
      !$1.min.precedes($0.min) && !$1.max.precedes($0.max)
    }
  }

  private func offsetIndex(_ chunk: ChunkRecord, of group: GroupRecord) -> [UInt8] {
    ThriftWriter.structure {
      $0.list(1, of: .structure, chunk.pages) { writer, page in
        writer.nested {
          $0.int64(1, group.start + page.offset)
          $0.int32(2, page.size)
          $0.int64(3, page.firstRow)
        }
      }
    }
  }

  private func metadata(
    _ groups: [GroupRecord], _ columnIndexes: [Place?], _ offsetIndexes: [Place]
  ) -> [UInt8] {
    ThriftWriter.structure {
      $0.int32(1, 2)
      $0.list(2, of: .structure, [nil] + columns.map(Optional.some)) { writer, field in
        writer.nested { schemaElement(field, &$0) }
      }
      $0.int64(3, rowCount)
      $0.list(4, of: .structure, Array(groups.enumerated())) { writer, item in
        let first = item.offset * columns.count
        writer.nested { group in
          rowGroup(
            item.element, item.offset, Array(columnIndexes[first..<first + columns.count]),
            Array(offsetIndexes[first..<first + columns.count]), &group)
        }
      }
      $0.binary(6, createdBy.utf8)
      // The order that each type itself defines, {1: {}}, without which strings' bounds are ignored.
      $0.list(7, of: .structure, columns) { writer, _ in
        writer.nested { $0.structure(1) { _ in } }
      }
    }
  }

  /// A column, or the root for nil.
  private func schemaElement(_ field: Field?, _ writer: inout ThriftWriter) {
    guard let field else {
      writer.binary(4, "schema".utf8)
      writer.int32(5, columns.count)
      return
    }
    writer.int32(1, Int(field.type.physical.rawValue))
    writer.int32(3, field.isNullable ? 1 : 0)
    writer.binary(4, field.name.utf8)
    if let converted = field.type.converted { writer.int32(6, Int(converted.rawValue)) }
    switch field.type {
    case .int32, .int64: break
    case .string: writer.structure(10) { $0.structure(1) { _ in } }
    case .date: writer.structure(10) { $0.structure(6) { _ in } }
    case .timestampMicros:
      writer.structure(10) {
        $0.structure(8) {
          $0.bool(1, true)
          $0.structure(2) { $0.structure(2) { _ in } }
        }
      }
    }
  }

  private func rowGroup(
    _ group: GroupRecord, _ ordinal: Int, _ columnIndexes: [Place?], _ offsetIndexes: [Place],
    _ writer: inout ThriftWriter
  ) {
    writer.list(1, of: .structure, Array(group.chunks.enumerated())) { writer, item in
      writer.nested {
        $0.int64(2, 0)
        $0.structure(3) { columnMetadata(item.element, of: group, &$0) }
        $0.int64(4, offsetIndexes[item.offset].offset)
        $0.int32(5, offsetIndexes[item.offset].size)
        if let index = columnIndexes[item.offset] {
          $0.int64(6, index.offset)
          $0.int32(7, index.size)
        }
      }
    }
    writer.int64(2, group.chunks.reduce(0) { $0 + $1.uncompressedSize })
    writer.int64(3, group.rowCount)
    writer.int64(5, group.start)
    writer.int64(6, group.chunks.reduce(0) { $0 + $1.compressedSize })
    // The ordinal is a 16-bit number and optional.
    if ordinal <= Int(Int16.max) { writer.int16(7, ordinal) }
  }

  private func columnMetadata(
    _ chunk: ChunkRecord, of group: GroupRecord, _ writer: inout ThriftWriter
  ) {
    writer.int32(1, Int(chunk.field.type.physical.rawValue))
    writer.list(2, of: .int32, chunk.encodings) { $0.appendInteger(Int($1.rawValue)) }
    writer.list(3, of: .binary, [chunk.field.name]) { $0.appendBinary($1.utf8) }
    writer.int32(4, Int(Codec.gzip.rawValue))
    writer.int64(5, chunk.rowCount)
    writer.int64(6, chunk.uncompressedSize)
    writer.int64(7, chunk.compressedSize)
    writer.int64(9, group.start + chunk.pages[0].offset)
    if let offset = chunk.dictionaryOffset { writer.int64(11, group.start + offset) }
    writer.structure(12) {
      $0.int64(3, chunk.nullCount)
      if let bounds = chunk.bounds {
        $0.binary(5, bounds.max.plainBytes(chunk.field.type))
        $0.binary(6, bounds.min.plainBytes(chunk.field.type))
        $0.bool(7, true)
        $0.bool(8, true)
      }
    }
  }
}
