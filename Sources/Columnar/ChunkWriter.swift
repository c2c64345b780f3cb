import Checksums

/// Where a data page lies and what it holds, for the page indexes.
struct PageRecord: Sendable {
  /// From the start of the row group, as all offsets here.
  let offset: Int
  /// Header included, as the offset index wants it.
  let size: Int
  let firstRow: Int
  let nullCount: Int
  /// Whether every row of the page lacks a value.
  let isNull: Bool
  let bounds: Bounds?
}

/// What the footer says of one column of one row group.
struct ChunkRecord: Sendable {
  let field: Field
  let encodings: [Encoding]
  let rowCount: Int
  let uncompressedSize: Int
  let compressedSize: Int
  let dictionaryOffset: Int?
  let pages: [PageRecord]
  let bounds: Bounds?

  var nullCount: Int { pages.reduce(0) { $0 + $1.nullCount } }
  /// Whether a page's bounds were too long to keep, so that no index can be written.
  var lacksBounds: Bool { pages.contains { !$0.isNull && $0.bounds == nil } }
}

/// Appends column chunks to a row group: pages, compressed and with checksums.
struct ChunkWriter {
  private let packer: PagePacker
  private let density: ParquetDensity

  init(_ density: ParquetDensity) throws(ParquetError) {
    packer = try PagePacker()
    self.density = density
  }

  /// Appends the chunk of `column` for the rows of one group.
  func append(
    _ column: Column, _ rows: Range<Int>, to out: inout [UInt8]
  ) throws(ParquetError) -> ChunkRecord {
    let (encoder, bodies, packed) =
      switch density {
      case .quick: try quick(column, rows)
      case .dense: try dense(column, rows)
      }
    let start = out.count
    var uncompressedSize = 0
    var dictionaryOffset: Int?
    if let dictionary = encoder.dictionary {
      dictionaryOffset = start
      uncompressedSize += try appendDictionary(
        encoder.plainDictionary, dictionary.count, to: &out)
    }
    var pages: [PageRecord] = []
    for ((body, packed), pageRows) in zip(zip(bodies, packed), pageRanges(rows)) {
      let offset = out.count
      uncompressedSize += try appendData(body, packed, pageRows.count, encoder.encoding, to: &out)
      pages.append(
        PageRecord(
          offset: offset, size: out.count - offset,
          firstRow: pageRows.lowerBound - rows.lowerBound, nullCount: body.nullCount,
          isNull: body.nullCount == pageRows.count, bounds: body.bounds))
    }
    var encodings: [Encoding] = [.runLength, encoder.encoding]
    if encoder.dictionary != nil { encodings.append(.plain) }
    return ChunkRecord(
      field: column.field, encodings: encodings.sorted { $0.rawValue < $1.rawValue },
      rowCount: rows.count, uncompressedSize: uncompressedSize, compressedSize: out.count - start,
      dictionaryOffset: dictionaryOffset, pages: pages, bounds: Bounds.union(pages))
  }

  private typealias Pages = (encoder: PageEncoder, bodies: [PageBody], packed: [[UInt8]?])

  private func quick(_ column: Column, _ rows: Range<Int>) throws(ParquetError) -> Pages {
    let encoder = try quickEncoder(column, rows)
    let bodies = try encode(encoder, rows)
    return (encoder, bodies, packer.pack(bodies.map(\.values), encoder.encoding))
  }

  /// The form that is smaller before compression, judged by one page.
  private func quickEncoder(
    _ column: Column, _ rows: Range<Int>
  ) throws(ParquetError) -> PageEncoder {
    let direct = PageEncoder(column, rows)
    guard let list = PageEncoder(dictionaryOf: column, rows) else { return direct }
    let pages = pageRanges(rows)
    let page = pages[(pages.count - 1) / 2]
    // A page's header and gzip frame come on top of the list's bytes.
    let listSize = (list.plainDictionary.count + 64) / pages.count
    let isListSmaller =
      try list.encode(page).values.count + listSize < direct.encode(page).values.count
    return isListSmaller ? list : direct
  }

  /// The pages of a chunk in the form that is smallest after compression, judged by rows of its middle.
  private func dense(_ column: Column, _ rows: Range<Int>) throws(ParquetError) -> Pages {
    let middle = (rows.lowerBound + rows.upperBound) / 2
    let trialRows =
      middle..<min(middle + ParquetDensity.quick.pageRows, rows.upperBound)
    var best: (encoder: PageEncoder, trial: [UInt8], size: Int)?
    for encoder in PageForm.candidates(column, rows) {
      let trial = try encoder.encode(trialRows).values
      let listSize =
        encoder.dictionary == nil
        ? 0
        : packer.roughSize(encoder.plainDictionary) * trialRows.count / rows.count
      let size = packer.roughSize(trial) + listSize
      if size < best?.size ?? .max { best = (encoder, trial, size) }
      // Of nearly equal values nothing is to be gained.
      if size < 64 { break }
    }
    guard let best else { return try quick(column, rows) }
    let bodies = try encode(best.encoder, rows)
    return (best.encoder, bodies, packer.packDensely(bodies.map(\.values), trial: best.trial))
  }

