/// What a page holds before compression, and what is known of its values.
struct PageBody {
  /// Definition levels of a nullable column, else empty.
  var levels: [UInt8]
  var values: [UInt8]
  var nullCount: Int
  /// Nil when there is no value, and when a bound is too long to be kept.
  var bounds: Bounds?
}

/// Encodes pages of one column.
struct PageEncoder {
  private let column: Column
  /// For a dictionary, each code's place in the order of the values, and the other way round.
  private let ranks: [Int]
  private let codesByRank: [Int]
  /// The distinct values of a dictionary column; nil for other columns.
  let dictionary: [String]?

  init(_ column: Column) throws(ParquetError) {
    self.column = column
    switch column.data {
    case .dictionary(_, let values), .wideDictionary(_, let values):
      dictionary = values
      codesByRank = values.indices.sorted {
        values[$0].utf8.lexicographicallyPrecedes(values[$1].utf8)
      }
      var ranks = [Int](repeating: 0, count: values.count)
      for (rank, code) in codesByRank.enumerated() { ranks[code] = rank }
      self.ranks = ranks
    case .int32, .int64, .text:
      dictionary = nil
      codesByRank = []
      ranks = []
    }
  }

  /// How the values of the data pages are encoded.
  var encoding: Encoding {
    switch column.data {
    case .int32, .int64: .deltaBinaryPacked
    case .dictionary, .wideDictionary: .runLengthDictionary
    case .text: .plain
    }
  }

  func encode(_ rows: Range<Int>) throws(ParquetError) -> PageBody {
    switch column.data {
    case .int32(let values):
      return integers(rows, values, DeltaEncoding.encode)
    case .int64(let values):
      return integers(rows, values, DeltaEncoding.encode)
    case .dictionary(let codes, _):
      return try indices(codes[rows].map { $0 == ColumnData.nullCode ? -1 : Int32($0) })
    case .wideDictionary(let codes, _):
      return try indices(Array(codes[rows]))
    case .text(let text):
      return plainText(rows, text)
    }
  }

  private func integers<Value: FixedWidthInteger>(
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
  private func indices(_ codes: [Int32]) throws(ParquetError) -> PageBody {
    var least = Int.max
    var greatest = -1
    var nullCount = 0
    for code in codes {
      if code == ColumnData.wideNullCode {
        nullCount += 1
      } else if code >= 0, code < ranks.count {
        let rank = ranks[Int(code)]
        least = min(least, rank)
        greatest = max(greatest, rank)
      } else {
        throw ParquetError(
          "column \(column.field.name): code \(code) in a dictionary of \(ranks.count) values")
      }
    }
    if nullCount > 0 && !column.field.isNullable {
      throw ParquetError("column \(column.field.name) is not nullable but has rows without value")
    }
    let width = RunLengthEncoding.width(ofDictionary: ranks.count)
    var values: [UInt8] = [UInt8(width)]
    let present = nullCount == 0 ? codes : codes.filter { $0 >= 0 }
    present.withUnsafeBufferPointer { RunLengthEncoding.append($0, width: width, to: &values) }
    var bounds: Bounds?
    if greatest >= 0, let dictionary {
      bounds = Self.bounds(dictionary[codesByRank[least]], dictionary[codesByRank[greatest]])
    }
    return PageBody(
      levels: column.field.isNullable ? Self.levels(codes.map { $0 < 0 ? 0 : 1 }) : [],
      values: values, nullCount: nullCount, bounds: bounds)
  }

  private func plainText(_ rows: Range<Int>, _ text: TextColumn) -> PageBody {
    var values: [UInt8] = []
    var least: ArraySlice<UInt8>?
    var greatest: ArraySlice<UInt8>?
    var nullCount = 0
    for row in rows {
      if let validity = column.validity, !validity[row] {
        nullCount += 1
        continue
      }
      let bytes = text.bytes[text.offsets[row]..<text.offsets[row + 1]]
      values.appendPlain(bytes)
      if least.map({ bytes.lexicographicallyPrecedes($0) }) ?? true { least = bytes }
      if greatest.map({ $0.lexicographicallyPrecedes(bytes) }) ?? true { greatest = bytes }
    }
    var bounds: Bounds?
    if let least, let greatest {
      bounds = Self.bounds(
        String(decoding: least, as: UTF8.self), String(decoding: greatest, as: UTF8.self))
    }
    return PageBody(levels: levels(rows), values: values, nullCount: nullCount, bounds: bounds)
  }

  private static func bounds(_ min: String, _ max: String) -> Bounds? {
    let longest = Swift.max(min.utf8.count, max.utf8.count)
    return longest > ParquetLimits.boundBytes ? nil : Bounds(min: .string(min), max: .string(max))
  }

  /// The definition levels of rows whose presence `validity` tells.
  private func levels(_ rows: Range<Int>) -> [UInt8] {
    guard column.field.isNullable else { return [] }
    return Self.levels(rows.map { column.validity?[$0] ?? true ? 1 : 0 })
  }

  private static func levels(_ levels: [Int32]) -> [UInt8] {
    var bytes: [UInt8] = []
    levels.withUnsafeBufferPointer { RunLengthEncoding.append($0, width: 1, to: &bytes) }
    return bytes
  }
}

extension [UInt8] {
  /// PLAIN encoding of a byte array: its length in four bytes, little-endian, then itself.
  mutating func appendPlain(_ bytes: some Collection<UInt8>) {
    for shift in [0, 8, 16, 24] { append(UInt8(truncatingIfNeeded: bytes.count >> shift)) }
    append(contentsOf: bytes)
  }
}
