import TestSupport
import Testing

@testable import Columnar

@Test(
  "the page of plain text is that of bytes written and compared one by one",
  arguments: 1...200 as ClosedRange<UInt64>)
func plainTextIsThatOfBytes(seed: UInt64) {
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
  let plain = PlainText(text, rows, validity: validity)
  let present = rows.filter { validity?[$0] ?? true }
  var expected: [UInt8] = []
  for row in present { expected.appendPlain(strings[row].utf8) }
  #expect(plain.values == expected)
  #expect(plain.nullCount == rows.count - present.count)
  let sorted = present.map { strings[$0] }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  #expect(plain.extremes.map { strings[$0.least] } == sorted.first)
  #expect(plain.extremes.map { strings[$0.greatest] } == sorted.last)
}
