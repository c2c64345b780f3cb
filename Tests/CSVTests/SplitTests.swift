import TestSupport
import Testing

@testable import CSV

/// Rows with their lines, and the error that ends them.
private func rows(_ reader: CSVReader) -> [String] {
  var reader = reader
  var rows: [String] = []
  do {
    while try reader.nextRow() {
      let fields = reader.columnNames.map { name in
        reader.optionalColumn(name).flatMap { reader.validText($0) } ?? "?"
      }
      rows.append("\(reader.line): \(fields)")
    }
  } catch {
    rows.append("\(error)")
  }
  return rows
}

@Test(
  "parts of a file give the rows, lines and first error of the whole",
  arguments: 1...300 as ClosedRange<UInt64>)
func partsAreTheWhole(seed: UInt64) throws {
  var random = SplitMix64(seed: seed)
  let pieces = ["1,2\n", "a,b\r\n", "\n", "\r\n", "long long long long,x\n", ",\n", "é,\n"]
  let rare = ["1,2,3\n", "x\r,y\n", "\"q,\n\",2\n", "1,\"2\n"]
  var text = "v,w\n"
  for _ in 0..<Int.random(in: 0...80, using: &random) {
    text += pieces.randomElement(using: &random)!
    if Int.random(in: 0..<200, using: &random) == 0 { text += rare.randomElement(using: &random)! }
  }
  if Bool.random(using: &random) { text += "9,9" }
  let reader = try CSVReader(Array(text.utf8), source: "t.csv")
  let whole = rows(reader)
  for count in [0, 1, 2, 3, 7, 50] {
    let parts = reader.split(into: count)
    #expect(parts.count <= max(count, 1), "seed \(seed)")
    if text.contains("\"") { #expect(parts.count == 1, "seed \(seed)") }
    var joined: [String] = []
    for (part, rowsMax) in parts {
      let own = rows(part)
      #expect(own.count { !$0.hasPrefix("t.csv") } <= rowsMax, "seed \(seed)")
      joined += own
      if own.last?.hasPrefix("t.csv") == true { break }
    }
    #expect(joined == whole, "seed \(seed), \(count) parts")
  }
}
