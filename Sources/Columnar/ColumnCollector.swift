/// Puts the pages of a column together, over all its chunks.
struct ColumnCollector {
  private let field: Field
  /// Empty as long as all rows have a value.
  private var validity: [Bool] = []
  private var integers32: [Int32] = []
  private var integers64: [Int64] = []
  private var text = TextColumn()
  /// Codes into `distinct`, −1 for no value; in use until a page of text is met.
  private var codes: [Int32] = []
  private var distinct: [String] = []
  private var codeOf: [String: Int32] = [:]
  private var isText = false
  /// The present chunk's dictionary.
  private var dictionary: Dictionary?
  /// The code in `distinct` of each string of that dictionary.
  private var commonCodes: [Int32] = []

  private enum Dictionary {
    case int32([Int32])
    case int64([Int64])
    case strings([String])

    var count: Int {
      switch self {
      case .int32(let values): values.count
      case .int64(let values): values.count
      case .strings(let values): values.count
      }
    }
  }

  init(_ field: Field) {
    self.field = field
  }

  /// Forgets the dictionary of the chunk before.
  ///
  /// - Parameter rowCount: of the chunk that begins.
  mutating func beginChunk(rowCount: Int) {
    dictionary = nil
    // Most columns have one chunk.
    switch field.type.physical {
    case .int32 where integers32.isEmpty: integers32.reserveCapacity(rowCount)
    case .int64 where integers64.isEmpty: integers64.reserveCapacity(rowCount)
    default: break
    }
  }

  /// Takes the present chunk's dictionary. Chunks have dictionaries of their own; their values get
  /// common codes here.
  mutating func use(_ values: [String]) {
    dictionary = .strings(values)
    commonCodes = values.map { value in
      if let code = codeOf[value] { return code }
      let code = Int32(distinct.count)
      codeOf[value] = code
      distinct.append(value)
      return code
    }
  }

  /// Takes the present chunk's dictionary.
  mutating func use(_ values: [Int32]) {
    dictionary = .int32(values)
  }

  /// Takes the present chunk's dictionary.
  mutating func use(_ values: [Int64]) {
    dictionary = .int64(values)
  }

  /// Appends the rows of one page.
  ///
  /// - Parameter present: 1 for each row that has a value, else 0; nil when all have.
  mutating func append(
    _ content: inout PageContent, _ encoding: Encoding, rows: Int, present: [Int32]?
  ) throws(ParquetError) {
    let count = present.map { $0.reduce(0) { $0 + Int($1) } } ?? rows
    switch (field.type.physical, encoding) {
    case (.int32, .deltaBinaryPacked):
      spread(try DeltaDecoding.decode32(&content, count: count), present, 0, &integers32)
    case (.int64, .deltaBinaryPacked):
      spread(try DeltaDecoding.decode64(&content, count: count), present, 0, &integers64)
    case (.int32, .plain):
      spread(try content.plainIntegers(count, Int32.self), present, 0, &integers32)
    case (.int64, .plain):
      spread(try content.plainIntegers(count, Int64.self), present, 0, &integers64)
    case (_, .runLengthDictionary):
      try appendCodes(&content, count, present)
    case (.byteArray, .plain):
      beginText()
      try appendPlainText(&content, rows, present)
    case (.byteArray, .deltaLengthByteArray):
      beginText()
      try appendText(&content, count, present)
    default:
      throw content.error("encoding \(encoding) of a column of type \(field.type)")
    }
    try content.expectEnd()
    if field.type != .string || isText { notePresence(present, rows) }
  }

  /// Notes which of the last `rows` rows, whose values are there, have one.
  private mutating func notePresence(_ present: [Int32]?, _ rows: Int) {
    if let present {
      if validity.isEmpty {
        let known = max(integers32.count, integers64.count, text.count)
        validity = [Bool](repeating: true, count: known - rows)
      }
      validity.append(contentsOf: present.lazy.map { $0 == 1 })
    } else if !validity.isEmpty {
      validity.append(contentsOf: repeatElement(true, count: rows))
    }
  }

  /// The column, after its last page.
  func column() -> Column {
    let hasNulls = validity.contains(false)
    let valid = hasNulls ? validity : nil
    switch field.type {
    case .int32, .date: return Column(field, .int32(integers32), validity: valid)
    case .int64, .timestampMicros: return Column(field, .int64(integers64), validity: valid)
    case .string where isText: return Column(field, .text(text), validity: valid)
    case .string where distinct.count <= Int(ColumnData.nullCode):
      let narrow = codes.map { $0 < 0 ? ColumnData.nullCode : UInt8($0) }
      return Column(field, .dictionary(codes: narrow, values: distinct))
    case .string: return Column(field, .wideDictionary(codes: codes, values: distinct))
    }
  }

  /// Appends values, and `filler` where a row has none.
  private func spread<Value>(
    _ values: [Value], _ present: [Int32]?, _ filler: Value, _ all: inout [Value]
  ) {
    guard let present, values.count < present.count else {
      all.append(contentsOf: values)
      return
    }
    var next = 0
    for flag in present {
      all.append(flag == 1 ? values[next] : filler)
      next += Int(flag)
    }
  }

  private mutating func appendCodes(
    _ content: inout PageContent, _ count: Int, _ present: [Int32]?
  ) throws(ParquetError) {
    guard let dictionary else { throw content.error("a page of codes without a dictionary") }
    let width = Int(try content.byte())
    guard width <= 31 else { throw content.error("dictionary codes of \(width) bits") }
    let page = try RunLengthDecoding.decode(&content, width: width, count: count)
    if let greatest = page.max(), greatest >= dictionary.count {
      throw content.error("code \(greatest) in a dictionary of \(dictionary.count) values")
    }
    switch dictionary {
    case .int32(let values): spread(page.map { values[Int($0)] }, present, 0, &integers32)
    case .int64(let values): spread(page.map { values[Int($0)] }, present, 0, &integers64)
    case .strings(let values) where isText:
      var rows: [Int32] = []
      spread(page, present, ColumnData.wideNullCode, &rows)
      for code in rows { text.append(code < 0 ? "" : values[Int(code)]) }
    case .strings:
      spread(page.map { commonCodes[Int($0)] }, present, ColumnData.wideNullCode, &codes)
    }
  }

  /// What came as codes so far becomes text.
  private mutating func beginText() {
    if isText { return }
    isText = true
    for code in codes { text.append(code < 0 ? "" : distinct[Int(code)]) }
    if field.isNullable { validity = codes.map { $0 >= 0 } }
    codes = []
  }

  /// - Parameter count: of the rows that have a value.
  private mutating func appendText(
    _ content: inout PageContent, _ count: Int, _ present: [Int32]?
  ) throws(ParquetError) {
    let lengths = try DeltaDecoding.decode32(&content, count: count)
    var byteCount = 0
    for length in lengths {
      guard length >= 0 else { throw content.error("a text of \(length) bytes") }
      byteCount += Int(length)
    }
    let strings = try content.take(byteCount)
    text.append(strings.bytes[strings.range], lengths: lengths, present: present)
  }

  private mutating func appendPlainText(
    _ content: inout PageContent, _ rows: Int, _ present: [Int32]?
  ) throws(ParquetError) {
    for row in 0..<rows {
      if let present, present[row] == 0 {
        text.append("")
      } else {
        let range = try content.plainRange()
        content.bytes.withUnsafeBufferPointer {
          text.append(utf8: UnsafeBufferPointer(rebasing: $0[range]))
        }
      }
    }
  }
}
