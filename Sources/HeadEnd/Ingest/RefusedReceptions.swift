import CollectorUpload
import Digits
import ERTProtocol

/// The receptions of one upload that are refused, one entry for each endpoint and reason.
struct RefusedReceptions {
  private struct Key: Hashable {
    let reason: QuarantineReason
    let endpoint: UInt32
  }

  private let header: UploadHeader
  private let source: String
  private let offset: Int
  private var places: [Key: Int] = [:]
  private(set) var entries: [QuarantineEntry] = []
  /// Receptions, not entries.
  private(set) var count = 0

  init(header: UploadHeader, source: String, offset: Int) {
    self.header = header
    self.source = source
    self.offset = offset
  }

  mutating func add(_ record: UploadRecord, _ reason: QuarantineReason) {
    count += 1
    let key = Key(reason: reason, endpoint: record.frame.endpointID)
    if let place = places[key] {
      entries[place].count += 1
      return
    }
    places[key] = entries.count
    entries.append(
      QuarantineEntry(
        reason: reason, source: source, offset: offset, collector: header.collector.rawValue,
        sequence: header.sequence, endpoint: record.frame.endpointID, stamp: record.stamp,
        frame: hexadecimal(record.frame), count: 1, detail: detail(reason)))
  }

  private func detail(_ reason: QuarantineReason) -> String {
    switch reason {
    case .invalidFrame: "preamble or checksum is wrong, or the endpoint is 0"
    case .unknownEndpoint: "the registry has no such endpoint"
    case .futureStamp: "the stamp is more than 60 s after the upload's creation"
    case .damagedUpload, .contradictingUpload: ""
    }
  }
}

/// The 24 hexadecimal digits of a frame.
private func hexadecimal(_ frame: SCMFrame) -> String {
  digits(frame.head, width: 16, radix: 16) + digits(frame.tail, width: 8, radix: 16)
}
