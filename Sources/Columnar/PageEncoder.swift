/// What a page holds before compression, and what is known of its values.
struct PageBody {
  /// Definition levels of a nullable column, else empty.
  var levels: [UInt8]
  var values: [UInt8]
  var nullCount: Int
  /// Nil when there is no value, and when a bound is too long to be kept.
  var bounds: Bounds?
}

/// In which of the forms that the format allows a page is written.
struct PageForm: Sendable {
  /// Of integers without dictionary.
  var differences = DeltaShape.narrow
  /// Whether dictionary codes take whole bytes, in which deflate finds what comes again.
  var hasWholeByteCodes = false
}

/// Encodes pages of one column over the rows of one group.
struct PageEncoder {
  private let column: Column
  private let group: Range<Int>
  private let form: PageForm
  /// For a column of integers that is to be written as a dictionary.
  private let integers: IntegerDictionary?
  /// The distinct values of what is written as a dictionary; nil for other columns.
  let dictionary: [StatisticValue]?
  /// For a dictionary, each code's place in the order of the values, and the other way round; empty
  /// where the values are in order.
  private let ranks: [Int]
  private let codesByRank: [Int]

  /// Encodes the column as its data stands.
  init(_ column: Column, _ group: Range<Int>, _ form: PageForm = PageForm()) {
    let values: [StatisticValue]? =
      switch column.data {
      case .dictionary(_, let values), .wideDictionary(_, let values):
        values.map(StatisticValue.string)
      case .int32, .int64, .text: nil
      }
    self.init(column, group, values, nil, form)
  }

  /// Encodes a column of integers as a dictionary; nil when its distinct values are too many.
  init?(dictionaryOf column: Column, _ group: Range<Int>, _ form: PageForm = PageForm()) {
    guard let integers = IntegerDictionary(column, group) else { return nil }
    self.init(column, group, integers.values.map(StatisticValue.integer), integers, form)
  }

  private init(
    _ column: Column, _ group: Range<Int>, _ dictionary: [StatisticValue]?,
    _ integers: IntegerDictionary?, _ form: PageForm
  ) {
    self.column = column
    self.group = group
    self.form = form
    self.integers = integers
    self.dictionary = dictionary
    // Those of integers are in order.
    let values = integers == nil ? dictionary ?? [] : []
    codesByRank = values.indices.sorted { values[$0].precedes(values[$1]) }
    var ranks = [Int](repeating: 0, count: values.count)
    for (rank, code) in codesByRank.enumerated() { ranks[code] = rank }
    self.ranks = ranks
  }

  /// How the values of the data pages are encoded.
  var encoding: Encoding {
    if dictionary != nil { return .runLengthDictionary }
    return switch column.data {
    case .int32, .int64: .deltaBinaryPacked
    case .text: .deltaLengthByteArray
    // They have a dictionary.
    case .dictionary, .wideDictionary: .runLengthDictionary
    }
  }

  /// The PLAIN form of the dictionary's values.
  var plainDictionary: [UInt8] {
    var plain: [UInt8] = []
    for value in dictionary ?? [] {
      switch (value, column.field.type.physical) {
      case (.string(let text), _): plain.appendPlain(text.utf8)
      case (.integer(let value), .int32):
        plain.appendLittleEndian(UInt32(truncatingIfNeeded: value))
      case (.integer(let value), _): plain.appendLittleEndian(UInt64(bitPattern: value))
      }
    }
    return plain
  }

  func encode(_ rows: Range<Int>) throws(ParquetError) -> PageBody {
    if let integers {
      let start = group.lowerBound
      return try indices(integers.codes[rows.lowerBound - start..<rows.upperBound - start])
    }
    switch column.data {
    case .int32(let values):
      return differences(rows, values) { DeltaEncoding.encode($0, form.differences) }
    case .int64(let values):
      return differences(rows, values) { DeltaEncoding.encode($0, form.differences) }
    case .dictionary(let codes, _):
      return try indices(codes[rows].map { $0 == ColumnData.nullCode ? -1 : Int32($0) }[...])
    case .wideDictionary(let codes, _):
      return try indices(codes[rows])
    case .text(let text):
      return strings(rows, text)
    }
  }

  private func differences<Value: FixedWidthInteger>(
    _ rows: Range<Int>, _ values: [Value], _ encode: (UnsafeBufferPointer<Value>) -> [UInt8]
  ) -> PageBody {
    guard let valid = column.validity else {
      return values.withUnsafeBufferPointer { all in
        body(UnsafeBufferPointer(rebasing: all[rows]), nullCount: 0, levels(rows), encode)
      }
    }
    let present = rows.filter { valid[$0] }.map { values[$0] }
    return present.withUnsafeBufferPointer {
      body($0, nullCount: rows.count - present.count, levels(rows), encode)
    }
  }

