import TestSupport
import Testing

@testable import JSON5

@Suite struct NearestNameTests {
  private func distance(_ first: String, _ second: String) -> Int {
    editDistance(Array(first.unicodeScalars), Array(second.unicodeScalars))
  }

  @Test(arguments: [
    ("", "", 0), ("abc", "", 3), ("", "abc", 3), ("abc", "abc", 0), ("abc", "acb", 1),
    ("kitten", "sitting", 3), ("ca", "abc", 3), ("thread", "threads", 1), ("abcd", "badc", 2),
  ])
  func knownDistances(first: String, second: String, expected: Int) {
    #expect(distance(first, second) == expected)
  }

  @Test(arguments: [31, 32] as [UInt64])
  func distanceIsSymmetricAndBounded(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func word() -> String {
      String(
        (0..<Int.random(in: 0...7, using: &random)).map { _ in
          ["a", "b", "c"].randomElement(using: &random) ?? "a"
        }.joined())
    }
    for _ in 0..<500 {
      let (a, b) = (word(), word())
      let there = distance(a, b)
      #expect(there == distance(b, a), "seed \(seed): \(a) \(b)")
      #expect(there >= abs(a.count - b.count), "seed \(seed): \(a) \(b)")
      #expect(there <= max(a.count, b.count), "seed \(seed): \(a) \(b)")
      #expect((there == 0) == (a == b), "seed \(seed): \(a) \(b)")
    }
  }

  @Test(
    arguments: [
      ("thread", "threads"), ("sede", "seed"), ("SEED", "seed"), ("dyas", "days"),
      ("utcOffset", "utc_offset"), ("x", nil), ("", nil), ("color", nil), ("ab", nil),
    ] as [(String, String?)])
  func suggestion(written: String, expected: String?) {
    let names = ["threads", "seed", "days", "utc_offset", "y", "ac"]
    #expect(nearest(to: written, in: names) == expected)
  }

  @Test func endlessNamesAreNotCompared() {
    #expect(nearest(to: String(repeating: "a", count: 1_000_000), in: ["a"]) == nil)
    #expect(nearest(to: "a", in: []) == nil)
  }
}
