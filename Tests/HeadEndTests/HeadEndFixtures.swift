import Checksums
import CollectorUpload
import ERTProtocol
import Metering
import TestSupport

@testable import HeadEnd

/// Small utilities whose endpoints, uploads and stores the tests of the head-end share.
enum Fixture {
  static let firstID: UInt32 = 20_000_000
  static let clock = LocalClock(utcOffsetMinutes: -300)
  static let firstDay = CivilDay(year: 1998, month: 6, day: 29)
  static let engine = "amr test"
  static let timestamp: Int64 = 899_000_000_000

  static func registry(_ count: Int) -> [ServicePoint] {
    (0..<count).map { index in
      let id = firstID + UInt32(index)
      return ServicePoint(
        endpoint: EndpointID(rawValue: id), meterID: "M\(id)", accountID: "A\(id)",
        commodity: .electric, register: RegisterFormat(dials: 5, multiplier: 1),
        cycle: BillingCycle(rawValue: 1 + index % 21)!,
        installedAt: clock.startOfDay(firstDay - 30),
        removedAt: index == 2 ? clock.startOfDay(firstDay + 301) : nil,
        lastBilledRead: Int64(index),
        lastBilledAt: clock.startOfDay(firstDay))
    }
  }

  static func settings() -> StoreSettings { StoreSettings(utcOffsetMinutes: -300, utility: "test") }

  static func record(
    _ index: Int, at stamp: UTCMilliseconds, register: UInt32, rssi: Int8 = -90, tamper: UInt8 = 0
  ) -> UploadRecord {
    UploadRecord(
      stamp: stamp, rssiDbm: rssi, channel: 7,
      frame: SCMFrame(
        StandardConsumptionMessage(
          endpointID: firstID + UInt32(index), ertType: 7, consumption: register,
          physicalTamper: tamper)))
  }

  /// One day's upload of a collector.
  static func upload(
    collector: UInt32, day: CivilDay, sequence: UInt64? = nil, records: [UploadRecord]
  ) -> Upload {
    let start = clock.startOfDay(day)
    let header = UploadHeader(
      collector: CollectorID(rawValue: collector),
      sequence: sequence ?? UInt64(day - firstDay + 1),
      createdAt: start + millisecondsPerDay, periodStart: start,
      periodEnd: start + millisecondsPerDay)
    return Upload(header: header, records: records)
  }

  /// Random uploads of several collectors and days that hear the same endpoints, with ties in
  /// stamp, RSSI and collector more frequent than chance would have them.
  static func randomUploads(
    seed: UInt64, endpoints: Int, collectors: Int, days: Int
  ) -> [Upload] {
    var random = SplitMix64(seed: seed)
    var uploads: [Upload] = []
    for day in 0..<days {
      for collector in 1...UInt32(collectors) {
        let start = clock.startOfDay(firstDay + day)
        var records: [UploadRecord] = []
        for endpoint in 0..<endpoints where Int.random(in: 0..<3, using: &random) > 0 {
          records.append(
            record(
              endpoint, at: start + Int64.random(in: 0..<5, using: &random) * 17_000_003,
              register: UInt32.random(in: 0..<4, using: &random),
              rssi: Int8.random(in: -92 ... -90, using: &random)))
        }
        uploads.append(upload(collector: collector, day: firstDay + day, records: records))
      }
    }
    return uploads
  }

  /// The ledger's row of a collector's first upload, an empty one.
  static func ledgerEntry(collector: UInt32) -> Ledger.Entry {
    Ledger.Entry(
      key: .init(collector: collector, sequence: 1), sha256: SHA256.digest([]), createdAt: 0,
      receivedAt: nil, records: 0)
  }

  static func makeStore(_ directory: TemporaryDirectory, endpoints: Int) throws -> ReadStore {
    try ReadStore.create(
      at: directory.file("store"), settings: settings(), registry: registry(endpoints),
      engine: engine, timestamp: timestamp)
  }

  static func open(_ directory: TemporaryDirectory) throws -> ReadStore {
    try ReadStore.open(at: directory.file("store"), engine: engine, for: .writing)
  }

  /// The current reads of a store that was not validated, by day and endpoint.
  static func content(_ store: borrowing ReadStore) throws -> [CivilDay: [Int64: ReceivedRead]] {
    var content: [CivilDay: [Int64: ReceivedRead]] = [:]
    for day in store.days {
      let rows = try store.currentRows(ofDay: day)
      for (endpoint, read) in zip(rows.endpoints, rows.reads) {
        content[day, default: [:]][Int64(endpoint)] = read.received(endpoint: endpoint)
      }
    }
    return content
  }

  /// The plain way to deduplicate: a dictionary, and the greatest reception of each key.
  static func oracle(_ uploads: [Upload]) -> [CivilDay: [Int64: ReceivedRead]] {
    var content: [CivilDay: [Int64: ReceivedRead]] = [:]
    for upload in uploads {
      for record in upload.records {
        let read = ReceivedRead(
          stamp: record.stamp, frame: record.frame, collector: upload.header.collector.rawValue,
          rssiDbm: record.rssiDbm)
        let day = clock.day(of: record.stamp)
        let endpoint = Int64(record.frame.endpointID)
        if let known = content[day]?[endpoint], !(known < read) { continue }
        content[day, default: [:]][endpoint] = read
      }
    }
    return content
  }
}

extension ReadStore {
  func currentRows(ofDay day: CivilDay) throws(HeadEndError) -> ReadRows {
    try slot(day).content().current
  }

  /// Verifies the store where it lies, as a command does.
  func check(threads: Int) async throws -> StoreCheck {
    try await Self.check(at: directory, engine: Fixture.engine, threads: threads, in: fileSystem)
  }
}
