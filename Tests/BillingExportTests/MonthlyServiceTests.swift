import CollectorUpload
import ERTProtocol
import HeadEnd
import Metering
import TestSupport
import Testing

@testable import BillingExport

/// What is billed of endpoints that are read once a month, from uploads to lines.
@Suite("Bills of monthly service")
struct MonthlyServiceTests {
  private static let day0 = CivilDay(year: 1998, month: 6, day: 1)
  private static let lastDay = 19

  /// Cycle 9 is due on 11 June, day 10 from 1 June on.
  private static func point(
    _ endpoint: Int, service: ReadService = .monthly, from: Int? = nil, to: Int? = nil
  ) throws -> ServicePoint {
    ServicePoint(
      endpoint: EndpointID(rawValue: UInt32(endpoint)), meterID: "M\(endpoint)",
      servicePointID: "P\(endpoint)", accountID: "A\(endpoint)", commodity: .electric,
      register: RegisterFormat(dials: 5, multiplier: 1), cycle: try cycle(9), service: service,
      installedAt: clock.startOfDay(day0 + (from ?? -400)),
      removedAt: to.map { clock.startOfDay(day0 + $0) }, lastBilledRead: 1000,
      lastBilledAt: clock.startOfDay(day0 + (from ?? -20)))
  }

  /// The bills of cycle 9, by service point: quality, method of estimation and count.
  ///
  /// - Parameter heard: days on which each endpoint is read.
  private static func bills(_ registry: [ServicePoint], _ heard: [Int: [Int]]) async throws
    -> [String: String]
  {
    let directory = try TemporaryDirectory(inMemory: true)
    try await ingest(registry, heard, directory)
    return try await bills(directory)
  }

  private static func ingest(
    _ registry: [ServicePoint], _ heard: [Int: [Int]], _ directory: TemporaryDirectory
  ) async throws {
    let settings = StoreSettings(utcOffsetMinutes: -300, utility: "pgh")
    var intake = try Intake(
      try ReadStore.create(
        at: directory.file("store"), settings: settings, registry: registry, engine: "test",
        timestamp: 0))
    for day in 0...lastDay {
      let noon = clock.startOfDay(day0 + day) + millisecondsPerDay / 2
      let records = heard.filter { $0.value.contains(day) }.keys.sorted().map { endpoint in
        UploadRecord(
          stamp: noon, rssiDbm: -90, channel: 7,
          frame: SCMFrame(
            StandardConsumptionMessage(
              endpointID: UInt32(endpoint), ertType: 7, consumption: 1200 + UInt32(day) * 10)))
      }
      let start = clock.startOfDay(day0 + day)
      let header = UploadHeader(
        collector: CollectorID(rawValue: 1), sequence: UInt64(day + 1),
        createdAt: start + millisecondsPerDay, periodStart: start,
        periodEnd: start + millisecondsPerDay)
      try intake.take(Upload(header: header, records: records), source: "test")
    }
    try await intake.close(through: day0 + lastDay, timestamp: 0, threads: 1)
  }

  private static func bills(_ directory: TemporaryDirectory) async throws -> [String: String] {
    try await validate(directory)
    let store = try ReadStore.open(at: directory.file("store"), engine: "test", for: .reading)
    let calendar = BillingCalendar(store, from: day0, to: day0 + lastDay)
    let batches = try await calendar.write(
      month: try june1998(), cycle: try cycle(9), into: directory.file("bills"))
    var bills: [String: String] = [:]
    for line in try TextLine.all(of: try #require(batches.first)) {
      let values = ["quality", "est_method", "read"].map { line[$0] }
      bills[line["service_point_id"]] = values.filter { !$0.isEmpty }.joined(separator: " ")
    }
    return bills
  }

  private static func validate(_ directory: TemporaryDirectory) async throws {
    var store = try ReadStore.open(at: directory.file("store"), engine: "test", for: .writing)
    _ = try await store.validate(timestamp: 0, threads: 1)
  }

  @Test("a read on any day of the window is billed as it is, else the scheduled day's estimate")
  func window() async throws {
    let bills = try await Self.bills(
      try (1...7).map { try Self.point($0) },
      [1: [7], 2: [10], 3: [11], 4: [6], 5: [12], 6: [7, 11], 7: Array(0...Self.lastDay)])
    #expect(
      bills == [
        "P1": "actual 1270", "P2": "actual 1300", "P3": "actual 1310",
        "P4": "estimated by_history 1299", "P5": "estimated between_reads 1305",
        "P6": "actual 1310", "P7": "actual 1300",
      ])
  }

  @Test("one that comes to be read daily is billed from a read of either time")
  func conversion() async throws {
    func rows(_ endpoint: Int, _ day: Int) throws -> [ServicePoint] {
      [
        try Self.point(endpoint, to: day), try Self.point(endpoint, service: .daily, from: day),
      ]
    }
    // The change falls before the window, into it on either side of the scheduled day, and behind it.
    let bills = try await Self.bills(
      try rows(1, 5) + rows(2, 9) + rows(3, 11) + rows(4, 15) + rows(5, 9),
      [1: [8, 9], 2: [8], 3: [11, 12], 4: [9], 5: [2, 12]])
    #expect(bills.values.allSatisfy { !$0.contains("missing") }, "\(bills)")
    #expect(
      bills.filter { $0.value.hasPrefix("actual") }.keys.sorted() == ["P1", "P2", "P3", "P4"])
    #expect(bills["P5"]?.hasPrefix("estimated between_reads") == true)
  }
}
