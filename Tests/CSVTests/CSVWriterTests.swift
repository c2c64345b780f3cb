import TestSupport
import Foundation
import Testing

@testable import CSV

@Test func writesWholeNumbersOfEveryLength() {
  var values: [Int64] = [0, .max, .min, .min + 1]
  var power: Int64 = 1
  for _ in 0..<19 {
    values += [power - 1, power, power + 1, 1 - power, -power]
    if power < 1_000_000_000_000_000_000 { power *= 10 }
  }
  var random = SplitMix64(seed: 4)
  for _ in 0..<100_000 {
    values.append(Int64(bitPattern: random.next()) >> Int64(random.next() % 64))
  }
  var csv = CSVWriter()
  for value in values {
    csv.append(value)
    csv.append(value)
    csv.endRow()
  }
  let expected = values.map { "\($0),\($0)\r\n" }.joined()
  #expect(String(decoding: csv.take(), as: UTF8.self) == expected)
  #expect(csv.count == 0)
}

@Test func writesEveryGroupOfEightDigits() {
  // All four-digit numbers in both halves cover every lane of the parallel split.
  for value in 0..<10_000 {
    var csv = CSVWriter(capacity: 64)
    csv.append(value)
    csv.append(value * 10_000)
    csv.append(10_000_000_000_000_000 + value)
    let expected = "\(value),\(value * 10_000),\(10_000_000_000_000_000 + value)"
    #expect(String(decoding: csv.take(), as: UTF8.self) == expected)
  }
}

@Test func quotesOnlyWhereNeeded() {
  var csv = CSVWriter()
  for text in ["plain", "", "with space", "a,b", "say \"x\"", "two\r\nlines", "東京"] {
    csv.append(text)
  }
  csv.endRow()
  csv.appendEmpty()
  csv.endRow()
  csv.appendEmpty()
  csv.append(Array("bytes".utf8))
  csv.append(-1)
  csv.endRow()
  #expect(
    String(decoding: csv.take(), as: UTF8.self)
      == "plain,,with space,\"a,b\",\"say \"\"x\"\"\",\"two\r\nlines\",東京\r\n\"\"\r\n,bytes,-1\r\n")
}

@Test func growsBeyondItsFirstBuffer() {
  var csv = CSVWriter(capacity: 1)
  var expected = ""
  for row in 0..<2000 {
    let text = String(repeating: "\"", count: row % 97)
    csv.append(row)
    csv.append(text)
    csv.endRow()
    expected += "\(row),\(text.isEmpty ? "" : "\"\(text)\(text)\"")\r\n"
  }
  #expect(String(decoding: csv.take(), as: UTF8.self) == expected)
}

/// Random rows whose fields hold all that makes CSV hard.
private func randomRows(seed: UInt64) -> [[String]] {
  var random = SplitMix64(seed: seed)
  let pieces = ["a", "Zz", "0", ",", "\"", "\r\n", "\n", "\r", " ", "é", "東", "'", ";", "\t"]
  let width = Int(random.next() % 5) + 1
  let header = (0..<width).map { "column\($0)" }
  let body = (0..<200).map { _ in
    (0..<width).map { _ in
      (0..<random.next() % 6).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }
  }
  return [header] + body
}

private func written(_ rows: [[String]]) -> [UInt8] {
  var csv = CSVWriter(capacity: 64)
  for row in rows {
    row.forEach { csv.append($0) }
    csv.endRow()
  }
  return csv.take()
}

private func read(_ bytes: [UInt8]) throws -> [[String]] {
  var reader = try CSVReader(bytes, source: "witness.csv")
  let columns = reader.columnNames.compactMap { reader.optionalColumn($0) }
  var rows = [reader.columnNames]
  while try reader.nextRow() {
    rows.append(try columns.map { column throws(CSVError) in try reader.string(column) })
  }
  return rows
}

@Test(arguments: UInt64(1)...40)
func readsBackWhatItWrote(seed: UInt64) throws {
  let rows = randomRows(seed: seed)
  #expect(try read(written(rows)) == rows)
}

private enum Python {
  static let path = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
  /// A witness that must not be missing is not skipped.
  static let isWanted =
    path != nil || ProcessInfo.processInfo.environment["AMR_REQUIRE_WITNESSES"] == "1"

  /// Reads CSV with Python's csv module, writes it again with Python's own quoting.
  static func rewrite(_ bytes: [UInt8]) throws -> [UInt8] {
    let script = """
      import csv, io, sys
      text = io.TextIOWrapper(sys.stdin.buffer, 'utf-8', newline='')
      rows = list(csv.reader(text, strict=True))
      out = io.TextIOWrapper(sys.stdout.buffer, 'utf-8', newline='')
      csv.writer(out).writerows(rows)
      """
    let python = Process()
    python.executableURL = URL(fileURLWithPath: try #require(path, "python3 is not installed"))
    python.arguments = ["-c", script]
    let input = Pipe()
    let output = Pipe()
    python.standardInput = input
    python.standardOutput = output
    try python.run()
    // The witness reads all its input before it writes, so that neither side waits for the other.
    input.fileHandleForWriting.write(Data(bytes))
    input.fileHandleForWriting.closeFile()
    let rewritten = output.fileHandleForReading.readDataToEndOfFile()
    python.waitUntilExit()
    try #require(python.terminationStatus == 0)
    return Array(rewritten)
  }
}

@Test("Python's csv module reads and writes the same bytes", .enabled(if: Python.isWanted))
func agreesWithPython() throws {
  for seed in UInt64(100)...105 {
    let rows = randomRows(seed: seed)
    let bytes = written(rows)
    let witness = try Python.rewrite(bytes)
    #expect(witness == bytes, "seed \(seed)")
    #expect(try read(witness) == rows, "seed \(seed)")
  }
}
