import CollectorUpload
import TestSupport
import Testing

/// A stream of uploads and what befell it.
private struct DamagedStream {
  private(set) var bytes: [UInt8] = []
  /// Uploads that arrived as they were sent, in order.
  private(set) var untouched: [[UInt8]] = []
  /// Everything that was ever sent.
  private(set) var sent: Set<[UInt8]> = []
  /// Headers that are right in themselves.
  private var headers: Set<[UInt8]> = []

  init(_ random: inout SplitMix64, uploads count: Int, recordsMax: Int) {
    for _ in 0..<count {
      let records = Int(random.next() % UInt64(recordsMax + 1))
      let upload = randomUpload(&random, records: records).bytes
      sent.insert(upload)
      headers.insert(Array(upload[..<UploadHeader.byteCount]))
      append(upload, &random)
    }
  }

  private mutating func append(_ upload: [UInt8], _ random: inout SplitMix64) {
    var damaged = upload
    let at = Int(random.next() % UInt64(upload.count))
    let end = at + 1 + Int(random.next() % UInt64(upload.count - at))
    switch random.next() % 14 {
    case 0: damaged[at] ^= 1 << UInt8(random.next() % 8)
    case 1: damaged.removeSubrange(at...)
    case 2: damaged.removeSubrange(at..<end)
    case 3: damaged.insert(contentsOf: garbage(&random), at: at)
    case 4: damaged.insert(contentsOf: upload[at..<end], at: at)
    case 5:
      bytes += garbage(&random)
      untouched.append(upload)
    case 6:
      // A piece of it comes before, a whole header perhaps.
      bytes += upload[..<at]
      untouched.append(upload)
    case 7:
      bytes += hugeHeader(upload)
      untouched.append(upload)
    case 8: damaged = upload + upload + upload[at..<end]
    default: untouched.append(upload)
    }
    bytes += damaged
  }

  private func garbage(_ random: inout SplitMix64) -> [UInt8] {
    let letters = Array("AMRU".utf8)
    let bytes = (0..<1 + random.next() % 100).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    return random.next() % 2 == 0 ? bytes : letters + bytes + letters.dropLast()
  }

  /// A right header that claims almost 256 MB.
  private mutating func hugeHeader(_ upload: [UInt8]) -> [UInt8] {
    var header = Array(upload[..<UploadHeader.byteCount])
    let records = UploadHeader.bodyByteCountMax / UploadRecord.scmByteCount
    header.forge(12, UInt32(records))
    header.forge(48, UInt32(records * UploadRecord.scmByteCount))
    headers.insert(header)
    return header
  }

  /// What a reader must find, by looking at every byte and comparing with what was sent.
  func expected() -> (uploads: [[UInt8]], offsets: [Int], damage: [Range<Int>]) {
    var uploads: [[UInt8]] = []
    var offsets: [Int] = []
    var damage: [Range<Int>] = []
    var at = 0
    while at < bytes.count {
      if let upload = sent.first(where: { bytes[at...].starts(with: $0) }) {
        uploads.append(upload)
        offsets.append(at)
        at += upload.count
      } else {
        let start = at
        repeat { at += 1 } while at < bytes.count && !isHeader(at)
        damage.append(start..<at)
      }
    }
    return (uploads, offsets, damage)
  }

  private func isHeader(_ at: Int) -> Bool {
    // Most bytes need no comparison of all headers.
    bytes[at] == UInt8(ascii: "A")
      && headers.contains(Array(bytes[at...].prefix(UploadHeader.byteCount)))
  }
}

@Suite("Damaged streams")
struct DamageTests {
  @Test(
    "exactly the uploads that arrived whole are found, and the rest is damage",
    arguments: 1...150 as ClosedRange<UInt64>)
  func untouchedUploads(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    // Long ones reach over many blocks of checksums.
    let stream = DamagedStream(&random, uploads: 12, recordsMax: seed % 10 == 0 ? 1200 : 12)
    let expected = stream.expected()
    let reading = Reading(stream.bytes)
    #expect(reading.uploads == expected.uploads, "seed \(seed)")
    #expect(reading.offsets == expected.offsets, "seed \(seed)")
    let damage = reading.errors.map { $0.offset..<$0.offset + $0.byteCount }
    #expect(damage == expected.damage, "seed \(seed)")
    let checksums = damage.map { plainCRC32(stream.bytes[$0]) }
    #expect(reading.errors.map(\.checksum) == checksums, "seed \(seed)")
    #expect(
      reading.uploads.allSatisfy { stream.sent.contains($0) }, "seed \(seed): an invented one")
    var found = reading.uploads[...]
    for upload in stream.untouched {
      let place = found.firstIndex(of: upload)
      #expect(place != nil, "seed \(seed): an untouched upload is lost")
      found = found[((place ?? found.startIndex - 1) + 1)...]
    }
    for sizeMax in [1, 50, 3000] {
      let again = Reading(pieces(stream.bytes, sizeMax: sizeMax, &random))
      #expect(again == reading, "seed \(seed), pieces of \(sizeMax) bytes")
    }
  }

  @Test("the line says what is wrong, where, for how long, and what to do")
  func messages() {
    var random = SplitMix64(seed: 82)
    let uploads = (0..<3).map { _ in randomUpload(&random, records: 4).bytes }
    func lines(_ bytes: [UInt8]) -> [String] { Reading(bytes).errors.map(\.description) }
    let size = uploads[0].count
    var flipped = uploads[0]
    flipped[90] ^= 1
    let line = lines(uploads[1] + flipped + uploads[2])
    #expect(line.count == 1)
    #expect(
      line[0].hasPrefix("byte \(size), \(size) bytes: the checksum of the records is wrong ("))
    #expect(line[0].hasSuffix("); fetch the file again"))
    let torn = lines(Array(uploads[0][..<100]) + uploads[1])
    #expect(torn.count == 1)
    #expect(
      torn[0].hasPrefix("byte 0, 100 bytes: the upload is cut short after 100 of \(size) bytes ("))
    #expect(
      lines(Array("endpoint,day\n".utf8) + uploads[1])
        == ["byte 0, 13 bytes: this is not a collector's upload; expected the letters AMRU"])
    #expect(
      lines(uploads[1] + [65, 77])
        == [
          "byte \(size), 2 bytes: the upload is cut short after 2 bytes; fetch the file from its "
            + "collector again"
        ])
  }

  @Test("headers that all claim the same bytes cost no more than others")
  func overlappingClaims() {
    var random = SplitMix64(seed: 83)
    let whole = randomUpload(&random, records: 40).bytes
    let count = 40_000
    var header = Array(whole[..<UploadHeader.byteCount])
    header.forge(12, UInt32(120_000))
    header.forge(48, UInt32(120_000 * UploadRecord.scmByteCount))
    var bytes: [UInt8] = []
    for _ in 0..<count { bytes += header }
    bytes += whole
    // Each claim ends inside the stream, so that each checksum is looked for.
    bytes += [UInt8](repeating: 0, count: 3_000_000)
    let reading = Reading(bytes)
    #expect(reading.uploads == [whole])
    #expect(reading.offsets == [count * header.count])
    #expect(reading.errors.count == count + 1)
    #expect(reading.errors.dropLast().allSatisfy { $0.byteCount == header.count })
  }
}
