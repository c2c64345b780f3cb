import CollectorUpload
import ERTProtocol
import Metering
import TestSupport
import Testing

/// An upload with random content inside the format's ranges.
func randomUpload(_ random: inout SplitMix64, records: Int) -> Upload {
  let start = Int64(random.next() >> 22)
  let length = 1 + Int64(random.next() % 86_400_000)
  let header = UploadHeader(
    collector: CollectorID(rawValue: UInt32(truncatingIfNeeded: random.next())),
    sequence: random.next(), createdAt: start + length, periodStart: start,
    periodEnd: start + length)
  return Upload(header: header, records: randomRecords(&random, start, length, records))
}

/// Records at random times of a period.
func randomRecords(
  _ random: inout SplitMix64, _ start: UTCMilliseconds, _ length: Int64, _ count: Int
) -> [UploadRecord] {
  (0..<count).map { _ in
    let bits = random.next()
    let message = StandardConsumptionMessage(
      endpointID: 1 + UInt32(bits & 0xFF_FFFF), ertType: 7,
      consumption: UInt32(truncatingIfNeeded: bits >> 30))
    return UploadRecord(
      stamp: start + Int64(random.next() % UInt64(length)),
      rssiDbm: Int8(truncatingIfNeeded: bits >> 24), channel: UInt8(truncatingIfNeeded: bits >> 40),
      frame: SCMFrame(message))
  }
}

/// What a reader makes of a whole source: uploads with their offsets, and damage, in order.
struct Reading: Equatable {
  var uploads: [[UInt8]] = []
  var offsets: [Int] = []
  var errors: [UploadError] = []

  /// Feeds the pieces one after the other and takes what comes after each.
  init(_ pieces: some Sequence<ArraySlice<UInt8>>) {
    var reader = UploadReader()
    for piece in pieces {
      reader.feed(piece)
      drain(&reader)
    }
    reader.finish()
    drain(&reader)
  }

  init(_ bytes: [UInt8]) { self.init([bytes[...]]) }

  private mutating func drain(_ reader: inout UploadReader) {
    while true {
      do {
        guard let upload = try reader.next() else { return }
        uploads.append(upload.bytes)
        offsets.append(reader.offset - upload.byteCount)
      } catch {
        #expect(reader.offset == error.offset + error.byteCount)
        errors.append(error)
      }
    }
  }
}

/// Cuts bytes into pieces of random size, at most `sizeMax`.
func pieces(_ bytes: [UInt8], sizeMax: Int, _ random: inout SplitMix64) -> [ArraySlice<UInt8>] {
  var pieces: [ArraySlice<UInt8>] = []
  var at = 0
  while at < bytes.count {
    let size = min(Int(random.next() % UInt64(sizeMax + 1)), bytes.count - at)
    pieces.append(bytes[at..<at + size])
    at += size
  }
  return pieces
}

/// CRC-32 bit by bit: reflected polynomial, initial value and final exclusive-or all ones.
func plainCRC32(_ bytes: some Sequence<UInt8>) -> UInt32 {
  var register = UInt32.max
  for byte in bytes {
    register ^= UInt32(byte)
    for _ in 0..<8 { register = register & 1 == 1 ? register >> 1 ^ 0xEDB8_8320 : register >> 1 }
  }
  return ~register
}

extension [UInt8] {
  /// Overwrites a little-endian integer of the header and makes its checksum fit again.
  mutating func forge(_ offset: Int, _ value: some FixedWidthInteger) {
    let new = Swift.withUnsafeBytes(of: value.littleEndian) { Array($0) }
    replaceSubrange(offset..<offset + new.count, with: new)
    let crc = plainCRC32(self[0..<52])
    for index in 0..<4 { self[52 + index] = UInt8(truncatingIfNeeded: crc >> (8 * index)) }
  }
}
