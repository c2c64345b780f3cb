/// Reads comma-separated rows (RFC 4180) below a header row, one row at a time.
///
/// Lines end with LF or CRLF; fields may be quoted and then hold commas, line ends and doubled
/// quotes; a UTF-8 byte order mark is skipped, and so are empty lines. No field becomes a String
/// unless `string` is called.
///
///     var reader = try CSVReader(bytes, source: "meters.csv")
///     let latitude = try reader.column("latitude_deg")
///     while try reader.nextRow() {
///       use(try reader.double(latitude, in: -90...90))
///     }
public struct CSVReader: Sendable {
  /// The file's name in error messages.
  public let source: String
  /// The header's names in the order of the file.
  public private(set) var columnNames: [String] = []
  /// Line on which the current row starts, from 1.
  public private(set) var line = 1

  @usableFromInline let bytes: [UInt8]
  /// Bounds of the current row's fields within `bytes`, without their quotes; one for each column.
  @usableFromInline var fields: [Field] = []
  /// How many fields the current row has.
  private var fieldCount = 0
  private var offset: Int
  /// Where this reader's rows end within `bytes`.
  private var end: Int
  private var nextLine = 1

  @usableFromInline struct Field: Sendable {
    @usableFromInline var start = 0
    @usableFromInline var end = 0
    /// Whether the text holds doubled quotes, which stand for single ones.
    var hasDoubledQuotes = false
  }

  /// Reads the header.
  ///
  /// Throws when the file is empty, or when the header is malformed or names a column twice.
  public init(_ bytes: [UInt8], source: String) throws(CSVError) {
    self.bytes = bytes
    self.source = source
    offset = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    end = bytes.count
    let start = (offset, nextLine)
    guard try scanRow() else {
      throw CSVError(
        source: source, line: 1, message: "the file is empty; expected a row of column names")
    }
    // Again, now that it is known how many fields are to be kept.
    fields = Array(repeating: Field(), count: fieldCount)
    (offset, nextLine) = start
    _ = try scanRow()
    for index in fields.indices {
      let name = try text(of: index)
      if columnNames.contains(name) {
        throw error("the header names column '\(name)' twice; rename or remove one of them")
      }
      columnNames.append(name)
    }
  }

  /// The column with this name; throws a line listing the columns there are.
  public func column(_ name: String) throws(CSVError) -> CSVColumn {
    guard let column = optionalColumn(name) else {
      throw CSVError(
        source: source, line: 1,
        message: "column '\(name)' is missing; found \(columnNames.joined(separator: ", "))")
    }
    return column
  }

  /// The column with this name, or nil when the file has none.
  public func optionalColumn(_ name: String) -> CSVColumn? {
    columnNames.firstIndex(of: name).map(CSVColumn.init)
  }

  /// What the header calls a column.
  public func name(of column: CSVColumn) -> String { columnNames[column.index] }

  /// Moves to the next row; false at the end of the file.
  ///
  /// Throws when the row is malformed or has more or fewer fields than the header.
  public mutating func nextRow() throws(CSVError) -> Bool {
    guard try scanRow() else { return false }
    if fieldCount != columnNames.count {
      throw error(
        "the row has \(fieldCount) \(fieldCount == 1 ? "field" : "fields"); "
          + "expected \(columnNames.count) as in the header")
    }
    return true
  }

  /// An error on the current row.
  public func error(_ message: String) -> CSVError {
    CSVError(source: source, line: line, message: message)
  }

  /// Readers of the rows that follow, cut at line ends into at most `count` parts of about the same
  /// length, with the lines' numbers in the whole file. Together they give what this reader gives.
  ///
  /// Where a field may be quoted there is one part: a line end may then be part of a field.
  ///
  /// - Returns: each part with the most rows that it can have.
  public func split(into count: Int) -> [(reader: CSVReader, rowsMax: Int)] {
    bytes.withUnsafeBufferPointer { input in
      var parts: [(reader: CSVReader, rowsMax: Int)] = []
      var rest = self
      var lines = 0
      var hasQuotes = false
      for number in 1...max(count, 1) where parts.isEmpty || rest.offset < end {
        var part = rest
        let target = max(rest.offset, offset + (end - offset) * number / max(count, 1))
        part.end = input[target..<end].firstIndex(of: lineFeed).map { $0 + 1 } ?? end
        let marks = Marks(in: input[part.offset..<part.end])
        parts.append((part, part.rowsMax(lines: marks.lines)))
        rest.offset = part.end
        rest.nextLine += marks.lines
        lines += marks.lines
        hasQuotes = hasQuotes || marks.hasQuotes
      }
      return hasQuotes ? [(self, rowsMax(lines: lines))] : parts
    }
  }

