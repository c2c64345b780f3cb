import TestSupport
import Testing

@testable import CSV

@Test func findsFieldsOfEveryLengthAmongBytesThatMeanNothing() throws {
  var random = SplitMix64(seed: 64)
  let characters: [Character] = ["a", " ", "!", "+", "-", "\u{0}", "\t", "é", "東", "9"]
  for _ in 0..<2000 {
    let row = (0..<3).map { _ in
      String((0..<random.next() % 90).map { _ in characters.randomElement(using: &random)! })
    }
    var reader = try CSVReader(
      Array("x,y,z\n\(row.joined(separator: ","))\n1,2,3".utf8), source: "t.csv")
    let columns = try ["x", "y", "z"].map { name throws(CSVError) in try reader.column(name) }
    for expected in [row, ["1", "2", "3"]] {
      #expect(try reader.nextRow())
      #expect(columns.map { reader.validText($0) } == expected)
    }
    #expect(try !reader.nextRow())
  }
}

@Test func takesShortTextsAsTheStandardLibraryDoes() throws {
  for count in 0...20 {
    for place in 0...count {
      for byte: UInt8 in [0x41, 0x7F, 0x80, 0xFF] {
        var text = [UInt8](repeating: 0x61, count: count)
        if place < count { text[place] = byte }
        var reader = try CSVReader(Array("v,w\n".utf8) + text + Array(",\n".utf8), source: "t.csv")
        #expect(try reader.nextRow())
        #expect(
          reader.validText(try reader.column("v")) == String(validating: text, as: UTF8.self))
      }
    }
  }
}

@Test func takesShortNumbersAsTheStandardLibraryDoes() throws {
  var random = SplitMix64(seed: 8)
  let digits: [Character] = Array("0123456789") + Array("0123456789") + ["/", ":", "+", "-", "@"]
  var taken = 0
  for _ in 0..<50_000 {
    let text = String((0...random.next() % 10).map { _ in digits.randomElement(using: &random)! })
    var reader = try CSVReader(Array("wide,v\nwide,\(text)\n".utf8), source: "t.csv")
    #expect(try reader.nextRow())
    let value = reader.validInt(try reader.column("v"), in: .min ... .max)
    #expect(value == Int(text), "\(text)")
    if value != nil { taken += 1 }
  }
  #expect(taken > 1000)
}