  private func body<Value: FixedWidthInteger>(
    _ values: UnsafeBufferPointer<Value>, nullCount: Int, _ levels: [UInt8],
    _ encode: (UnsafeBufferPointer<Value>) -> [UInt8]
  ) -> PageBody {
    var bounds: Bounds?
    if var least = values.first {
      var greatest = least
      for value in values {
        least = min(least, value)
        greatest = max(greatest, value)
      }
      bounds = Bounds(min: .integer(Int64(least)), max: .integer(Int64(greatest)))
    }
    return PageBody(levels: levels, values: encode(values), nullCount: nullCount, bounds: bounds)
  }

  /// A page of dictionary codes, −1 where a row has no value.
  private func indices(_ codes: ArraySlice<Int32>) throws(ParquetError) -> PageBody {
    let count = dictionary?.count ?? 0
    let range = codes.withUnsafeBufferPointer(CodeRange.init)
    if range.nullCount > 0 && !column.field.isNullable {
      throw ParquetError("column \(column.field.name) is not nullable but has rows without value")
    }
    if let wrong = range.ends.first(where: { !(-1..<count ~= Int($0)) }) {
      throw ParquetError(
        "column \(column.field.name): code \(wrong) in a dictionary of \(count) values")
    }
    let present = range.nullCount == 0 ? codes : codes.filter { $0 != ColumnData.wideNullCode }[...]
    var width = RunLengthEncoding.width(ofDictionary: count)
    if form.hasWholeByteCodes { width = (width + 7) / 8 * 8 }
    var values: [UInt8] = [UInt8(width)]
    present.withUnsafeBufferPointer { RunLengthEncoding.append($0, width: width, to: &values) }
    return PageBody(
      levels: levels(range.nullCount == 0 ? nil : codes.map { $0 < 0 ? 0 : 1 }, count: codes.count),
      values: values, nullCount: range.nullCount, bounds: bounds(of: present, range))
  }

  /// The bounds of the values with these codes, which are in the dictionary.
  ///
  /// - Parameter range: of the codes and of those of rows without a value.
  private func bounds(of codes: ArraySlice<Int32>, _ range: CodeRange) -> Bounds? {
    guard let dictionary, !codes.isEmpty else { return nil }
    if ranks.isEmpty {
      let least = range.nullCount == 0 ? range.least : codes.min()!
      return Self.bounds(dictionary[Int(least)], dictionary[Int(range.greatest)])
    }
    let isThere = [Bool](unsafeUninitializedCapacity: ranks.count) { isThere, count in
      isThere.initialize(repeating: false)
      codes.withUnsafeBufferPointer { codes in
        for code in codes { isThere[Int(code)] = true }
      }
      count = ranks.count
    }
    let there = codesByRank.lazy.filter { isThere[$0] }
    return Self.bounds(dictionary[there.first!], dictionary[there.last!])
  }

  private func strings(_ rows: Range<Int>, _ text: TextColumn) -> PageBody {
    let page = TextPage(text, rows, validity: column.validity)
    let bounds = page.extremes.flatMap { extremes in
      Self.bounds(.string(text[extremes.least]), .string(text[extremes.greatest]))
    }
    return PageBody(
      levels: levels(rows), values: page.values, nullCount: page.nullCount, bounds: bounds)
  }

  private static func bounds(_ min: StatisticValue, _ max: StatisticValue) -> Bounds? {
    for case .string(let text) in [min, max] where text.utf8.count > ParquetLimits.boundBytes {
      return nil
    }
    return Bounds(min: min, max: max)
  }

  /// The definition levels of rows whose presence `validity` tells.
  private func levels(_ rows: Range<Int>) -> [UInt8] {
    levels(column.validity.map { validity in rows.map { validity[$0] ? 1 : 0 } }, count: rows.count)
  }

  /// The definition levels of `count` rows; none for a column that is not nullable.
  ///
  /// - Parameter present: 1 for each row that has a value, else 0; nil when all have.
  private func levels(_ present: [Int32]?, count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    guard column.field.isNullable else { return bytes }
    if let present {
      present.withUnsafeBufferPointer { RunLengthEncoding.append($0, width: 1, to: &bytes) }
    } else {
      RunLengthEncoding.append(1, count: count, width: 1, to: &bytes)
    }
    return bytes
  }
}

/// The least and the greatest of some codes, and how many say that there is no value.
private struct CodeRange {
  private(set) var least = Int32.max
  private(set) var greatest = Int32.min
  let nullCount: Int

  var ends: [Int32] { least <= greatest ? [least, greatest] : [] }

  init(_ codes: UnsafeBufferPointer<Int32>) {
    var nullCount: Int32 = 0
    for code in codes {
      least = min(least, code)
      greatest = max(greatest, code)
      nullCount &+= code == ColumnData.wideNullCode ? 1 : 0
    }
    self.nullCount = Int(nullCount)
  }
}

extension [UInt8] {
  /// PLAIN encoding of a byte array: its length in four bytes, little-endian, then itself.
  mutating func appendPlain(_ bytes: some Collection<UInt8>) {
    appendLittleEndian(UInt32(truncatingIfNeeded: bytes.count))
    append(contentsOf: bytes)
  }

  fileprivate mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