  /// The most rows that this reader can give where there are so many line ends. The last line may
  /// lack its own; and what is no empty line has at least a byte for each column but one.
  private func rowsMax(lines: Int) -> Int {
    min(lines, (end - offset) / columnNames.count) + 1
  }
}

/// What some bytes hold of what divides a file.
private struct Marks {
  private(set) var lines = 0
  private(set) var hasQuotes = false

  init(in bytes: Slice<UnsafeBufferPointer<UInt8>>) {
    let input = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes))
    var found: UInt64 = 0
    var place = 0
    while place + 8 <= input.count {
      // Eight counts of one byte each, so that at most 255 words can be added.
      let end = min(input.count - 7, place + 255 * 8)
      var counts: UInt64 = 0
      while place < end {
        let word = input.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        counts &+= zeroBytes(word ^ UInt64(lineFeed) &* eachByte)
        found |= zeroBytes(word ^ UInt64(quote) &* eachByte)
        place += 8
      }
      for shift in stride(from: UInt64(0), to: 64, by: 8) { lines += Int(counts >> shift & 0xFF) }
    }
    hasQuotes = found != 0
    for byte in input[place...] {
      if byte == quote { hasQuotes = true }
      if byte == lineFeed { lines += 1 }
    }
  }
}

/// 1 in each byte that is 0, and 0 in the others.
@inline(__always)
private func zeroBytes(_ word: UInt64) -> UInt64 {
  ~((word & ~upperBits) &+ ~upperBits | word) >> 7 & eachByte
}

// MARK: - Splitting into fields

/// What is wrong with a row as such.
private enum Fault: Error {
  case unterminated
  case textAfterQuote
  case strayQuote
  case strayCarriageReturn

  var message: String {
    switch self {
    case .unterminated:
      "a quoted field is never closed; expected a second '\"' before the end of the file"
    case .textAfterQuote:
      "text follows a closing quote; expected a comma or the end of the line"
    case .strayQuote:
      "a quote stands inside an unquoted field; quote the whole field and double the quote"
    case .strayCarriageReturn:
      "a carriage return stands alone; end lines with LF or CRLF, or quote the field"
    }
  }
}

extension CSVReader {
  /// Finds the bounds of the next row's fields; false when only empty lines are left.
  private mutating func scanRow() throws(CSVError) -> Bool {
    skipEmptyLines()
    guard offset < end else { return false }
    line = nextLine
    var count = 0
    do throws(Fault) {
      try bytes.withUnsafeBufferPointer { (all) throws(Fault) in
        var scan = RowScan(
          input: UnsafeBufferPointer(rebasing: all[..<end]), offset: offset, line: nextLine)
        try fields.withUnsafeMutableBufferPointer { (fields) throws(Fault) in
          var isLast = false
          while !isLast {
            let field = try scan.next(&isLast)
            if count < fields.count { fields[count] = field }
            count += 1
          }
        }
        (offset, nextLine) = (scan.offset, scan.line)
      }
    } catch {
      throw self.error(error.message)
    }
    fieldCount = count
    return true
  }

  private mutating func skipEmptyLines() {
    while offset < end {
      if bytes[offset] == lineFeed {
        offset += 1
      } else if bytes[offset] == carriageReturn, offset + 1 < end,
        bytes[offset + 1] == lineFeed
      {
        offset += 2
      } else {
        return
      }
      nextLine += 1
    }
  }
}

