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

  let bytes: [UInt8]
  /// Bounds of the current row's fields within `bytes`, without their quotes.
  var fields: [Field] = []
  private var offset: Int
  /// Where this reader's rows end within `bytes`.
  private var end: Int
  private var nextLine = 1

  struct Field {
    var start: Int
    var end: Int
    /// Whether the text holds doubled quotes, which stand for single ones.
    var hasDoubledQuotes: Bool
  }

  /// Reads the header.
  ///
  /// Throws when the file is empty, or when the header is malformed or names a column twice.
  public init(_ bytes: [UInt8], source: String) throws(CSVError) {
    self.bytes = bytes
    self.source = source
    offset = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    end = bytes.count
    guard try scanRow() else {
      throw CSVError(
        source: source, line: 1, message: "the file is empty; expected a row of column names")
    }
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
    columnNames.firstIndex(of: name).map { CSVColumn(name: name, index: $0) }
  }

  /// Moves to the next row; false at the end of the file.
  ///
  /// Throws when the row is malformed or has more or fewer fields than the header.
  public mutating func nextRow() throws(CSVError) -> Bool {
    guard try scanRow() else { return false }
    if fields.count != columnNames.count {
      throw error(
        "the row has \(fields.count) \(fields.count == 1 ? "field" : "fields"); "
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
    guard let lines = bytes.withUnsafeBufferPointer({ plainLines($0[offset..<end]) }) else {
      return [(self, 0)]
    }
    var parts: [(reader: CSVReader, rowsMax: Int)] = []
    var rest = self
    var linesLeft = lines
    for number in 1..<max(count, 1) {
      let cut = bytes.withUnsafeBufferPointer { input -> Int in
        let target = max(rest.offset, offset + (end - offset) * number / count)
        return input[target..<end].firstIndex(of: lineFeed).map { $0 + 1 } ?? end
      }
      guard cut < end else { break }
      var part = rest
      part.end = cut
      let lines = bytes.withUnsafeBufferPointer { plainLines($0[rest.offset..<cut]) ?? 0 }
      parts.append((part, lines))
      rest.offset = cut
      rest.nextLine += lines
      linesLeft -= lines
    }
    // The last line may lack its end.
    return parts + [(rest, linesLeft + 1)]
  }
}

/// The number of line ends among some bytes; nil when there is a quote.
private func plainLines(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
  let input = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes))
  let lineFeeds = UInt64(lineFeed) &* eachByte
  let quotes = UInt64(quote) &* eachByte
  var lines = 0
  var place = 0
  while place + 8 <= input.count {
    // Eight counts of one byte each, so that at most 255 words can be added.
    let end = min(input.count - 7, place + 255 * 8)
    var counts: UInt64 = 0
    var found: UInt64 = 0
    while place < end {
      let word = input.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      counts &+= zeroBytes(word ^ lineFeeds)
      found |= zeroBytes(word ^ quotes)
      place += 8
    }
    if found != 0 { return nil }
    for shift in stride(from: UInt64(0), to: 64, by: 8) { lines += Int(counts >> shift & 0xFF) }
  }
  for byte in input[place...] {
    if byte == quote { return nil }
    if byte == lineFeed { lines += 1 }
  }
  return lines
}

private let eachByte: UInt64 = 0x0101_0101_0101_0101

/// 1 in each byte that is 0, and 0 in the others.
@inline(__always)
private func zeroBytes(_ word: UInt64) -> UInt64 {
  let low = word & 0x7F7F_7F7F_7F7F_7F7F
  return ~((low &+ 0x7F7F_7F7F_7F7F_7F7F) | word) >> 7 & 0x0101_0101_0101_0101
}

// MARK: - Splitting into fields

extension CSVReader {
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

  /// Finds the bounds of the next row's fields; false when only empty lines are left.
  private mutating func scanRow() throws(CSVError) -> Bool {
    skipEmptyLines()
    guard offset < end else { return false }
    line = nextLine
    fields.removeAll(keepingCapacity: true)
    do throws(Fault) {
      try bytes.withUnsafeBufferPointer { (all) throws(Fault) in
        let input = UnsafeBufferPointer(rebasing: all[..<end])
        var isLast = false
        while !isLast {
          isLast =
            offset < input.count && input[offset] == quote
            ? try scanQuoted(input) : try scanPlain(input)
        }
      }
    } catch {
      throw self.error(error.message)
    }
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

  /// Takes an unquoted field and what ends it; true when that ends the row.
  private mutating func scanPlain(_ input: UnsafeBufferPointer<UInt8>) throws(Fault) -> Bool {
    let start = offset
    var end = start
    // Every byte that means something is at most a comma, so most bytes take one comparison.
    while end < input.count {
      let byte = input[end]
      if byte <= comma {
        if byte == comma || byte == lineFeed || byte == carriageReturn { break }
        if byte == quote { throw .strayQuote }
      }
      end += 1
    }
    fields.append(Field(start: start, end: end, hasDoubledQuotes: false))
    return try scanSeparator(input, at: end, otherwise: .strayCarriageReturn)
  }

  /// Takes a quoted field and what ends it; true when that ends the row.
  private mutating func scanQuoted(_ input: UnsafeBufferPointer<UInt8>) throws(Fault) -> Bool {
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
        nextLine += 1
      }
      end += 1
    }
    fields.append(Field(start: start, end: end, hasDoubledQuotes: hasDoubledQuotes))
    return try scanSeparator(input, at: end + 1, otherwise: .textAfterQuote)
  }

  /// Steps over the comma or line end at `position`; true when the row ends there.
  private mutating func scanSeparator(
    _ input: UnsafeBufferPointer<UInt8>, at position: Int, otherwise fault: Fault
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
    nextLine += 1
    return true
  }
}
