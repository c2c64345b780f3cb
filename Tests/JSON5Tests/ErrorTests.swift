import Testing

@testable import JSON5

/// Every error kind with its position and its exact words.
@Suite struct ErrorTests {
  private func error(_ text: [UInt8], maximumDepth: Int = 64) -> String {
    do {
      let value = try JSON5.parse(text, source: "f", maximumDepth: maximumDepth)
      return "no error, but \(value.kindName)"
    } catch {
      return error.description
    }
  }

  @Test(
    arguments: [
      // Values.
      (
        "",
        "f:1:1: unexpected end of the text where a value is expected; write a number, text in "
          + "quotes, true, false, null, [...] or {...}"
      ),
      (
        " // only\n",
        "f:2:1: unexpected end of the text where a value is expected; write a number, text in "
          + "quotes, true, false, null, [...] or {...}"
      ),
      (
        "[1,\n ,2]",
        "f:2:2: unexpected ',' where a value is expected; write a number, text in quotes, true, "
          + "false, null, [...] or {...}"
      ),
      (
        "\0",
        "f:1:1: unexpected U+0000 where a value is expected; write a number, text in quotes, true, "
          + "false, null, [...] or {...}"
      ),
      (
        "{a: yes}",
        #"f:1:5: unexpected word "yes"; expected a value; put text in quotes"#
      ),
      (
        "True", #"f:1:1: unexpected word "True"; expected a value; put text in quotes"#
      ),
      (
        "{} é",
        "f:1:4: unexpected 'é' after the end of the value; expected the end of the text; remove "
          + "the rest, or put several values into an array"
      ),
      ("1 / 2", "f:1:3: unexpected '/'; a comment is written // to the line's end, or /* ... */"),
      ("1\n /* é\n", "f:2:2: the comment is not closed before the text ends; add '*/'"),
      // Arrays and objects.
      ("[1 2]", "f:1:4: unexpected '2' in an array; expected ',' or ']' after a value"),
      ("['a''b']", #"f:1:5: unexpected "'" in an array; expected ',' or ']' after a value"#),
      (
        "{\n a: [1,\n",
        "f:3:1: the text ends inside the array opened at line 2, column 5; add the missing ']'"
      ),
      (
        "[1",
        "f:1:3: the text ends inside the array opened at line 1, column 1; add the missing ']'"
      ),
      (
        "{",
        "f:1:2: the text ends inside the object opened at line 1, column 1; add the missing '}'"
      ),
      (
        "{a:1",
        "f:1:5: the text ends inside the object opened at line 1, column 1; add the missing '}'"
      ),
      ("{a 1}", #"f:1:4: unexpected '1' after key "a"; expected ':' and a value"#),
      ("{a", #"f:1:3: unexpected end of the text after key "a"; expected ':' and a value"#),
      ("{a: 1\n b: 2}", #"f:2:2: unexpected 'b' after the value of "a"; expected ',' or '}'"#),
      (
        "{1: 2}",
        "f:1:2: unexpected '1' where a key is expected; write a name such as days, or any text in "
          + "quotes"
      ),
      (
        "{,}",
        "f:1:2: unexpected ',' where a key is expected; write a name such as days, or any text in "
          + "quotes"
      ),
      (
        "{a: 1,\n 'b': 2,\n\u{61}: 3}",
        #"f:3:1: key "a" appears twice in one object, first on line 1; keep one"#
      ),
      (
        #"{\u002d: 1}"#,
        "f:1:2: '-' cannot stand in an unquoted key; put the key in quotes"
      ),
      (
        #"{ab\ud800: 1}"#,
        "f:1:4: \\uD800 cannot stand in an unquoted key; put the key in quotes"
      ),
      (
        #"{ab\n: 1}"#,
        "f:1:4: unexpected '\\' in an unquoted key; expected \\u and four hexadecimal digits; put "
          + "the key in quotes"
      ),
      // Strings.
      (
        "['a\n']",
        "f:1:2: the string is not closed on its line; add the closing \"'\", or end the line with "
          + "\\ to continue the string"
      ),
      (
        "\"a\r\"",
        "f:1:1: the string is not closed on its line; add the closing '\"', or end the line with "
          + "\\ to continue the string"
      ),
      ("  'a", "f:1:3: the string is not closed before the text ends; add the closing \"'\""),
      (
        "'a\\",
        "f:1:4: the text ends after '\\' in a string; finish the escape and close the string"
      ),
      ("'a\tb'", "f:1:3: control character U+0009 in a string; write it as \\t"),
      ("'é\u{1B}b'", "f:1:3: control character U+001B in a string; write it as \\u001B"),
      (
        #"'C:\1'"#,
        "f:1:4: escape \\1 in a string; JSON5 has no octal escapes; write \\x and two hexadecimal "
          + "digits, or \\\\ for a backslash"
      ),
      (
        #"'\01'"#,
        "f:1:2: escape \\0 in a string; JSON5 has no octal escapes; write \\x and two hexadecimal "
          + "digits, or \\\\ for a backslash"
      ),
      (
        #"'C:\users'"#,
        "f:1:4: 's' in an escape; expected \\u and four hexadecimal digits; write \\\\ for a "
          + "backslash"
      ),
      (
        #"'\x4"#,
        "f:1:2: end of the text in an escape; expected \\x and two hexadecimal digits; write \\\\ "
          + "for a backslash"
      ),
      (
        #"'\ud83d'"#,
        "f:1:2: \\uD83D is half of a surrogate pair; expected \\uD800-\\uDBFF followed by "
          + "\\uDC00-\\uDFFF; write both halves, or the character itself"
      ),
      (
        #"'a\uDE00\uD83D'"#,
        "f:1:3: \\uDE00 is half of a surrogate pair; expected \\uD800-\\uDBFF followed by "
          + "\\uDC00-\\uDFFF; write both halves, or the character itself"
      ),
      (
        #"'\ud83d\u0041'"#,
        "f:1:2: \\uD83D is half of a surrogate pair; expected \\uD800-\\uDBFF followed by "
          + "\\uDC00-\\uDFFF; write both halves, or the character itself"
      ),
      // Numbers.
      (
        "[9223372036854775808]",
        "f:1:2: integer 9223372036854775808 is out of range; expected -9223372036854775808 to "
          + "9223372036854775807; write a rounded number with an exponent, or put the digits in "
          + "quotes"
      ),
      (
        "-0x8000000000000001",
        "f:1:1: integer -0x8000000000000001 is out of range; expected -9223372036854775808 to "
          + "9223372036854775807; write a rounded number with an exponent, or put the digits in "
          + "quotes"
      ),
      (
        "0x10000000000000000",
        "f:1:1: integer 0x10000000000000000 is out of range; expected -9223372036854775808 to "
          + "9223372036854775807; write a rounded number with an exponent, or put the digits in "
          + "quotes"
      ),
      (
        String(repeating: "9", count: 100),
        "f:1:1: integer \(String(repeating: "9", count: 40))... is out of range; expected "
          + "-9223372036854775808 to 9223372036854775807; write a rounded number with an exponent, "
          + "or put the digits in quotes"
      ),
      ("1e309", "f:1:1: number 1e309 is out of range; expected at most about 1.8e308"),
      (
        "-1e99999999999999999999",  // digits beyond any integer in the exponent itself
        "f:1:1: number -1e99999999999999999999 is out of range; expected at most about 1.8e308"
      ),
      (
        "[007]",
        "f:1:2: the number starts with 0; write it without leading zeros, or in quotes if it is a "
          + "code"
      ),
      (
        "5days",
        "f:1:2: unexpected 'd' directly after a number; put text in quotes, or separate values "
          + "with ','"
      ),
      (
        "1998-05-01",
        "f:1:5: unexpected '-' after the end of the value; expected the end of the text; remove "
          + "the rest, or put several values into an array"
      ),
      (
        "1.2.3",
        "f:1:4: unexpected '.' directly after a number; put text in quotes, or separate values "
          + "with ','"
      ),
      ("0xg", "f:1:3: unexpected 'g' after 0x; expected hexadecimal digits 0-9, a-f"),
      (".", "f:1:2: unexpected end of the text in a number; expected a digit"),
      ("- 1", "f:1:2: unexpected ' ' in a number; expected a digit"),
      ("1e+", "f:1:4: unexpected end of the text in an exponent; expected a digit"),
      ("-Inf", "f:1:1: a sign without a number; expected digits, Infinity or NaN"),
      // The text as a whole.
      (
        "\u{FEFF}{}",
        "f:1:1: the text starts with a byte order mark; expected plain UTF-8; save the file as "
          + "UTF-8 without BOM"
      ),
    ] as [(String, String)])
  func message(text: String, expected: String) {
    #expect(error(Array(text.utf8)) == expected)
  }

  @Test(arguments: [[0xFF, 0xFE, 0x7B, 0], [0xFE, 0xFF, 0, 0x7B]] as [[UInt8]])
  func utf16(text: [UInt8]) {
    #expect(
      error(text)
        == "f:1:1: the text is UTF-16; expected UTF-8; save the file as UTF-8 without BOM")
  }

  /// Each malformed sequence in a string, in a comment, in a key and between tokens.
  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x9F, 0xBF], [0xE2, 0x82],
      [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
      [0xF5, 0x80, 0x80, 0x80], [0xFF],
    ] as [[UInt8]])
  func invalidUTF8(sequence: [UInt8]) {
    let lead = String(sequence[0], radix: 16, uppercase: true)
    for (before, after) in [("{\"é", "\": 1}"), ("//é", "\n1"), ("/*é", "*/1"), ("{é1", ":1}")] {
      let column = before.unicodeScalars.count + 1
      #expect(
        error(Array(before.utf8) + sequence + Array(after.utf8))
          == "f:1:\(column): byte 0x\(lead) starts no valid UTF-8 character; expected UTF-8 text; "
          + "save the file as UTF-8")
      #expect(error(Array(before.utf8) + sequence).hasPrefix("f:1:\(column): byte 0x\(lead) "))
    }
    #expect(error([0x20] + sequence).hasPrefix("f:1:2: byte 0x\(lead) "))
  }

