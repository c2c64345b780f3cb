import TestSupport
import Testing

@testable import Columnar

/// Files and pages made to break the reader: it must refuse them, or read something, but not trap
/// and not allocate without bound.
@Suite("Hostile files")
struct HostileFileTests {
  private static func small() throws -> [UInt8] {
    let columns = sampleColumns(12, seed: 9).filter { $0.field.name != "site" }
    return try ParquetWriter.encode(columns, createdBy: "a").bytes
  }

  /// Reads all there is; whatever is not refused has the rows that it says.
  private static func read(_ bytes: [UInt8], _ comment: Comment) {
    guard let file = try? ParquetFile(bytes) else { return }
    for field in file.fields {
      guard let column = try? file.read(field.name) else { continue }
      #expect(column.data.count == file.rowCount, comment)
      _ = column.statistics
    }
  }

  @Test("every byte replaced by what lengths and headers dislike most")
  func everyByte() throws {
    let bytes = try Self.small()
    for index in bytes.indices {
      for value in [0, 0x7F, 0x80, 0xFF, bytes[index] &+ 1, bytes[index] &- 1] as [UInt8] {
        var damaged = bytes
        damaged[index] = value
        Self.read(damaged, "byte \(index) as \(value)")
      }
    }
  }

  @Test("pieces overwritten, repeated and left out", arguments: 1...8 as ClosedRange<UInt64>)
  func pieces(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let bytes = try Self.small()
    for number in 0..<400 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let start = Int.random(in: 0..<damaged.count, using: &random)
        let piece = start..<min(start + Int.random(in: 1...16, using: &random), damaged.count)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: for place in piece { damaged[place] = .random(in: 0...255, using: &random) }
        case 1: damaged.insert(contentsOf: damaged[piece], at: start)
        default: damaged.removeSubrange(piece)
        }
        if damaged.isEmpty { damaged = [0] }
      }
      Self.read(damaged, "seed \(seed), \(number)")
    }
  }

  @Test(
    "pages whose checksum fits: every encoding of every type",
    arguments: [
      Field("a", .int32, isNullable: true), Field("b", .int64), Field("c", .string),
      Field("d", .string, isNullable: true), Field("e", .date), Field("f", .timestampMicros),
    ])
  func pages(field: Field) {
    let encodings: [Encoding] = [
      .plain, .runLength, .deltaBinaryPacked, .deltaLengthByteArray, .runLengthDictionary,
    ]
    var random = SplitMix64(seed: 77)
    for number in 0..<6000 {
      var collector = ColumnCollector(field)
      collector.beginChunk(rowCount: 20_480)
      switch field.type.physical {
      case .int32: collector.use([1, 2, 3] as [Int32])
      case .int64: collector.use([1, 2, 3] as [Int64])
      case .byteArray: collector.use(["x", "y"])
      }
      let rows = [1, 2, 31, 32, 33, 200, 20_480].randomElement(using: &random)!
      let bytes = Self.page(&random)
      let present = field.isNullable ? (0..<rows).map { Int32($0 % 2) } : nil
      for encoding in encodings {
        var copy = collector
        var content = PageContent(bytes: bytes, range: 0..<bytes.count, fileOffset: 0)
        guard (try? copy.append(&content, encoding, rows: rows, present: present)) != nil else {
          continue
        }
        #expect(copy.column().data.count == rows, "page \(number), \(encoding)")
      }
    }
  }

  @Test("lengths of texts made to break sums", arguments: 1...8 as ClosedRange<UInt64>)
  func lengths(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let likely: [Int32] = [0, 0, 1, 2, 3, 7, -1, .min, .max, .max - 1, 1 << 30]
    for number in 0..<2000 {
      // Mostly such as could be.
      let choices = number % 4 == 0 ? likely[...] : likely[..<6]
      let lengths = (0..<Int.random(in: 0..<300, using: &random)).map { _ in
        choices.randomElement(using: &random)!
      }
      let sum = lengths.reduce(0) { $0 + Int($1) }
      let size = max(min(sum, 5000) + [0, 0, 0, -1, 1].randomElement(using: &random)!, 0)
      let bytes =
        lengths.withUnsafeBufferPointer { DeltaEncoding.encode($0, .narrow) }
        + (0..<size).map { _ in .random(in: 0...255, using: &random) }
      var collector = ColumnCollector(Field("a", .string))
      collector.beginChunk(rowCount: lengths.count)
      var content = PageContent(bytes: bytes, range: 0..<bytes.count, fileOffset: 0)
      let isRead =
        (try? collector.append(
          &content, .deltaLengthByteArray, rows: lengths.count, present: nil)) != nil
      #expect(isRead == (lengths.allSatisfy { $0 >= 0 } && sum == size), "\(seed), \(number)")
      guard isRead, case .text(let text) = collector.column().data else { continue }
      #expect(text.count == lengths.count)
      for row in lengths.indices { _ = text[row] }
    }
  }

  /// Bytes that look like a delta header, a run or a length more often than chance would have them.
  private static func page(_ random: inout SplitMix64) -> [UInt8] {
    let beginnings: [[UInt8]] = [
      [0x80, 0x01, 4], [0x80, 0x01, 1], [2, 3], [31, 0xFF], [1, 2], [4, 0, 0, 0], [], [0xFF, 0xFF],
      [0x80, 0x01, 4, 31], [0x80, 0x01, 4, 0xC8, 0x01, 0], [0xFF, 0xFF, 0xFF, 0x7F],
    ]
    let likely: [UInt8] = [0, 1, 2, 3, 32, 33, 64, 65, 127, 128, 255]
    return beginnings.randomElement(using: &random)!
      + (0..<Int.random(in: 0..<90, using: &random)).map { _ in
        Bool.random(using: &random)
          ? likely.randomElement(using: &random)! : .random(in: 0...255, using: &random)
      }
  }
}
