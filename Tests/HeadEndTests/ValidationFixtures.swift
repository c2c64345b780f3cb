import CollectorUpload
import ERTProtocol
import Metering
import TestSupport
import VEE

@testable import HeadEnd

/// A small store that is fed reception by reception, validated, and asked what became of it.
///
/// Days are counted from 1 June 1998, endpoints from 0.
final class ValidationStore {
  static let day0 = CivilDay(year: 1998, month: 6, day: 1)
  static let noon: Int64 = 12 * 3_600_000

  /// What a collector hears.
  struct Reception {
    var endpoint: Int
    var day: Int
    var register: UInt32
    /// Milliseconds after midnight.
    var time = ValidationStore.noon
    var collector: UInt32 = 1
    var rssi: Int8 = -90
    var tamper: UInt8 = 0
    var ertType: UInt8 = 7
  }

  let directory: TemporaryDirectory
  private var sequence: UInt64 = 0

  init(_ registry: [ServicePoint]) throws {
    directory = try TemporaryDirectory(inMemory: true)
    _ = try ReadStore.create(
      at: directory.file("store"), settings: Fixture.settings(), registry: registry,
      engine: Fixture.engine, timestamp: Fixture.timestamp)
  }

  /// A store of electric meters with five dials that is closed and validated: a register for each
  /// endpoint and day, at noon; nil is not heard. Registers start at those of the first day.
  convenience init(_ registers: [[UInt32?]]) async throws {
    try self.init(
      registers.indices.map { endpoint in
        Self.point(endpoint, opening: Int64(registers[endpoint].lazy.compactMap { $0 }.first ?? 0))
      })
    try await receive(Self.receptions(registers))
    try await validate(through: (registers.map(\.count).max() ?? 0) - 1)
  }

  static func receptions(_ registers: [[UInt32?]]) -> [Reception] {
    registers.enumerated().flatMap { endpoint, days in
      days.enumerated().compactMap { day, register in
        register.map { Reception(endpoint: endpoint, day: day, register: $0) }
      }
    }
  }

  static func point(
    _ endpoint: Int, meter: String? = nil, place: String? = nil, account: String? = nil,
    commodity: Commodity = .electric, dials: Int = 5, multiplier: Int = 1, cycle: Int = 1,
    service: ReadService = .daily, from: Int64? = nil, to: Int64? = nil, removedRead: Int64? = nil,
    opening: Int64 = 0,
    openingAt: Int64? = nil
  ) -> ServicePoint {
    let installed = from ?? start(-30)
    return ServicePoint(
      endpoint: id(endpoint), meterID: meter ?? "M\(endpoint)",
      servicePointID: place ?? "S\(endpoint)", accountID: account ?? "A\(endpoint)",
      commodity: commodity, register: RegisterFormat(dials: dials, multiplier: multiplier),
      cycle: BillingCycle(rawValue: cycle)!, service: service, installedAt: installed,
      removedAt: to,
      removedRead: removedRead, lastBilledRead: opening,
      lastBilledAt: openingAt ?? max(installed, start(0)))
  }

  static func id(_ endpoint: Int) -> EndpointID {
    EndpointID(rawValue: Fixture.firstID + UInt32(endpoint))
  }

  /// 00:00 of a day.
  static func start(_ day: Int) -> UTCMilliseconds { Fixture.clock.startOfDay(day0 + day) }

  func open() throws -> ReadStore { try Fixture.open(directory) }

  // MARK: - What happens to it

  /// Takes receptions in, in one upload for each collector and day.
  func receive(_ receptions: [Reception]) async throws {
    var intake = try Intake(try open())
    for upload in uploads(receptions) { try intake.take(upload, source: "test") }
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
  }

