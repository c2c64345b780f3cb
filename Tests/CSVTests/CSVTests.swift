import TestSupport
import Testing

@testable import CSV

private func rows(_ text: String) throws -> [[String]] {
  var reader = try CSVReader(Array(text.utf8), source: "t.csv")
  let columns = try reader.columnNames.map { name throws(CSVError) in try reader.column(name) }
  var rows: [[String]] = [reader.columnNames]
  while try reader.nextRow() {
    rows.append(try columns.map { column throws(CSVError) in try reader.string(column) })
  }
  return rows
}

private func message(_ text: String) -> String {
  do {
    _ = try rows(text)
    return "accepted"
  } catch {
    return "\(error)"
  }
}

@Test func readsEveryFormOfFieldAndLineEnd() throws {
  #expect(try rows("a,b\n1,2\n3,4") == [["a", "b"], ["1", "2"], ["3", "4"]])
  #expect(try rows("\u{FEFF}a,b\r\n,\r\n") == [["a", "b"], ["", ""]])
  #expect(
    try rows("a,b\n\"x,\"\"y\"\"\",\"1\r\n2\n3\r4\"\n") == [
      ["a", "b"], ["x,\"y\"", "1\r\n2\n3\r4"],
    ])
  #expect(try rows("a\n\"\"\n\"\"\"\"\n") == [["a"], [""], ["\""]])
  #expect(try rows("\n\r\na,b\n\n1,2\r\n\r\n\n") == [["a", "b"], ["1", "2"]], "empty lines")
  #expect(try rows("näme,b\n東京,\u{0}\n") == [["näme", "b"], ["東京", "\u{0}"]])
}

@Test(arguments: [
  ("", "t.csv:1: the file is empty; expected a row of column names"),
  ("\n\n", "t.csv:1: the file is empty; expected a row of column names"),
  ("a,b,a\n", "t.csv:1: the header names column 'a' twice; rename or remove one of them"),
  ("a,b\n1,2\n3\n", "t.csv:3: the row has 1 field; expected 2 as in the header"),
  ("a,b\n1,\"\n\n\"\n1,2,3\n", "t.csv:5: the row has 3 fields; expected 2 as in the header"),
  (
    "a,b\n1,\"2\n",
    "t.csv:2: a quoted field is never closed; expected a second '\"' before the end of the file"
  ),
  (
    "a,b\n\"1\"x,2\n",
    "t.csv:2: text follows a closing quote; expected a comma or the end of the line"
  ),
  (
    "a,b\n1\",2\n",
    "t.csv:2: a quote stands inside an unquoted field; quote the whole field and double the quote"
  ),
  (
    "a,b\r1,2\r",
    "t.csv:1: a carriage return stands alone; end lines with LF or CRLF, or quote the field"
  ),
])
func refusesMalformedFiles(text: String, expected: String) {
  #expect(message(text) == expected)
}

@Test func refusesTextThatIsNotUTF8() throws {
  var reader = try CSVReader(Array("a,b\n1,".utf8) + [0xFF], source: "t.csv")
  _ = try reader.nextRow()
  let column = try reader.column("b")
  #expect(
    throws: CSVError(
      source: "t.csv", line: 2, message: "field 2 is not UTF-8 text; save the file as UTF-8")
  ) {
    try reader.string(column)
  }
}

/// A reader standing on the one row of a one-column file.
private func reader(on field: String) throws -> (CSVReader, CSVColumn) {
  var reader = try CSVReader(Array("v,w\n\(field),\n".utf8), source: "t.csv")
  #expect(try reader.nextRow())
  return (reader, try reader.column("v"))
}

@Test func takesWholeNumbersWithinTheirRange() throws {
  for (text, value) in [
    ("0", 0), ("-5", -5), ("+7", 7), ("007", 7), ("9223372036854775807", Int.max),
    ("-9223372036854775808", Int.min),
  ] {
    let (reader, column) = try reader(on: text)
    #expect(try reader.int(column, in: .min ... .max) == value)
  }
  for text in ["", "-", "1.0", "1e3", "9223372036854775808", "-9223372036854775809", " 1", "٣"] {
    let (reader, column) = try reader(on: text)
    #expect(throws: CSVError.self, "\(text)") { try reader.int(column, in: .min ... .max) }
  }
  let (reader, column) = try reader(on: "11")
  let expected = "t.csv:2: v: found '11'; expected a whole number from 1 to 10"
  let error = #expect(throws: CSVError.self) { try reader.int(column, in: 1...10) }
  #expect(error?.description == expected)
}

@Test func takesDecimalNumbersAsTheStandardLibraryDoes() throws {
  for text in [
    "0", "-0.0", "40.43589", "-79.98483", ".5", "5.", "1e-3", "123456789012345",
    "0.123456789012345", "1234567890123456789", "0.1234567890123456789", "2.5E+7", "+1.25",
  ] {
    let (reader, column) = try reader(on: text)
    #expect(try reader.double(column, in: -1e30...1e30) == Double(text), "\(text)")
  }
  for text in ["", ".", "-", "nan", "inf", "0x1p3", "1e999", "1.2.3", "--1", "1,5", "1 "] {
    let (reader, column) = try reader(on: "\"\(text)\"")
    #expect(throws: CSVError.self, "\(text)") { try reader.double(column, in: -1e300...1e300) }
  }
  let (reader, column) = try reader(on: "91")
  let error = #expect(throws: CSVError.self) { try reader.double(column, in: -90...90.5) }
  #expect(error?.description == "t.csv:2: v: found '91'; expected a number from -90 to 90.5")
}

@Test func roundsRandomDecimalsCorrectly() throws {
  var random = SplitMix64(seed: 20260)
  for _ in 0..<20_000 {
    let whole = random.next() % 1000
    let digits = String(random.next() % 1_000_000_000_000).prefix(Int(random.next() % 13))
    let text = "\(random.next() % 2 == 0 ? "-" : "")\(whole).\(digits)"
    let (reader, column) = try reader(on: text)
    #expect(try reader.double(column, in: -1000...1000) == Double(text + "0"), "\(text)")
  }
}

@Test func namesMissingColumnsAndEmptyFields() throws {
  var reader = try CSVReader(Array("a,b\n,maybe\n".utf8), source: "t.csv")
  _ = try reader.nextRow()
  #expect(reader.optionalColumn("c") == nil)
  let missing = #expect(throws: CSVError.self) { try reader.column("c") }
  #expect(missing?.description == "t.csv:1: column 'c' is missing; found a, b")
  let a = try reader.column("a")
  #expect(reader.isEmpty(a))
  let empty = #expect(throws: CSVError.self) { try reader.int(a, in: 0...1) }
  #expect(
    empty?.description == "t.csv:2: a: the field is empty; expected a whole number from 0 to 1")
  let b = try reader.column("b")
  #expect(
    reader.refused(b, expected: "yes or no").description
      == "t.csv:2: b: found 'maybe'; expected yes or no")
}

@Test func neverTrapsOnRandomBytes() {
  let alphabet = Array("a1,,\"\"\r\n\n\u{FEFF}é".utf8)
  var random = SplitMix64(seed: 77)
  var accepted = 0
  for _ in 0..<20_000 {
    let length = Int(random.next() % 24)
    let bytes = (0..<length).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
    do {
      var reader = try CSVReader(bytes, source: "fuzz")
      while try reader.nextRow() { accepted += 1 }
    } catch {
      #expect(error.line >= 1)
    }
  }
  #expect(accepted > 100)
}
