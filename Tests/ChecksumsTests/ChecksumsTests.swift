import CZlib
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

  private static func zlib(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    UInt32(crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
  }

  @Test("every length at every alignment gives what zlib gives")
  func lengths() {
    var generator = SplitMix64(seed: 11)
    let bytes = (0..<1024 + 16).map { _ in UInt8.random(in: 0...255, using: &generator) }
    bytes.withUnsafeBytes { bytes in
      for length in 0...1024 {
        for start in 0..<16 {
          let part = UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
          let expected = length == 0 ? 0 : Self.zlib(part)
          #expect(CRC32.checksum(part) == expected, "bytes \(start)..<\(start + length), seed 11")
        }
      }
    }
  }

  @Test("pieces give the checksum of the whole", arguments: 1...40 as ClosedRange<UInt64>)
  func pieces(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let bytes = (0..<1500).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let cuts = (0..<3).map { _ in Int.random(in: 0...1500, using: &generator) }.sorted()
    var crc = CRC32()
    for (from, to) in zip([0] + cuts, cuts + [1500]) { crc.update(Array(bytes[from..<to])) }
    #expect(crc.value == bytes.withUnsafeBytes { Self.zlib($0) }, "seed \(seed)")
    var second = CRC32(continuing: CRC32.checksum(Array(bytes[..<cuts[0]])))
    second.update(Array(bytes[cuts[0]...]))
    #expect(second.value == crc.value, "seed \(seed)")
  }

  @Test("checksums of two pieces combine, and come apart again")
  func combining() {
    var generator = SplitMix64(seed: 12)
    let bytes = (0..<5000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let whole = CRC32.checksum(bytes)
    for cut in [0, 1, 63, 64, 2500, 4999, 5000] {
      let first = CRC32.checksum(Array(bytes[..<cut]))
      let second = CRC32.checksum(Array(bytes[cut...]))
      #expect(CRC32.combine(first, second, secondByteCount: 5000 - cut) == whole)
      #expect(CRC32.combine(first, whole, secondByteCount: 5000 - cut) == second)
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