/// Finds the fields of a row one after another.
private struct RowScan {
  let input: UnsafeBufferPointer<UInt8>
  private(set) var offset: Int
  private(set) var line: Int
  /// Of the 64 bytes from `blockStart` on, a bit for each that lies beyond `offset` and may mean
  /// something; nothing is known of others.
  private var marks: UInt64 = 0
  private var blockStart: Int

  init(input: UnsafeBufferPointer<UInt8>, offset: Int, line: Int) {
    self.input = input
    self.offset = offset
    self.line = line
    blockStart = offset - 64
  }

  /// Takes a field and what ends it.
  ///
  /// - Parameter isLast: becomes true where that ends the row.
  @inline(__always)
  mutating func next(_ isLast: inout Bool) throws(Fault) -> CSVReader.Field {
    if offset < input.count, input[offset] == quote { return try quoted(&isLast) }
    let start = offset
    let end = endOfPlain()
    if end < input.count, input[end] == comma {
      offset = end + 1
    } else {
      if end < input.count, input[end] == quote { throw .strayQuote }
      isLast = try separator(at: end, otherwise: .strayCarriageReturn)
    }
    return CSVReader.Field(start: start, end: end)
  }

  /// The place of the next byte that means something.
  @inline(__always)
  private mutating func endOfPlain() -> Int {
    while true {
      while marks == 0 {
        blockStart += 64
        guard blockStart < input.count else { return input.count }
        marks = marks(from: blockStart)
      }
      let place = blockStart + marks.trailingZeroBitCount
      marks &= marks - 1
      let byte = input[place]
      if byte == comma || byte == lineFeed || byte == carriageReturn || byte == quote {
        return place
      }
    }
  }

  /// Tells which of 64 bytes are at most a comma: all that mean something are, and few others.
  @inline(__always)
  private func marks(from start: Int) -> UInt64 {
    guard start + 64 <= input.count else { return lastMarks(from: start) }
    let bytes = UnsafeRawBufferPointer(input)
    var marks: UInt64 = 0
    for number in 0..<8 {
      let word = UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: start + 8 * number, as: UInt64.self))
      // The upper bit of each byte that is greater.
      let greater = ((word & ~upperBits) &+ (0x7F - UInt64(comma)) &* eachByte) | word
      // These bits side by side: no two of the products' bits that count fall on the same place.
      let bits = (((~greater & upperBits) >> 7) &* 0x0102_0408_1020_4080) >> 56
      marks |= bits << UInt64(8 * number)
    }
    return marks
  }

  private func lastMarks(from start: Int) -> UInt64 {
    var marks: UInt64 = 0
    for place in start..<input.count where input[place] <= comma {
      marks |= 1 << UInt64(place - start)
    }
    return marks
  }

  private mutating func quoted(_ isLast: inout Bool) throws(Fault) -> CSVReader.Field {
    let start = offset + 1
    var end = start
    var hasDoubledQuotes = false
    while true {
      guard end < input.count else { throw .unterminated }
      if input[end] == quote {
        guard end + 1 < input.count, input[end + 1] == quote else { break }
        hasDoubledQuotes = true
        end += 1
      } else if input[end] == lineFeed {
        line += 1
      }
      end += 1
    }
    isLast = try separator(at: end + 1, otherwise: .textAfterQuote)
    (marks, blockStart) = (0, offset - 64)
    return CSVReader.Field(start: start, end: end, hasDoubledQuotes: hasDoubledQuotes)
  }

  /// Steps over the comma or line end at `position`; true when the row ends there.
  private mutating func separator(
    at position: Int, otherwise fault: Fault
  ) throws(Fault) -> Bool {
    offset = position
    guard position < input.count else { return true }
    switch input[position] {
    case comma:
      offset += 1
      return false
    case lineFeed:
      offset += 1
    case carriageReturn where position + 1 < input.count && input[position + 1] == lineFeed:
      offset += 2
    case carriageReturn:
      throw .strayCarriageReturn
    default:
      throw fault
    }
    line += 1
    return true
  }
}

private let eachByte: UInt64 = 0x0101_0101_0101_0101
private let upperBits: UInt64 = 0x8080_8080_8080_8080
