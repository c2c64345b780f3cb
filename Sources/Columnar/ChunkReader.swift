import Checksums
import Gzip

/// Reads the pages of one column chunk.
struct ChunkReader {
  private let bytes: [UInt8]
  private let place: ChunkPlace
  private var offset: Int

  init(_ bytes: [UInt8], _ place: ChunkPlace) {
    self.bytes = bytes
    self.place = place
    offset = place.range.lowerBound
  }

  /// Appends all rows of the chunk.
  mutating func read(into collector: inout ColumnCollector) throws(ParquetError) {
    var rowsLeft = place.rowCount
    collector.beginChunk(rowCount: place.rowCount)
    while rowsLeft > 0 {
      let start = offset
      var reader = ThriftReader(bytes, offset..<place.range.upperBound)
      let header = try reader.structure()
      let stored = try header.count(3, "the page's size")
      guard stored <= place.range.upperBound - reader.offset else {
        throw ParquetError(at: start, "a page of \(stored) bytes goes beyond its column")
      }
      let body = reader.offset..<reader.offset + stored
      offset = body.upperBound
      try verify(header, body)
      let size = try header.count(2, "the page's unpacked size")
      switch try header.enumeration(1, "the page's type", PageType.self) {
      case .dictionary:
        guard start == place.range.lowerBound else {
          throw ParquetError(at: start, "a dictionary that is not the column's first page")
        }
        try readDictionary(header, try unpack(body, size, compressed: true), &collector)
      case .data:
        rowsLeft -= try readVersion1(header, body, size, rowsLeft, &collector)
      case .dataV2:
        rowsLeft -= try readVersion2(header, body, size, rowsLeft, &collector)
      }
    }
    guard offset == place.range.upperBound else {
      throw ParquetError(at: offset, "bytes after the column's last page")
    }
  }

  private func verify(_ header: ThriftValue, _ body: Range<Int>) throws(ParquetError) {
    guard header[4] != nil else { return }
    let stated = UInt32(truncatingIfNeeded: try header.integer(4, "the page's checksum"))
    let actual = bytes.withUnsafeBytes {
      CRC32.checksum(UnsafeRawBufferPointer(rebasing: $0[body]))
    }
    guard stated == actual else {
      throw ParquetError(at: body.lowerBound, "the page's checksum does not fit; it is damaged")
    }
  }

  /// The content of `range`, unpacked where the column's codec and the page say so.
  private func unpack(
    _ range: Range<Int>, _ size: Int, compressed: Bool
  ) throws(ParquetError) -> PageContent {
    if compressed && place.codec == .gzip {
      let content: [UInt8]
      do throws(GzipError) {
        content = try bytes.expandingGzip(range, size: size)
      } catch {
        throw ParquetError(at: error.offset, error.reason)
      }
      return PageContent(bytes: content, range: 0..<content.count, fileOffset: range.lowerBound)
    }
    guard size == range.count else {
      throw ParquetError(
        at: range.lowerBound, "\(range.count) bytes in a page that should have \(size)")
    }
    return PageContent(bytes: bytes, range: range, fileOffset: 0)
  }

  private func readDictionary(
    _ header: ThriftValue, _ content: PageContent, _ collector: inout ColumnCollector
  ) throws(ParquetError) {
    let details = try header.structure(7, "the dictionary's header")
    let count = try details.count(1, "the dictionary's size")
    guard try details.enumeration(2, "the dictionary's encoding", Encoding.self) == .plain else {
      throw ParquetError(at: header.offset, "a dictionary that is not of plain values")
    }
    var rest = content
    switch place.field.type.physical {
    case .int32: collector.use(try rest.plainIntegers(count, Int32.self))
    case .int64: collector.use(try rest.plainIntegers(count, Int64.self))
    case .byteArray:
      var values: [String] = []
      for _ in 0..<count {
        let range = try rest.plainRange()
        guard let value = String(validating: content.bytes[range], as: UTF8.self) else {
          throw rest.error("a dictionary entry is not UTF-8")
        }
        values.append(value)
      }
      collector.use(values)
    }
    try rest.expectEnd()
  }

  /// - Returns: the number of rows in the page.
  private func readVersion1(
    _ header: ThriftValue, _ body: Range<Int>, _ size: Int, _ rowsLeft: Int,
    _ collector: inout ColumnCollector
  ) throws(ParquetError) -> Int {
    let details = try header.structure(5, "the data page's header")
    let rows = try rowCount(details, rowsLeft)
    var content = try unpack(body, size, compressed: true)
    var present: [Int32]?
    if place.field.isNullable {
      guard try details.enumeration(3, "the levels' encoding", Encoding.self) == .runLength else {
        throw ParquetError(at: header.offset, "levels that are not run-length encoded")
      }
      let length = try content.word()
      var levels = try content.take(length)
      present = try RunLengthDecoding.presence(&levels, count: rows)
    }
    try collector.append(
      &content, try details.enumeration(2, "the page's encoding", Encoding.self), rows: rows,
      present: present)
    return rows
  }

