import CollectorUpload
import ERTProtocol
import Metering
import TestSupport
import Testing

@Suite("Reading uploads")
struct UploadReaderTests {
  private static func uploads(seed: UInt64, _ counts: [Int]) -> [[UInt8]] {
    var random = SplitMix64(seed: seed)
    return counts.map { randomUpload(&random, records: $0).bytes }
  }

  @Test("joined uploads come out one by one, however the bytes arrive", arguments: 1...30)
  func chunks(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    let uploads = Self.uploads(
      seed: UInt64(seed), (0..<8).map { _ in Int(random.next() % 12) })
    let joined = uploads.flatMap { $0 }
    let reading = Reading(pieces(joined, sizeMax: [2, 60, 500][seed % 3], &random))
    #expect(reading.uploads == uploads && reading.errors.isEmpty, "seed \(seed)")
    #expect(Reading(joined) == reading, "seed \(seed)")
    #expect(Reading(joined.indices.map { joined[$0...$0] }) == reading, "seed \(seed)")
  }

  @Test("bytes may be read straight into the reader", arguments: [1, 100, 1000, 10_000])
  func feeding(size: Int) throws {
    let uploads = Self.uploads(seed: 76, [4, 0, 90, 5])
    var rest = uploads.flatMap { $0 }[...]
    var reader = UploadReader()
    // Uploads that are held must not change while the reader goes on.
    var found: [Upload] = []
    while reader.feed(
      upTo: size,
      { room in
        #expect(room.count >= size)
        let part = rest.prefix(size)
        room.copyBytes(from: part)
        rest = rest.dropFirst(part.count)
        return part.count
      })
    {
      while let upload = try reader.next() { found.append(upload) }
    }
    #expect(try reader.next() == nil)
    #expect(found.map(\.bytes) == uploads)
    struct Torn: Error {}
    #expect(throws: Torn.self) {
      var reader = UploadReader()
      _ = try reader.feed(upTo: size) { _ throws(Torn) in throw Torn() }
    }
  }

  @Test("no inverted bit is ever accepted, and none hides the upload behind it")
  func everyBit() {
    let uploads = Self.uploads(seed: 77, [3, 1])
    for bit in 0..<uploads[0].count * 8 {
      var damaged = uploads[0] + uploads[1]
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let reading = Reading(damaged)
      #expect(reading.uploads == [uploads[1]] && reading.errors.count == 1, "bit \(bit)")
      #expect(reading.errors.first?.offset == 0)
      #expect(reading.errors.first?.byteCount == uploads[0].count, "bit \(bit)")
    }
  }

  @Test("a source that ends early says so, at every byte")
  func truncation() {
    let uploads = Self.uploads(seed: 78, [2, 3])
    let joined = uploads[0] + uploads[1]
    for length in 0...joined.count {
      let reading = Reading(Array(joined[..<length]))
      let whole = length < uploads[0].count ? 0 : length < joined.count ? 1 : 2
      #expect(reading.uploads == Array(uploads[..<whole]), "\(length) bytes")
      let start = whole == 0 ? 0 : uploads[0].count
      if length == joined.count || length == start {
        #expect(reading.errors.isEmpty, "\(length) bytes")
      } else {
        #expect(reading.errors.map(\.offset) == [start])
        #expect(reading.errors.map(\.byteCount) == [length - start])
        let message = reading.errors[0].message
        #expect(message.contains("cut short after \(length - start) "), "\(message)")
      }
    }
  }

  @Test("every claim that does not fit is refused, although the checksums fit")
  func forgedHeaders() {
    let bytes = Self.uploads(seed: 80, [3])[0]
    func refusal(_ offset: Int, _ value: some FixedWidthInteger) -> String? {
      var forged = bytes
      forged.forge(offset, value)
      let reading = Reading(forged)
      return reading.uploads.isEmpty ? reading.errors.first?.message : nil
    }
    #expect(refusal(0, UInt32(0x5552_4D42))?.contains("expected the letters AMRU") == true)
    #expect(refusal(4, UInt16(2))?.contains("version 2 is not known; expected 1") == true)
    for count in [0, 1, 2, 4, UInt32.max] {
      #expect(refusal(12, count)?.contains("\(count) records do not take 57 bytes") == true)
    }
    for size in [0, 1, 19, 56, 58, 1 << 20, 1 << 28] as [UInt32] {
      #expect(refusal(48, size)?.contains("3 records do not take \(size) bytes") == true)
    }
    for size in [UInt32(1 << 28) + 1, .max] {
      #expect(refusal(48, size)?.contains("more than 268435456 bytes") == true)
    }
    for stamp in [Int64.min, -1, 1 << 51, .max] {
      #expect(refusal(24, stamp)?.contains("stamps of the header make no sense") == true)
      #expect(refusal(32, stamp)?.contains("stamps of the header make no sense") == true)
    }
    for stamp in [Int64.min, -1, 0, .max] {
      #expect(refusal(40, stamp)?.contains("stamps of the header make no sense") == true)
    }
  }

  @Test("a frame of another type is refused by name and number")
  func otherFrames() {
    var bytes = Self.uploads(seed: 81, [3])[0]
    bytes[UploadHeader.byteCount + UploadRecord.scmByteCount + 6] = 2
    let crc = plainCRC32(bytes[UploadHeader.byteCount..<bytes.count - 4])
    for index in 0..<4 {
      bytes[bytes.count - 4 + index] = UInt8(truncatingIfNeeded: crc >> (8 * index))
    }
    let reading = Reading(bytes)
    #expect(reading.uploads.isEmpty)
    #expect(
      reading.errors.first?.message.hasPrefix("record 1 has frame type 2; expected 1") == true)
    #expect(reading.errors.map(\.byteCount) == [bytes.count])
  }

  @Test("no bytes make it trap", arguments: 1...200 as ClosedRange<UInt64>)
  func hostileBytes(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var bytes = Self.uploads(seed: seed, [0, 2, 1]).flatMap { $0 }
    for _ in 0..<1 + random.next() % 4 {
      let at = Int(random.next() % UInt64(bytes.count))
      switch random.next() % 3 {
      case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes.remove(at: at)
      default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
      }
    }
    // Some headers are hostile on purpose: their checksum fits.
    if seed % 2 == 0 { bytes.forge([8, 12, 16, 24, 32, 40, 48][Int(seed / 2 % 7)], random.next()) }
    let originals = Self.uploads(seed: seed, [0, 2, 1]).map { Array($0.dropFirst(56)) }
    for upload in Reading(bytes).uploads {
      #expect(originals.contains(Array(upload.dropFirst(56))), "seed \(seed): an invented body")
    }
  }
}
