import CollectorUpload
import Metering

/// The receptions of one upload that are refused: for each endpoint, day and reason one entry with
/// the greatest of them, which is all that could have become a read.
struct RefusedReceptions {
  private struct Key: Hashable {
    let reason: QuarantineReason
    let endpoint: UInt32
    let day: CivilDay
  }

  private let header: UploadHeader
  private let source: String
  private let offset: Int
  private let clock: LocalClock
  private var places: [Key: Int] = [:]
  private(set) var entries: [QuarantineEntry] = []

  init(header: UploadHeader, source: String, offset: Int, clock: LocalClock) {
    self.header = header
    self.source = source
    self.offset = offset
    self.clock = clock
  }

  mutating func add(_ record: UploadRecord, _ reason: QuarantineReason) {
    let read = ReceivedRead(
      stamp: record.stamp, frame: record.frame, collector: header.collector.rawValue,
      rssiDbm: record.rssiDbm)
    let key = Key(
      reason: reason, endpoint: record.frame.endpointID, day: clock.day(of: record.stamp))
    if let place = places[key] {
      entries[place].count += 1
      if let known = entries[place].reception, known < read { entries[place].reception = read }
      return
    }
    places[key] = entries.count
    entries.append(
      QuarantineEntry(
        reason: reason, source: source, offset: offset, collector: header.collector.rawValue,
        sequence: header.sequence, reception: read, count: 1, detail: detail(reason)))
  }

  private func detail(_ reason: QuarantineReason) -> String {
    switch reason {
    case .invalidFrame: "preamble or checksum is wrong, or the endpoint is 0"
    case .unknownEndpoint: "the registry has no such endpoint"
    case .futureStamp: "the stamp is more than 60 s after the upload's creation"
    case .ancientStamp: "the stamp is before any endpoint of the registry was installed"
    case .damagedUpload, .contradictingUpload, .unknownCollector, .futureUpload: ""
    }
  }
}