  /// - Returns: the number of rows in the page.
  private func readVersion2(
    _ header: ThriftValue, _ body: Range<Int>, _ size: Int, _ rowsLeft: Int,
    _ collector: inout ColumnCollector
  ) throws(ParquetError) -> Int {
    let details = try header.structure(8, "the data page's header")
    let rows = try rowCount(details, rowsLeft)
    let levelSize = try details.count(5, "the levels' size")
    guard try details.count(6, "the repetition levels' size") == 0, levelSize <= body.count,
      levelSize <= size, levelSize == 0 || place.field.isNullable,
      try details.count(3, "the page's number of rows") == rows
    else { throw ParquetError(at: details.offset, "levels or rows that do not fit the column") }
    var compressed = true
    if let flag = details[7], case .bool(false) = flag.kind { compressed = false }
    let split = body.lowerBound + levelSize
    var present: [Int32]?
    if place.field.isNullable {
      var levels = PageContent(bytes: bytes, range: body.lowerBound..<split, fileOffset: 0)
      present = try RunLengthDecoding.presence(&levels, count: rows)
    }
    let nulls = present.map { $0.reduce(0) { $0 + (1 - Int($1)) } } ?? 0
    guard try details.count(2, "the number of nulls") == nulls else {
      throw ParquetError(at: details.offset, "the page's number of nulls is not that of its levels")
    }
    var content = try unpack(split..<body.upperBound, size - levelSize, compressed: compressed)
    try collector.append(
      &content, try details.enumeration(4, "the page's encoding", Encoding.self), rows: rows,
      present: present)
    return rows
  }

  private func rowCount(_ details: ThriftValue, _ rowsLeft: Int) throws(ParquetError) -> Int {
    let rows = try details.count(1, "the page's number of values")
    guard 1...rowsLeft ~= rows else {
      throw ParquetError(
        at: details.offset, "a page of \(rows) rows where \(rowsLeft) are left to read")
    }
    return rows
  }
}

/// The unpacked bytes of a page that are still to be read.
struct PageContent {
  let bytes: [UInt8]
  private(set) var range: Range<Int>
  /// Where the page lies in the file, when `bytes` is not the file itself; for errors.
  let fileOffset: Int

  init(bytes: [UInt8], range: Range<Int>, fileOffset: Int) {
    self.bytes = bytes
    self.range = range
    self.fileOffset = fileOffset
  }

  var count: Int { range.count }

  func error(_ reason: String) -> ParquetError {
    // Within an unpacked page the file's bytes cannot be told apart: its start is named.
    ParquetError(at: fileOffset > 0 ? fileOffset : range.lowerBound, reason)
  }

  mutating func take(_ count: Int) throws(ParquetError) -> PageContent {
    guard count <= range.count else {
      throw error("the page ends \(count - range.count) bytes too soon")
    }
    let split = range.lowerBound + count
    defer { range = split..<range.upperBound }
    return PageContent(bytes: bytes, range: range.lowerBound..<split, fileOffset: fileOffset)
  }

  mutating func byte() throws(ParquetError) -> UInt8 {
    bytes[try take(1).range.lowerBound]
  }

  /// An unsigned 32-bit number, little-endian.
  mutating func word() throws(ParquetError) -> Int {
    Int(bytes.readWord(try take(4).range.lowerBound))
  }

  mutating func varint() throws(ParquetError) -> UInt64 {
    var offset = range.lowerBound
    let value: UInt64
    do throws(ParquetError) {
      value = try bytes.readVarint(&offset, range.upperBound)
    } catch {
      throw self.error(error.reason)
    }
    range = offset..<range.upperBound
    return value
  }

  mutating func zigzag() throws(ParquetError) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// Where in `bytes` the next PLAIN byte array lies.
  mutating func plainRange() throws(ParquetError) -> Range<Int> {
    let length = try word()
    return try take(length).range
  }

  /// The next `count` integers in PLAIN encoding.
  mutating func plainIntegers<Value: FixedWidthInteger>(
    _ count: Int, _: Value.Type
  ) throws(ParquetError) -> [Value] {
    let size = MemoryLayout<Value>.size
    guard count <= range.count / size else {
      throw error("\(count) integers of \(size) bytes where \(range.count) bytes are left")
    }
    let start = try take(count * size).range.lowerBound
    return bytes.withUnsafeBytes { bytes in
      (0..<count).map {
        Value(littleEndian: bytes.loadUnaligned(fromByteOffset: start + $0 * size, as: Value.self))
      }
    }
  }

  func expectEnd() throws(ParquetError) {
    if !range.isEmpty { throw error("\(range.count) bytes too many in a page") }
  }
}

extension [UInt8] {
  /// The unsigned 32-bit little-endian number at `offset`.
  func readWord(_ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(self[offset + $1]) << UInt32($1 * 8) }
  }
}
