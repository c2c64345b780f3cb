import CollectorUpload
import ERTProtocol
import Metering
import TestSupport
import Testing

@Suite("Upload format")
struct UploadFormatTests {
  /// A day's upload of collector 258 with two receptions.
  private static let sample = Upload(
    header: UploadHeader(
      collector: CollectorID(rawValue: 258), sequence: 29,
      createdAt: 899_269_200_000, periodStart: 899_182_800_000, periodEnd: 899_269_200_000),
    records: [
      UploadRecord(
        stamp: 899_182_801_000, rssiDbm: -101, channel: 49,
        frame: SCMFrame(
          StandardConsumptionMessage(endpointID: 1_193_046, ertType: 4, consumption: 1))),
      UploadRecord(
        stamp: 899_269_199_999, rssiDbm: 0, channel: 0,
        frame: SCMFrame(
          StandardConsumptionMessage(endpointID: 16_777_215, ertType: 7, consumption: 99_999))),
    ])

  /// Every byte of the sample but the checksums, written down by hand.
  private static let dump: [(field: String, bytes: [UInt8])] = [
    ("magic, AMRU", [0x41, 0x4D, 0x52, 0x55]),
    ("format version 1", [0x01, 0x00]),
    ("zero", [0x00, 0x00]),
    ("collector 258", [0x02, 0x01, 0x00, 0x00]),
    ("2 records", [0x02, 0x00, 0x00, 0x00]),
    ("sequence 29", [0x1D, 0, 0, 0, 0, 0, 0, 0]),
    ("created 1998-07-01T05:00:00Z", [0x80, 0x08, 0x9F, 0x60, 0xD1, 0, 0, 0]),
    ("from 1998-06-30T05:00:00Z", [0x80, 0xAC, 0x78, 0x5B, 0xD1, 0, 0, 0]),
    ("to 1998-07-01T05:00:00Z", [0x80, 0x08, 0x9F, 0x60, 0xD1, 0, 0, 0]),
    ("38 bytes of records", [0x26, 0x00, 0x00, 0x00]),
  ]
  private static let body: [(field: String, bytes: [UInt8])] = [
    ("1,000 ms after the start", [0xE8, 0x03, 0x00, 0x00]),
    ("−101 dBm", [0x9B]),
    ("channel 49", [0x31]),
    ("SCM", [0x01]),
    (
      "frame as sent",
      [0xF9, 0x53, 0x00, 0x10, 0x00, 0x00, 0x01, 0x12, 0x34, 0x56, 0x89, 0xE7]
    ),
    ("86,399,999 ms after the start", [0xFF, 0x5B, 0x26, 0x05]),
    ("0 dBm", [0x00]),
    ("channel 0", [0x00]),
    ("SCM", [0x01]),
    (
      "frame as sent",
      [0xF9, 0x53, 0x00, 0x1C, 0x01, 0x86, 0x9F, 0xFF, 0xFF, 0xFF, 0x14, 0xAF]
    ),
  ]

