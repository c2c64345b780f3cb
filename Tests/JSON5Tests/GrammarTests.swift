import Testing

@testable import JSON5

@Suite struct GrammarTests {
  /// The example that opens the specification.
  @Test func kitchenSink() throws {
    let value = try parse(
      #"""
      {
        // comments
        unquoted: 'and you can quote me on that',
        singleQuotes: 'I can use "double quotes" here',
        lineBreaks: "Look, Mom! \
      No \\n's!",
        hexadecimal: 0xdecaf,
        leadingDecimalPoint: .8675309, andTrailing: 8675309.,
        positiveSign: +1,
        trailingComma: 'in objects', andIn: ['arrays',],
        "backwardsCompatible": "with JSON",
      }
      """#)
    #expect(value["unquoted"]?.string == "and you can quote me on that")
    #expect(value["singleQuotes"]?.string == #"I can use "double quotes" here"#)
    #expect(value["lineBreaks"]?.string == #"Look, Mom! No \n's!"#)
    #expect(value["hexadecimal"]?.integer == 0xdecaf)
    #expect(value["leadingDecimalPoint"]?.double == 0.8675309)
    #expect(value["andTrailing"]?.kind == .number(8_675_309))
    #expect(value["positiveSign"]?.integer == 1)
    #expect(value["trailingComma"]?.string == "in objects")
    #expect(value["andIn"]?.array?.map(\.string) == ["arrays"])
    #expect(value["backwardsCompatible"]?.string == "with JSON")
    #expect(value.object?.count == 10)
    #expect(value["absent"] == nil)
  }

  @Test(
    arguments: [
      ("null", .null), ("true", .bool(true)), ("false", .bool(false)),
      ("0", .integer(0)), ("-0", .integer(0)), ("+7", .integer(7)), ("-12", .integer(-12)),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("0xDECAF", .integer(912_559)), ("-0xC0FFEE", .integer(-12_648_430)),
      ("0X7fffffffffffffff", .integer(.max)), ("-0x8000000000000000", .integer(.min)),
      ("0x0000000000000000001", .integer(1)),
      ("123.456", .number(123.456)), (".456", .number(0.456)), ("-.5", .number(-0.5)),
      ("123.", .number(123)), ("0.", .number(0)), ("5.e3", .number(5000)), ("1E+2", .number(100)),
      ("123e-456", .number(0)), ("-0.0", .number(-0.0)), ("1e22", .number(1e22)),
      ("1e23", .number(1e23)), ("9007199254740993.0", .number(9_007_199_254_740_992)),
      ("5e-324", .number(.leastNonzeroMagnitude)),
      ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
      ("2.2250738585072011e-308", .number(.leastNormalMagnitude.nextDown)),
      ("Infinity", .number(.infinity)), ("-Infinity", .number(-.infinity)),
      ("+Infinity", .number(.infinity)),
      ("''", .string("")), (#""""#, .string("")), (#"'"'"#, .string("\"")),
      ("[]", .array([])), ("{}", .object([])), ("[ /* none */ ]", .array([])),
    ] as [(String, JSON5Value.Kind)])
  func scalar(text: String, kind: JSON5Value.Kind) throws {
    #expect(try parse(text).kind == kind)
  }

  @Test(arguments: ["NaN", "+NaN", "-NaN"])
  func notANumber(text: String) throws {
    #expect(try #require(parse(text).double).isNaN)
  }

  @Test func zeroesLongerThanAnyDouble() throws {
    let zeroes = String(repeating: "0", count: 5000)
    #expect(try parse("0.\(zeroes)1e5001").double == 1)
    #expect(try parse("1\(zeroes)e-5000").double == 1)
  }

  @Test(
    arguments: [
      (#"'\b\f\n\r\t\v\0\'\"\\\/'"#, "\u{8}\u{C}\n\r\t\u{B}\0'\"\\/"),
      (#"'\A\C\/\D\C'"#, "AC/DC"), (#"'\x41\u0042\u{'"#, nil),
      (#"'\x41\u0042\ud83D\uDE00'"#, "AB😀"),
      ("'a\\\nb\\\r\nc\\\rd\\\u{2028}e\\\u{2029}f'", "abcdef"),
      ("'a\u{2028}b\u{2029}c'", "a\u{2028}b\u{2029}c"), ("'Zähler 😀'", "Zähler 😀"),
      ("'\\é\\😀'", "é😀"), ("'\u{7F}'", "\u{7F}"), (#"'\0a'"#, "\0a"),
    ] as [(String, String?)])
  func string(text: String, expected: String?) {
    #expect((try? parse(text))?.string == expected)
  }

  @Test(arguments: [
    ("{a: 1}", "a"), ("{$_9: 1}", "$_9"), ("{ünïcödé: 1}", "ünïcödé"), ("{ⅷ: 1}", "ⅷ"),
    (#"{\u0061b\u0063: 1}"#, "abc"), (#"{'a b': 1}"#, "a b"), ("{null: 1}", "null"),
    ("{Infinity: 1}", "Infinity"), ("{a\u{200D}b: 1}", "a\u{200D}b"), ("{'': 1}", ""),
    ("{/**/a/**/:/**/1/**/,/**/}", "a"),
  ])
  func key(text: String, expected: String) throws {
    let member = try #require(parse(text).object?.first)
    #expect(member.key.unicodeScalars.elementsEqual(expected.unicodeScalars))
    #expect(member.value.integer == 1)
  }

  @Test func whiteSpaceAndComments() throws {
    let blanks = "\t\u{B}\u{C} \u{A0}\u{FEFF}\u{2003}\n\r\u{2028}\u{2029}"
    #expect(try parse(" \(blanks)7\(blanks)").integer == 7)
    #expect(try parse("// é\n/* * / ** \r\n 😀 **/7// to the end").integer == 7)
    #expect(try parse("//a\u{2028}7//b").integer == 7)
    #expect(try parse("//a\r7").integer == 7)
  }

  @Test func positionsCountScalarsAndLines() throws {
    let value = try parse("/* é\r\n😀 */ { 'zä': [1,\r\t'😀', {\n}] ,\n\"b\"\n:null}")
    func place(_ value: JSON5Value?) -> [Int] {
      value.map { [$0.position.line, $0.position.column] } ?? []
    }
    #expect(place(value) == [2, 6])
    #expect(value.object?[0].keyPosition == JSON5Position(line: 2, column: 8))
    let array = value["zä"]
    #expect(place(array) == [2, 14])
    #expect(array?.array?.map(place) == [[2, 15], [3, 2], [3, 7]])
    #expect(value.object?[1].keyPosition == JSON5Position(line: 5, column: 1))
    #expect(place(value["b"]) == [6, 2])
  }

  @Test func accessorsAnswerOnlyForTheirKind() throws {
    let value = try parse("[null, true, 1, 1.5, 'a', [], {}]")
    let values = try #require(value.array)
    #expect(
      values.map(\.kindName) == [
        "null", "true or false", "an integer", "a number", "a string", "an array", "an object",
      ])
    #expect(values.map(\.isNull) == [true, false, false, false, false, false, false])
    #expect(values.map(\.bool) == [nil, true, nil, nil, nil, nil, nil])
    #expect(values.map(\.integer) == [nil, nil, 1, nil, nil, nil, nil])
    #expect(values.map(\.double) == [nil, nil, 1, 1.5, nil, nil, nil])
    #expect(values.map(\.string) == [nil, nil, nil, nil, "a", nil, nil])
    #expect(values.map { $0.array != nil } == [false, false, false, false, false, true, false])
    #expect(values.map { $0.object != nil } == [false, false, false, false, false, false, true])
    #expect(value["a"] == nil)
  }
}