  func uploads(_ receptions: [Reception]) -> [Upload] {
    let groups = Dictionary(grouping: receptions) { [$0.day, Int($0.collector)] }
    return groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, receptions in
      sequence += 1
      return Fixture.upload(
        collector: UInt32(key[1]), day: Self.day0 + key[0], sequence: sequence,
        records: receptions.map(Self.record))
    }
  }

  static func record(_ reception: Reception) -> UploadRecord {
    UploadRecord(
      stamp: start(reception.day) + reception.time, rssiDbm: reception.rssi, channel: 7,
      frame: SCMFrame(
        StandardConsumptionMessage(
          endpointID: id(reception.endpoint).rawValue, ertType: reception.ertType,
          consumption: reception.register, physicalTamper: reception.tamper)))
  }

  func close(through day: Int) throws {
    var store = try open()
    try store.close(through: Self.day0 + day, timestamp: Fixture.timestamp)
  }

  /// Closes the days up to one, and validates them.
  @discardableResult
  func validate(through day: Int, threads: Int = 1) async throws -> ValidationResult {
    var store = try open()
    try store.close(through: Self.day0 + day, timestamp: Fixture.timestamp)
    return try await store.validate(timestamp: Fixture.timestamp, threads: threads)
  }

  @discardableResult
  func enter(_ entries: ReadEntry...) throws -> Int {
    var store = try open()
    return try store.enter(entries, timestamp: Fixture.timestamp)
  }

  static func entry(
    _ endpoint: Int, _ day: Int, _ quality: Quality, _ register: Int64? = nil,
    note: String = "the fitter"
  ) -> ReadEntry {
    ReadEntry(
      endpoint: id(endpoint), day: day0 + day, quality: quality, register: register, note: note)
  }

  // MARK: - What became of it

  var path: String { directory.file("store") }

  func versions(_ endpoint: Int, _ day: Int) throws -> [StoredRead] {
    try open().slot(Self.day0 + day).content().versions(of: Self.id(endpoint).rawValue)
  }

  /// The current row of a day in short: register, quality, and of an estimate or rejection its
  /// reason; nil where the day has no row.
  func value(_ endpoint: Int, _ day: Int) throws -> String? {
    try versions(endpoint, day).last.map(Self.text)
  }

  /// All versions of a day in short, the oldest first.
  func texts(_ endpoint: Int, _ day: Int) throws -> [String] {
    try versions(endpoint, day).map(Self.text)
  }

  private static func text(_ read: StoredRead) -> String {
    let reason = read.reason.map { " \($0.name)" } ?? ""
    return "\(read.register) \(read.quality.rawValue)\(reason)"
  }

  /// The findings about an endpoint in short: rule, days, reads, registers, units, partner.
  func findings(_ endpoint: Int) throws -> [String] {
    try allFindings().filter { $0.endpoint == Self.id(endpoint).rawValue }.map { finding in
      let days = "\(finding.firstDay - Self.day0)...\(finding.lastDay - Self.day0)"
      let before = finding.before.map { " \($0)" } ?? " -"
      let after = finding.after.map { ">\($0)" } ?? ">-"
      let partner = finding.partner.map { " with \($0 - Fixture.firstID)" } ?? ""
      return "\(finding.flag.rawValue) \(days) reads \(finding.reads)\(before)\(after) "
        + "units \(finding.units)\(partner)"
    }
  }

  func allFindings() throws -> [Finding] {
    let store = try open()
    return try store.files(of: .findings).sorted { $0.path < $1.path }.flatMap { file in
      try FindingsTable.findings(file.open()).map(\.0)
    }
  }

  /// Consumption of an endpoint by day; nil where the table `daily` has no row.
  func daily(_ endpoint: Int, _ days: Range<Int>) throws -> [Int64?] {
    let store = try open()
    var units: [Int64: Int64] = [:]
    for file in store.files(of: .daily) {
      let opened = try file.open()
      let rows = zip(try opened.integers("endpoint_id"), try opened.integers("day"))
      for ((id, day), value) in zip(rows, try opened.integers("consumption"))
      where id == Int64(Self.id(endpoint).rawValue) {
        units[day - Int64(Self.day0.number)] = value
      }
    }
    return days.map { units[Int64($0)] }
  }

  /// A column of the table `monthly` for an endpoint, by month.
  func monthly(_ endpoint: Int, _ column: String) throws -> [Int64?] {
    let store = try open()
    return try store.validatedMonths.flatMap { month in
      try store.monthFiles(of: .monthly, month).flatMap { file in
        let opened = try file.open()
        return zip(try opened.integers("endpoint_id"), try opened.optionalIntegers(column))
          .filter { $0.0 == Int64(Self.id(endpoint).rawValue) }.map(\.1)
      }
    }
  }

  func check() async throws -> [String] {
    try await open().check(threads: 1).faults.map(\.message)
  }
}
