import TestSupport
import Testing

@testable import Columnar

@Test(
  "a page of text is that of lengths and bytes written and compared one by one",
  arguments: 1...200 as ClosedRange<UInt64>)
func pageOfTextIsThatOfBytes(seed: UInt64) {
  var random = SplitMix64(seed: seed)
  let pieces = ["a", "b", "\u{0}", "long common beginning ", "é", ""]
  let strings = (0..<40).map { _ in
    (0..<random.next() % 6).map { _ in pieces.randomElement(using: &random)! }.joined()
  }
  let validity = seed % 2 == 0 ? nil : strings.map { _ in random.next() % 3 > 0 }
  var text = TextColumn(strings.prefix(7))
  text.append(count: 33) { strings[7 + $0] }
  #expect(text == TextColumn(strings))
  let rows = 3..<38
  let page = TextPage(text, rows, validity: validity)
  let present = rows.filter { validity?[$0] ?? true }
  let lengths = present.map { Int32(strings[$0].utf8.count) }
  #expect(
    page.values == lengths.withUnsafeBufferPointer { DeltaEncoding.encode($0, .narrow) }
      + present.flatMap { strings[$0].utf8 })
  #expect(page.nullCount == rows.count - present.count)
  let sorted = present.map { strings[$0] }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  #expect(page.extremes.map { strings[$0.least] } == sorted.first)
  #expect(page.extremes.map { strings[$0.greatest] } == sorted.last)
}

@Test(
  "text of any length comes back over the borders of pages, and rows without text hold none",
  arguments: [20_479, 20_480, 20_481, 61_440, 61_443])
func textOverPages(rowCount: Int) throws {
  var random = SplitMix64(seed: UInt64(rowCount))
  let pieces = [
    "M", "0123456789", "Äpfel", "東京", "\u{0}", "🧮", String(repeating: "long ", count: 60),
  ]
  let strings = (0..<rowCount).map { row in
    // A page of nothing but empty texts, and one of equal lengths.
    switch row / 20_480 {
    case 1: ""
    case 2: "id \(100_000 + row)"
    default: (0..<random.next() % 4).map { _ in pieces.randomElement(using: &random)! }.joined()
    }
  }
  let text = TextColumn(strings)
  let some = strings.map { _ in random.next() % 3 > 0 }
  // Pages without any value, and with a value in their last row only.
  let few = strings.indices.map { $0 % 20_480 == 20_479 && $0 > 20_480 }
  let columns = [
    Column(Field("all", .string), .text(text)),
    Column(Field("none_lacks", .string, isNullable: true), .text(text)),
    Column(Field("some", .string, isNullable: true), .text(text), validity: some),
    Column(Field("few", .string, isNullable: true), .text(text), validity: few),
    Column(
      Field("none", .string, isNullable: true), .text(text), validity: some.map { _ in false }),
  ]
  let encoded = try ParquetWriter.encode(columns, createdBy: "amr test")
  try expectEqual(try ParquetFile(encoded.bytes), columns, "\(rowCount) rows")
  for (column, statistics) in zip(columns, encoded.statistics) {
    #expect(statistics.nullCount == (column.validity ?? []).count { !$0 })
  }
}

@Suite("Pages of text")
struct TextPageReadingTests {
  private static func page(_ lengths: [Int32], _ bytes: String) -> [UInt8] {
    lengths.withUnsafeBufferPointer { DeltaEncoding.encode($0, .narrow) } + bytes.utf8
  }

  private static func append(
    _ page: [UInt8], _ encoding: Encoding, rows: Int, present: [Int32]?,
    to collector: inout ColumnCollector
  ) throws(ParquetError) {
    var content = PageContent(bytes: page, range: 0..<page.count, fileOffset: 100)
    try collector.append(&content, encoding, rows: rows, present: present)
  }

  @Test("codes, plain text and text behind its lengths may follow each other in a column")
  func mixed() throws {
    let field = Field("note", .string, isNullable: true)
    var plain: [UInt8] = []
    for text in ["plain", ""] { plain.appendPlain(text.utf8) }
    // One bit for each code: 0, 1, 1.
    let codes: [UInt8] = [1, 3, 0b110]
    let text = Self.page([3, 0, 4], "ab\u{0}last")
    let pages: [(page: [UInt8], encoding: Encoding, present: [Int32]?, texts: [String?])] = [
      (codes, .runLengthDictionary, [1, 0, 1, 1], ["x", nil, "yy", "yy"]),
      (text, .deltaLengthByteArray, [0, 1, 1, 0, 1, 0], [nil, "ab\u{0}", "", nil, "last", nil]),
      (plain, .plain, [1, 0, 1], ["plain", nil, ""]),
      (text, .deltaLengthByteArray, nil, ["ab\u{0}", "", "last"]),
      (Self.page([], ""), .deltaLengthByteArray, [0, 0], [nil, nil]),
    ]
    for order in [[0, 1, 2, 3, 4], [1, 0, 4, 2, 3], [3, 1, 2, 0, 4], [4, 3, 0], [0, 0, 4]] {
      var collector = ColumnCollector(field)
      collector.beginChunk(rowCount: 100)
      collector.use(["x", "yy"])
      for index in order {
        let page = pages[index]
        try Self.append(
          page.page, page.encoding, rows: page.texts.count, present: page.present, to: &collector)
      }
      let texts = order.flatMap { pages[$0].texts }
      #expect(
        collector.column()
          == Column(
            field, .text(TextColumn(texts.map { $0 ?? "" })), validity: texts.map { $0 != nil }),
        "\(order)")
    }
  }

  @Test(
    "lengths that do not fit the page are refused",
    arguments: [
      ([2, -1, 1], "ab", "a text of -1 bytes"),
      ([Int32.min, 5], "hello", "a text of -2147483648 bytes"),
      ([2, 3], "four", "the page ends 1 bytes too soon"),
      ([2, 1], "four", "1 bytes too many in a page"),
      ([.max, .max, .max], "", "the page ends 6442450941 bytes too soon"),
      ([0], "", nil), ([4], "four", nil),
    ] as [([Int32], String, String?)])
  func refusals(lengths: [Int32], bytes: String, reason: String?) {
    var collector = ColumnCollector(Field("note", .string))
    collector.beginChunk(rowCount: lengths.count)
    let page = Self.page(lengths, bytes)
    let result = Result { () throws(ParquetError) in
      try Self.append(
        page, .deltaLengthByteArray, rows: lengths.count, present: nil, to: &collector)
    }
    switch result {
    case .success: #expect(reason == nil)
    case .failure(let error): #expect(error == ParquetError(at: 100, reason ?? "no refusal"))
    }
  }

  @Test("lengths of another number than the page's values are refused")
  func wrongCount() {
    for count in [1, 3] {
      var collector = ColumnCollector(Field("note", .string))
      collector.beginChunk(rowCount: 3)
      let error = #expect(throws: ParquetError.self) {
        try Self.append(
          Self.page([1, 1], "ab"), .deltaLengthByteArray, rows: count, present: nil, to: &collector)
      }
      #expect(error?.reason == "2 delta-encoded values where \(count) are expected")
    }
  }
}
