import Checksums
import TestSupport
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  private static let bodies = [SHA256.Body.portable, .extensions]

  private static func digest(_ bytes: [UInt8], _ body: SHA256.Body) -> SHA256Digest {
    var hash = SHA256(body: body)
    hash.update(bytes)
    return hash.digest
  }

  /// FIPS 180-4 examples and the NIST byte-oriented short and long vectors.
  @Test(
    "known answers",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
          + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
      ),
    ])
  func knownAnswers(text: String, expected: String) {
    #expect(SHA256.hexDigest(Array(text.utf8)) == expected)
    for body in Self.bodies { #expect(Self.digest(Array(text.utf8), body).hex == expected) }
  }

  @Test("NIST short message of 4 and 32 bytes")
  func binaryVectors() {
    #expect(
      SHA256.hexDigest([0x74, 0xba, 0x25, 0x21])
        == "b16aa56be3880d18cd41e68384cf1ec8c17680c45a02b1575dc1518923ae8b0e")
    let message: [UInt8] = [
      0x09, 0xfc, 0x1a, 0xcc, 0xc2, 0x30, 0xa2, 0x05, 0xe4, 0xa2, 0x08, 0xe6, 0x4a, 0x8f, 0x20,
      0x42, 0x91, 0xf5, 0x81, 0xa1, 0x27, 0x56, 0x39, 0x2d, 0xa4, 0xb8, 0xc0, 0xcf, 0x5e, 0xf0,
      0x2b, 0x95,
    ]
    #expect(
      SHA256.hexDigest(message)
        == "4f44c1c7fbebb6f9601829f3897bfd650c56fa07844be76489076356ac1886a4")
  }

  @Test("one million times a")
  func millionA() {
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(SHA256.hexDigest([UInt8](repeating: 0x61, count: 1_000_000)) == expected)
    for body in Self.bodies {
      var hash = SHA256(body: body)
      for _ in 0..<1000 { hash.update([UInt8](repeating: 0x61, count: 1000)) }
      #expect(hash.digest.hex == expected, "\(body)")
    }
  }

  @Test("both bodies give the same, and pieces the digest of the whole; asking changes nothing")
  func pieces() {
    var generator = SplitMix64(seed: 7)
    for length in Array(0...130) + (0..<40).map({ _ in Int(generator.next() % 5000) }) {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let cut = Int.random(in: 0...length, using: &generator)
      let middle = Int.random(in: cut...length, using: &generator)
      let whole = Self.digest(bytes, .portable)
      #expect(SHA256.digest(bytes) == whole, "length \(length), seed 7")
      for body in Self.bodies {
        var hash = SHA256(body: body)
        hash.update(Array(bytes[..<cut]))
        _ = hash.digest
        hash.update(Array(bytes[cut..<middle]))
        hash.update(Array(bytes[middle...]))
        #expect(hash.digest == whole, "length \(length), \(body), seed 7")
      }
    }
  }

  @Test("a digest is its text, and no other text is one")
  func text() throws {
    let hex = "00123456789abcdef0ff10ee20dd30cc40bb50aa6099708890770a660b550c44"
    let digest = try #require(SHA256Digest(hex: hex))
    #expect(digest.hex == hex)
    #expect(digest.first == 0x0012_3456_789a_bcde && digest.fourth == 0x9077_0a66_0b55_0c44)
    #expect(SHA256Digest(digest.first, digest.second, digest.third, digest.fourth) == digest)
    let wrong = ["", String(hex.dropLast()), hex + "0", hex.uppercased(), "g" + hex.dropFirst()]
    for text in wrong { #expect(SHA256Digest(hex: text) == nil, "\(text)") }
  }
}
