/// What a page holds before compression, and what is known of its values.
struct PageBody {
  /// Definition levels of a nullable column, else empty.
  var levels: [UInt8]
  var values: [UInt8]
  var nullCount: Int
  /// Nil when there is no value, and when a bound is too long to be kept.
  var bounds: Bounds?
}

/// Encodes pages of one column over the rows of one group.
struct PageEncoder {
  private let column: Column
  private let group: Range<Int>
  /// For a column of integers that is to be written as a dictionary.
  private let integers: IntegerDictionary?
  /// The distinct values of what is written as a dictionary; nil for other columns.
  let dictionary: [StatisticValue]?
  /// For a dictionary, each code's place in the order of the values, and the other way round.
  private let ranks: [Int]
  private let codesByRank: [Int]

  /// Encodes the column as its data stands.
  init(_ column: Column, _ group: Range<Int>) {
    let values: [StatisticValue]? =
      switch column.data {
      case .dictionary(_, let values), .wideDictionary(_, let values):
        values.map(StatisticValue.string)
      case .int32, .int64, .text: nil
      }
    self.init(column, group, values, nil)
  }

  /// Encodes a column of integers as a dictionary; nil when its distinct values are too many.
  init?(dictionaryOf column: Column, _ group: Range<Int>) {
    guard let integers = IntegerDictionary(column, group) else { return nil }
    self.init(column, group, integers.values.map(StatisticValue.integer), integers)
  }

  private init(
    _ column: Column, _ group: Range<Int>, _ dictionary: [StatisticValue]?,
    _ integers: IntegerDictionary?
  ) {
    self.column = column
    self.group = group
    self.integers = integers
    self.dictionary = dictionary
    let values = dictionary ?? []
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
    case .dictionary, .wideDictionary, .text: .plain
    }
  }

  /// The PLAIN form of the dictionary's values.
  var plainDictionary: [UInt8] {
    var plain: [UInt8] = []
    for value in dictionary ?? [] {
      switch value {
      case .string(let text): plain.appendPlain(text.utf8)
      case .integer: plain += value.plainBytes(column.field.type)
      }
    }
    return plain
  }

  func encode(_ rows: Range<Int>) throws(ParquetError) -> PageBody {
    if let integers {
      let start = group.lowerBound
      return try indices(
        Array(integers.codes[rows.lowerBound - start..<rows.upperBound - start]))
    }
    switch column.data {
    case .int32(let values):
      return differences(rows, values, DeltaEncoding.encode)
    case .int64(let values):
      return differences(rows, values, DeltaEncoding.encode)
    case .dictionary(let codes, _):
      return try indices(codes[rows].map { $0 == ColumnData.nullCode ? -1 : Int32($0) })
    case .wideDictionary(let codes, _):
      return try indices(Array(codes[rows]))
    case .text(let text):
      return plainText(rows, text)
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
        .string(String(decoding: least, as: UTF8.self)),
        .string(String(decoding: greatest, as: UTF8.self)))
    }
    return PageBody(levels: levels(rows), values: values, nullCount: nullCount, bounds: bounds)
  }

  private static func bounds(_ min: StatisticValue, _ max: StatisticValue) -> Bounds? {
    for case .string(let text) in [min, max] where text.utf8.count > ParquetLimits.boundBytes {
      return nil
    }
    return Bounds(min: min, max: max)
  }

  /// The definition levels of rows whose presence `validity` tells.
  private func levels(_ rows: Range<Int>) -> [UInt8] {
    guard column.field.isNullable else { return [] }
    guard let validity = column.validity else {
      return Self.levels([Int32](repeating: 1, count: rows.count))
    }
    return Self.levels(rows.map { validity[$0] ? 1 : 0 })
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
