import TestSupport
import Testing

@testable import Columnar

/// Files for which more time is given, so that they become small.
@Suite("Dense files")
struct DenseTests {
  private static let shapes: [DeltaShape] = [
    .aligned(base: 0, bits: 4), .aligned(base: 0, bits: 8), .aligned(base: -0x7F, bits: 8),
    .aligned(base: -0x7F7F, bits: 16), .aligned(base: -0x7F_7F7F_7F7F, bits: 40),
  ]

  /// Values whose differences are of all sizes, also such as wrap.
  private static func values<Value: FixedWidthInteger & SignedInteger>(
    _ count: Int, _ random: inout SplitMix64
  ) -> [Value] {
    var value = Value(truncatingIfNeeded: Int.random(in: -9...9, using: &random))
    return (0..<count).map { _ in
      let size = [3, 3, 3, 8, 8, 16, Value.bitWidth].randomElement(using: &random)!
      let bits = UInt64.random(in: 0 ... .max, using: &random) >> UInt64(64 - size)
      value =
        value
        &+ Value(
          truncatingIfNeeded: Bool.random(using: &random)
            ? Int64(bitPattern: bits) : 0 &- Int64(bitPattern: bits))
      return value
    }
  }

  @Test(
    "aligned differences come back",
    arguments: [0, 1, 2, 32, 33, 34, 4096, 4097, 4098, 4129, 10_000])
  func differences(count: Int) throws {
    var random = SplitMix64(seed: UInt64(count) + 1)
    for shape in Self.shapes {
      let wide: [Int64] = Self.values(count, &random)
      let bytes = wide.withUnsafeBufferPointer { DeltaEncoding.encode($0, shape) }
      var content = PageContent(bytes: bytes, range: 0..<bytes.count, fileOffset: 0)
      #expect(try DeltaDecoding.decode64(&content, count: count) == wide, "\(shape)")
      #expect(content.count == 0, "\(shape)")
      // No column of 32 bits is packed in more.
      if case .aligned(_, bits: 40) = shape { continue }
      let narrow: [Int32] = Self.values(count, &random)
      let bytes32 = narrow.withUnsafeBufferPointer { DeltaEncoding.encode($0, shape) }
      content = PageContent(bytes: bytes32, range: 0..<bytes32.count, fileOffset: 0)
      #expect(try DeltaDecoding.decode32(&content, count: count) == narrow, "\(shape)")
      #expect(content.count == 0, "\(shape)")
    }
  }

  @Test("groups of every kind of column come back, alone and put together")
  func groups() throws {
    let columns = sampleColumns(180_000, seed: 3)
    let cuts = [0..<1, 1..<130, 130..<140_000, 140_000..<180_000]
    let groups = try cuts.map { rows in
      try ParquetWriter.encodeGroup(columns.map { $0.rows(rows) }, .dense)
    }
    let encoded = try ParquetWriter.assemble(groups, createdBy: "amr test")
    let file = try ParquetFile(encoded.bytes)
    try expectEqual(file, columns)
    #expect(file.groupCount == cuts.count)
    for (number, rows) in cuts.enumerated() {
      try expectEqual(file.group(number), columns.map { $0.rows(rows) }, "group \(number)")
      #expect(file.group(number).rowCount == rows.count)
    }
    for column in columns {
      let name = column.field.name
      #expect(file.byteCount(of: name) == groups.reduce(0) { $0 + $1.byteCount(of: name) })
    }
    let quick = try ParquetWriter.encode(columns, createdBy: "amr test")
    #expect(encoded.bytes.count < quick.bytes.count)
    #expect(encoded.statistics == quick.statistics)
  }

  @Test("groups that do not belong together, or of too many rows, are refused")
  func refused() throws {
    let one = Column(Field("a", .int32), .int32([1]))
    let other = Column(Field("b", .int32), .int32([1]))
    let groups = try [one, other].map { try ParquetWriter.encodeGroup([$0], .dense) }
    #expect(throws: ParquetError.self) { try ParquetWriter.assemble(groups, createdBy: "") }
    #expect(throws: ParquetError.self) { try ParquetWriter.assemble([], createdBy: "") }
    let none = Column(Field("a", .int32), .int32([]))
    #expect(throws: ParquetError.self) { try ParquetWriter.encodeGroup([none], .dense) }
    let many = Column(
      Field("a", .int32), .int32([Int32](repeating: 0, count: EncodedGroup.rowsMax + 1)))
    #expect(throws: ParquetError.self) { try ParquetWriter.encodeGroup([many], .dense) }
  }
}

extension Column {
  /// Some rows of the column.
  func rows(_ rows: Range<Int>) -> Column {
    let data: ColumnData =
      switch data {
      case .int32(let values): .int32(Array(values[rows]))
      case .int64(let values): .int64(Array(values[rows]))
      case .dictionary(let codes, let values):
        .dictionary(codes: Array(codes[rows]), values: values)
      case .wideDictionary(let codes, let values):
        .wideDictionary(codes: Array(codes[rows]), values: values)
      case .text(let text): .text(TextColumn(rows.map { text[$0] }))
      }
    return Column(field, data, validity: validity.map { Array($0[rows]) })
  }
}