  @Test func duplicateAmongManyKeys() {
    let keys = (0..<40).map { "k\($0):\($0)," }.joined(separator: "\n")
    for index in [0, 11, 12, 13, 38, 39] {
      #expect(
        error(Array("{\(keys)\n k\(index): 0}".utf8))
          == "f:41:2: key \"k\(index)\" appears twice in one object, first on line \(index + 1); "
          + "keep one")
    }
    #expect(error(Array("{\(keys)}".utf8)) == "no error, but an object")
  }

  @Test func longAndUnprintableNamesStayOnOneShortLine() {
    let key = "\"a\\n\(String(repeating: "b", count: 1000))\""
    let shown = "\"a\\n\(String(repeating: "b", count: 38))...\""
    #expect(
      error(Array("{\(key) 1}".utf8))
        == "f:1:\(key.utf8.count + 3): unexpected '1' after key \(shown); expected ':' and a value")
  }

  @Test func depth() {
    let message = "arrays and objects are nested too deep; expected at most"
    #expect(error(Array("[[{a: []}]]".utf8), maximumDepth: 4) == "no error, but an array")
    #expect(
      error(Array("[[{a: []}]]".utf8), maximumDepth: 3)
        == "f:1:7: \(message) 3 levels; flatten the structure")
    #expect(error(Array("{".utf8), maximumDepth: 0).hasPrefix("f:1:1: \(message) 0 levels"))
    let bomb = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
    #expect(error(bomb).hasPrefix("f:1:65: \(message) 64 levels"))
    #expect(error(bomb, maximumDepth: .max).hasPrefix("f:1:513: \(message) 512 levels"))
    let objects = Array(String(repeating: "{a:", count: 100_000).utf8)
    #expect(error(objects, maximumDepth: .max).hasPrefix("f:1:1537: \(message) 512 levels"))
  }
}