  @Test("a small upload, byte for byte")
  func layout() {
    let header = Self.dump.flatMap(\.bytes)
    let body = Self.body.flatMap(\.bytes)
    func crc(_ bytes: [UInt8]) -> [UInt8] {
      let value = plainCRC32(bytes)
      return (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    #expect(header.count == 52 && body.count == 38)
    #expect(Self.sample.bytes == header + crc(header) + body + crc(body))
    #expect(Self.sample.header.recordCount == 2 && Self.sample.header.bodyByteCount == 38)
    #expect(plainCRC32("123456789".utf8) == 0xCBF4_3926)
  }

  @Test(
    "a decoder in another language reads the same",
    .enabled(if: Witness.shouldRun("zlib", "struct"), "needs python3"))
  func python() throws {
    var random = SplitMix64(seed: 32)
    let uploads = [Self.sample] + (0..<20).map { randomUpload(&random, records: 3 * $0) }
    let directory = try TemporaryDirectory()
    let path = directory.file("uploads.amru")
    let hex = uploads.flatMap(\.bytes).map { String(Int($0) + 256, radix: 16).suffix(2) }.joined()
    let result = try runCommand(
      try #require(Witness.python), ["-c", Self.decoder, path], input: Array(hex.utf8))
    #expect(result.exitCode == 0, "\(result.errorText)")
    var expected = ""
    for upload in uploads {
      let h = upload.header
      expected +=
        "\(h.collector.rawValue) \(h.sequence) \(h.createdAt) \(h.periodStart) \(h.periodEnd)\n"
      for record in upload.records {
        let fields = record.frame.fields
        expected +=
          "\(record.stamp) \(record.rssiDbm) \(record.channel) \(fields.endpointID) "
          + "\(fields.consumption)\n"
      }
    }
    #expect(result.outputText == expected)
  }

  private static let decoder = """
    import struct, sys, zlib
    data = bytes.fromhex(sys.stdin.read())
    at = 0
    while at < len(data):
        head = data[at:at + 56]
        (magic, version, zero, collector, count, sequence, created, start, end, size,
         crc) = struct.unpack("<4sHHIIQqqqII", head)
        assert (magic, version, zero) == (b"AMRU", 1, 0) and crc == zlib.crc32(head[:52])
        body = data[at + 56:at + 56 + size]
        at += 60 + size
        assert zlib.crc32(body) == struct.unpack("<I", data[at - 4:at])[0] and size == 19 * count
        print(collector, sequence, created, start, end)
        for stamp, rssi, channel, kind, frame in struct.iter_unpack("<IbBB12s", body):
            assert kind == 1
            word = int.from_bytes(frame, "big")
            id = (word >> 73 & 3) << 24 | word >> 16 & 0xFFFFFF
            print(start + stamp, rssi, channel, id, word >> 40 & 0xFFFFFF)
    """

  @Test("headers and records come back", arguments: 1...40 as ClosedRange<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let start = Int64(random.next() >> 22)
    let header = UploadHeader(
      collector: CollectorID(rawValue: UInt32(truncatingIfNeeded: random.next())),
      sequence: random.next(), createdAt: start + 9, periodStart: start,
      periodEnd: start + 86_400_000)
    let records = randomRecords(&random, start, 86_400_000, Int(random.next() % 200))
    let upload = Upload(header: header, records: records)
    var reader = UploadReader()
    reader.feed(upload.bytes)
    let back = try #require(try reader.next())
    #expect(
      back.records.elementsEqual(records) && upload.records.elementsEqual(records), "seed \(seed)")
    #expect(back.header == upload.header && back.bytes == upload.bytes)
    #expect(back.header.collector == header.collector && back.header.sequence == header.sequence)
    #expect(back.header.createdAt == start + 9 && back.header.periodEnd == header.periodEnd)
    #expect(back.header.recordCount == records.count)
    reader.finish()
    #expect(try reader.next() == nil)
    for (number, record) in records.enumerated() {
      #expect(back.validFrames()[number] == record.frame.isValid, "seed \(seed), record \(number)")
    }
    // The header of one upload may start another.
    #expect(Upload(header: back.header, records: records).bytes == upload.bytes, "seed \(seed)")
  }

  @Test(
    "file names sort by collector and sequence and say nothing else",
    arguments: [
      (1, 1, "s00000001-c000001.amru"), (999_999, 99_999_999, "s99999999-c999999.amru"),
      (.max, .max, "s18446744073709551615-c4294967295.amru"), (0, 0, "s00000000-c000000.amru"),
    ] as [(UInt32, UInt64, String)])
  func fileNames(collector: UInt32, sequence: UInt64, name: String) {
    #expect(
      uploadFileName(collector: CollectorID(rawValue: collector), sequence: sequence) == name)
  }
}
