import Columnar
import DurableFiles
import TestSupport
import Testing

/// The column as the reader gives it: rows without a value hold 0 or "", and strings without any
/// row are an empty dictionary.
func normalised(_ column: Column) -> Column {
  if column.data.count == 0 && column.field.type == .string {
    return Column(column.field, .dictionary(codes: [], values: []))
  }
  guard let validity = column.validity else { return column }
  var result = column
  switch column.data {
  case .int32(let values): result.data = .int32(zip(values, validity).map { $1 ? $0 : 0 })
  case .int64(let values): result.data = .int64(zip(values, validity).map { $1 ? $0 : 0 })
  case .text(let text):
    result.data = .text(TextColumn(validity.indices.map { validity[$0] ? text[$0] : "" }))
  case .dictionary, .wideDictionary: break
  }
  if !validity.contains(false) { result.validity = nil }
  return result
}

func expectEqual(_ file: ParquetFile, _ columns: [Column], _ comment: Comment? = nil) throws {
  #expect(file.fields == columns.map(\.field), comment)
  for column in columns {
    #expect(try file.read(column.field.name) == normalised(column), comment)
  }
}

@Suite("Reading what was written")
struct RoundTripTests {
  @Test(
    "every kind of column comes back",
    arguments: [0, 1, 2, 31, 32, 33, 127, 128, 129, 130, 257, 1000, 20_481])
  func roundTrip(rowCount: Int) throws {
    let columns = sampleColumns(rowCount, seed: UInt64(rowCount))
    let encoded = try ParquetWriter.encode(columns, createdBy: "amr test")
    let file = try ParquetFile(encoded.bytes)
    #expect(file.rowCount == rowCount)
    #expect(file.createdBy == "amr test")
    try expectEqual(file, columns, "seed \(rowCount)")
    #expect(try ParquetWriter.encode(columns, createdBy: "amr test").bytes == encoded.bytes)
  }

  @Test("integers of every width come back", arguments: 0...64)
  func widths(width: Int) throws {
    var generator = SplitMix64(seed: UInt64(width))
    let mask = width == 64 ? UInt64.max : (1 << UInt64(width)) - 1
    let wide = (0..<200).map { _ in
      Int64(bitPattern: UInt64.random(in: 0...UInt64.max, using: &generator) & mask)
    }
    let narrow = wide.map { Int32(truncatingIfNeeded: $0) }
    let columns = [
      Column(Field("wide", .int64), .int64(wide)), Column(Field("narrow", .int32), .int32(narrow)),
    ]
    let encoded = try ParquetWriter.encode(columns, createdBy: "")
    try expectEqual(try ParquetFile(encoded.bytes), columns, "seed \(width)")
    #expect(
      encoded.statistics[0].bounds
        == Bounds(min: .integer(wide.min()!), max: .integer(wide.max()!)))
  }

  @Test("dictionaries of several row groups become one")
  func groups() throws {
    let rowCount = 1_048_576 + 3
    let columns = [
      Column(
        Field("site", .string, isNullable: true),
        .wideDictionary(
          codes: (0..<rowCount).map { Int32($0 % 301) - 1 }, values: (0..<300).map { "s\($0)" }))
    ]
    let encoded = try ParquetWriter.encode(columns, createdBy: "")
    try expectEqual(try ParquetFile(encoded.bytes), columns)
  }

  @Test("text bounds are by bytes, and left out when long")
  func textBounds() throws {
    let long = String(repeating: "x", count: 65)
    for (strings, bounds) in [
      (["ä", "z", "a"], Bounds(min: .string("a"), max: .string("ä"))), (["a", long], nil),
    ] {
      let column = Column(Field("note", .string), .text(TextColumn(strings)))
      let encoded = try ParquetWriter.encode([column], createdBy: "")
      #expect(encoded.statistics[0].bounds == bounds)
      try expectEqual(try ParquetFile(encoded.bytes), [column])
    }
  }

  @Test("columns that contradict themselves are refused by name")
  func refusals() {
    let one = Column(Field("a", .int32), .int32([1]))
    let wrong: [[Column]] = [
      [], [one, one], [Column(Field("", .int32), .int32([1]))],
      [one, Column(Field("b", .int32), .int32([1, 2]))],
      [Column(Field("b", .date), .int64([1]))],
      [Column(Field("b", .int32), .int32([1]), validity: [false])],
      [Column(Field("b", .int32, isNullable: true), .int32([1]), validity: [])],
      [Column(Field("b", .string), .dictionary(codes: [1], values: ["x"]))],
      [Column(Field("b", .string), .dictionary(codes: [255], values: ["x"]))],
      [Column(Field("b", .string), .wideDictionary(codes: [-2], values: ["x"]))],
      [
        Column(
          Field("b", .string, isNullable: true), .dictionary(codes: [0], values: ["x"]),
          validity: [true])
      ],
    ]
    for columns in wrong {
      let error = #expect(throws: ParquetError.self) {
        try ParquetWriter.encode(columns, createdBy: "")
      }
      #expect(error?.offset == nil)
    }
  }
}

