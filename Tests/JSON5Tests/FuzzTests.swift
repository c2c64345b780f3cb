import TestSupport
import Testing

@testable import JSON5

/// Whatever the bytes, the parser returns or throws one line at a place inside the text.
@Suite struct FuzzTests {
  private func check(_ text: [UInt8], _ seed: UInt64) {
    do {
      _ = try JSON5.parse(text, source: "fuzz")
    } catch {
      #expect(!error.message.contains { $0.isNewline }, "seed \(seed), text \(text)")
      #expect(error.position.line >= 1 && error.position.column >= 1, "seed \(seed), text \(text)")
      #expect(error.position.line <= text.count + 1, "seed \(seed), text \(text)")
      #expect(error.position.column <= text.count + 1, "seed \(seed), text \(text)")
    }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func randomBytes(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let alphabet = Array("{}[]:,'\"\\/*+-.0123456789xXeEuINaftn \n\r\t$_é😀\u{2028}".utf8)
    for round in 0..<5_000 {
      let length = Int.random(in: 0...40, using: &random)
      check(
        (0..<length).map { _ in
          round % 2 == 0
            ? UInt8.random(in: 0...255, using: &random)
            : alphabet.randomElement(using: &random) ?? 0
        }, seed)
    }
  }

  @Test(arguments: [5, 6, 7, 8] as [UInt64])
  func mutations(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let document = Array(
      #"""
      // Größe
      { name: 'smoke \
      test', "days": 30, /* ** */ rate: -.985e-2, hex: 0xFF, list: [1, +2., Infinity, null,],
        'esc\u00e9\x41\ud83d\ude00': true, \u0061b: { c: "\0\n" } }
      """#.utf8)
    for _ in 0..<5_000 {
      var text = document
      for _ in 0..<Int.random(in: 1...4, using: &random) where !text.isEmpty {
        let place = Int.random(in: 0..<text.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: text[place] = UInt8.random(in: 0...255, using: &random)
        case 1: text.remove(at: place)
        case 2: text.insert(document.randomElement(using: &random) ?? 0, at: place)
        default: text.removeSubrange(place...)
        }
      }
      check(text, seed)
    }
  }

  /// Every proper prefix of an object is an error, never a shorter object.
  @Test func everyTruncationIsRefused() throws {
    let document = Array(#"{ a: [1, -2.5e3, 'é\u0041'], /* c */ "b": {c: null} }"#.utf8)
    #expect(try JSON5.parse(document, source: "t").object?.count == 2)
    for length in 0..<document.count {
      #expect(throws: JSON5Error.self, "length \(length)") {
        try JSON5.parse(Array(document.prefix(length)), source: "t")
      }
    }
  }
}
