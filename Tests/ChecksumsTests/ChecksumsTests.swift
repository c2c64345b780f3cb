import Checksums
import TestSupport
import Testing

@Suite("CRC-32")
struct CRC32Tests {
  @Test("known answers")
  func knownAnswers() {
    #expect(CRC32.checksum([]) == 0)
    #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(
      CRC32.checksum(Array("The quick brown fox jumps over the lazy dog".utf8)) == 0x414F_A339)
  }

  @Test("pieces give the checksum of the whole", arguments: 1...20 as ClosedRange<UInt64>)
  func pieces(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let bytes = (0..<200).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let cut = Int.random(in: 0...200, using: &generator)
    var crc = CRC32()
    crc.update(Array(bytes[..<cut]))
    crc.update(Array(bytes[cut...]))
    #expect(crc.value == CRC32.checksum(bytes))
  }
}

@Suite("SHA-256")
struct SHA256Tests {
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
    var hash = SHA256()
    for _ in 0..<1000 { hash.update([UInt8](repeating: 0x61, count: 1000)) }
    #expect(hash.hexDigest == expected)
  }

  @Test("pieces give the digest of the whole, and asking for it changes nothing")
  func pieces() {
    var generator = SplitMix64(seed: 7)
    for length in 0...130 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let cuts = [Int.random(in: 0...length, using: &generator), length, 0].sorted()
      let middle = Int.random(in: cuts[1]...length, using: &generator)
      var hash = SHA256()
      hash.update(Array(bytes[..<cuts[1]]))
      _ = hash.digest
      hash.update(Array(bytes[cuts[1]..<middle]))
      hash.update(Array(bytes[middle...]))
      #expect(hash.digest == SHA256.digest(bytes), "length \(length), seed 7")
    }
  }
}

@Suite("MurmurHash3 x64 128")
struct MurmurHash3Tests {
  /// SMHasher's self-test: hash of the hashes of 0, 0 1, 0 1 2, … under seeds 256, 255, …
  @Test("SMHasher verification value")
  func verification() {
    var hashes: [UInt8] = []
    for length in 0..<256 {
      let key = (0..<length).map { UInt8($0) }
      let hash = MurmurHash3.hash128(key, seed: UInt32(256 - length))
      hashes.append(contentsOf: (0..<16).map { UInt8(truncatingIfNeeded: hash >> UInt128($0 * 8)) })
    }
    #expect(UInt32(truncatingIfNeeded: MurmurHash3.hash128(hashes)) == 0x6384_BA69)
  }

  @Test(
    "published values",
    arguments: [
      ("", 0, 0),
      ("hello", 0xcbd8_a7b3_41bd_9b02, 0x5b1e_906a_48ae_1d19),
      ("hello, world", 0x342f_ac62_3a5e_bc8e, 0x4cdc_bc07_9642_414d),
      ("19 Jan 2038 at 3:14:07 AM", 0xb89e_5988_b737_affc, 0x664f_c295_0231_b2cb),
      (
        "The quick brown fox jumps over the lazy dog.", 0xcd99_481f_9ee9_02c9,
        0x695d_a1a3_8987_b6e7
      ),
    ] as [(String, UInt64, UInt64)])
  func published(text: String, h1: UInt64, h2: UInt64) {
    let hash = MurmurHash3.hash128(Array(text.utf8))
    #expect(UInt64(truncatingIfNeeded: hash) == h1)
    #expect(UInt64(truncatingIfNeeded: hash >> 64) == h2)
  }
}