@Suite("Damaged and hostile files")
struct DamageTests {
  private func small() throws -> (columns: [Column], bytes: [UInt8]) {
    // Without the one large dictionary, so that every bit can be tried in seconds.
    let columns = sampleColumns(24, seed: 3).filter { $0.field.name != "site" }
    return (columns.map(normalised), try ParquetWriter.encode(columns, createdBy: "amr").bytes)
  }

  /// Whether the bytes read as the columns written (the name of the writer aside), or are refused.
  private func isSound(_ bytes: [UInt8], _ columns: [Column]) -> Bool {
    do throws(ParquetError) {
      let file = try ParquetFile(bytes)

      for field in file.fields {
        let read = try file.read(field.name)
        guard let written = columns.first(where: { $0.field == field }),
          read == written
        else { return false }
      }
      return file.fields.count == columns.count
    } catch {
      return true
    }
  }

  @Test("any bit flipped: the same data or an error")
  func bitFlips() throws {
    let (columns, bytes) = try small()
    #expect(isSound(bytes, columns))
    for index in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << UInt8(bit)
        let sound = isSound(damaged, columns)
        #expect(sound, "bit \(bit) of byte \(index)")
      }
    }
  }

  @Test("cut anywhere: an error")
  func truncation() throws {
    let (_, bytes) = try small()
    for count in 0..<bytes.count {
      #expect(throws: ParquetError.self) { try ParquetFile(Array(bytes[..<count])) }
    }
  }

  @Test("random damage without checksums never traps", arguments: 1...300 as ClosedRange<UInt64>)
  func noise(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    var (_, bytes) = try small()
    for _ in 0..<Int.random(in: 1...20, using: &generator) {
      bytes[Int.random(in: 4..<bytes.count - 4, using: &generator)] =
        UInt8.random(in: 0...255, using: &generator)
    }
    guard let file = try? ParquetFile(bytes) else { return }
    for field in file.fields {
      let column = try? file.read(field.name)
      #expect(column == nil || column?.data.count == file.rowCount, "seed \(seed)")
    }
  }

  @Test("errors say where and what")
  func messages() throws {
    let (_, bytes) = try small()
    let torn = #expect(throws: ParquetError.self) { try ParquetFile([1, 2, 3]) }
    #expect("\(try #require(torn))".hasPrefix("byte 0: not a whole Parquet file"))
    let file = try ParquetFile(bytes)
    let absent = #expect(throws: ParquetError.self) { try file.read("absent") }
    #expect("\(try #require(absent))".hasPrefix("no column absent; there are id, register"))
    var damaged = bytes
    damaged[36] ^= 1
    let page = #expect(throws: ParquetError.self) { try ParquetFile(damaged).read("id") }
    #expect(page?.reason == "the page's checksum does not fit; it is damaged")
    #expect(page?.offset == 32)
  }
}