  private func encode(
    _ encoder: PageEncoder, _ rows: Range<Int>
  ) throws(ParquetError) -> [PageBody] {
    var bodies: [PageBody] = []
    for pageRows in pageRanges(rows) {
      bodies.append(try encoder.encode(pageRows))
    }
    return bodies
  }

  private func pageRanges(_ rows: Range<Int>) -> [Range<Int>] {
    stride(from: rows.lowerBound, to: rows.upperBound, by: density.pageRows).map {
      $0..<min($0 + density.pageRows, rows.upperBound)
    }
  }

  /// - Returns: the size of the page, header included, had it not been compressed.
  private func appendDictionary(
    _ plain: [UInt8], _ count: Int, to out: inout [UInt8]
  ) throws(ParquetError) -> Int {
    let body = try packer.packAtAnySize(plain)
    return try appendPage(.dictionary, body, plain.count, to: &out) { header in
      header.structure(7) {
        $0.int32(1, count)
        $0.int32(2, Int(Encoding.plain.rawValue))
      }
    }
  }

  private func appendData(
    _ page: PageBody, _ packed: [UInt8]?, _ rowCount: Int, _ encoding: Encoding,
    to out: inout [UInt8]
  ) throws(ParquetError) -> Int {
    let stored = page.levels + (packed ?? page.values)
    let size = page.levels.count + page.values.count
    return try appendPage(.dataV2, stored, size, to: &out) { header in
      header.structure(8) {
        $0.int32(1, rowCount)
        $0.int32(2, page.nullCount)
        $0.int32(3, rowCount)
        $0.int32(4, Int(encoding.rawValue))
        $0.int32(5, page.levels.count)
        $0.int32(6, 0)
        $0.bool(7, packed != nil)
      }
    }
  }

  private func appendPage(
    _ type: PageType, _ stored: [UInt8], _ uncompressedSize: Int, to out: inout [UInt8],
    _ typeHeader: (inout ThriftWriter) -> Void
  ) throws(ParquetError) -> Int {
    if max(stored.count, uncompressedSize) > Int(Int32.max) {
      throw ParquetError("a page of \(uncompressedSize) bytes; Parquet allows \(Int32.max)")
    }
    let header = ThriftWriter.structure {
      $0.int32(1, Int(type.rawValue))
      $0.int32(2, uncompressedSize)
      $0.int32(3, stored.count)
      $0.int32(4, Int(Int32(bitPattern: CRC32.checksum(stored))))
      typeHeader(&$0)
    }
    out.append(contentsOf: header)
    out.append(contentsOf: stored)
    return header.count + uncompressedSize
  }
}

extension PageForm {
  /// What a column may be written as where size matters more than time, the usual first.
  ///
  /// The bytes 7F stand for a difference of zero, as where rows of one endpoint follow one another, and
  /// leave as much room below it as above.
  fileprivate static func candidates(_ column: Column, _ rows: Range<Int>) -> [PageEncoder] {
    var forms = [PageForm()]
    switch column.data {
    case .int32, .int64:
      for (base, bits) in [
        (0, 4), (0, 8), (-0x7F, 8), (-0x7F7F, 16), (-0x7F_7F7F, 24), (-0x7F_7F7F_7F7F, 40),
      ] {
        // Differences of 32-bit columns wrap in 32 bits.
        if bits > 32, column.field.type.physical == .int32 { continue }
        forms.append(PageForm(differences: .aligned(base: Int64(base), bits: bits)))
      }
    case .dictionary, .wideDictionary: forms.append(PageForm(hasWholeByteCodes: true))
    case .text: break
    }
    return forms.map { PageEncoder(column, rows, $0) }
      + [PageForm(), PageForm(hasWholeByteCodes: true)].compactMap {
        PageEncoder(dictionaryOf: column, rows, $0)
      }
  }
}

extension Bounds {
  /// The bounds over all pages; nil when there is no value or a page's bounds are unknown.
  static func union(_ pages: [PageRecord]) -> Bounds? {
    let filled = pages.filter { !$0.isNull }
    let known = filled.compactMap(\.bounds)
    guard known.count == filled.count else { return nil }
    return union(known)
  }

  static func union(_ bounds: [Bounds]) -> Bounds? {
    guard var result = bounds.first else { return nil }
    for next in bounds {
      result = Bounds(
        min: next.min.precedes(result.min) ? next.min : result.min,
        max: result.max.precedes(next.max) ? next.max : result.max)
    }
    return result
  }
}

extension StatisticValue {
  /// Parquet's order: integers by value, strings by their UTF-8 bytes.
  func precedes(_ other: StatisticValue) -> Bool {
    switch (self, other) {
    case (.integer(let left), .integer(let right)): left < right
    case (.string(let left), .string(let right)):
      left.utf8.lexicographicallyPrecedes(right.utf8)
    case (.integer, .string): true
    case (.string, .integer): false
    }
  }
}
