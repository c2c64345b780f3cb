import Metering
import TestSupport
import Testing

@testable import BillingExport

/// A service point over five months: exchanges, other modules, moves between cycles, changes of
/// account and vacancies at random midnights, and what was truly used.
private struct RandomPlace {
  private(set) var rows: [ServicePoint] = []
  /// Units used by each half day since the first day; always a multiple of 10, so that registers of
  /// either multiplier show all of it.
  private let used: [Int64]
  private let name: String
  private var meters = 0
  /// What the present meter's dials showed at which use.
  private var start: (count: Int64, used: Int64)

  static let firstDay = CivilDay(year: 1998, month: 5, day: 1)
  static let dayCount = 160

  init(_ number: Int, endpoint: inout UInt32, random: inout SplitMix64) throws {
    name = "P\(number)"
    var sum: Int64 = 0
    used = (0...2 * Self.dayCount).map { _ in
      defer { sum += 10 * Int64.random(in: 0...30, using: &random) }
      return sum
    }
    start = (Int64.random(in: 0..<100_000, using: &random), 0)
    try begin(on: 0, endpoint: endpoint, random: &random)
    var day = 0
    while true {
      day += Int.random(in: 1...60, using: &random)
      // What ends by then is billed before the last month's end.
      if day > 115 { break }
      try change(on: day, endpoint: &endpoint, random: &random)
    }
    endpoint += 1
  }

  static func midnight(_ day: Int) -> UTCMilliseconds { clock.startOfDay(firstDay + day) }

  func used(at instant: UTCMilliseconds) -> Int64 {
    used[Int((instant - Self.midnight(0)) / (millisecondsPerDay / 2))]
  }

  /// What the present row's dials show.
  private func shown(_ row: ServicePoint, _ start: (count: Int64, used: Int64), half: Int) -> Int64
  {
    let counts = (used[half] - start.used) / Int64(row.register.multiplier)
    return (start.count + counts) % row.register.span
  }

  private mutating func begin(on day: Int, endpoint: UInt32, random: inout SplitMix64) throws {
    meters += 1
    let at = Self.midnight(day)
    rows.append(
      ServicePoint(
        endpoint: EndpointID(rawValue: endpoint), meterID: "\(name)-\(meters)",
        servicePointID: name, accountID: "\(name)-A", commodity: .electric,
        register: RegisterFormat(dials: 5, multiplier: Bool.random(using: &random) ? 1 : 10),
        cycle: try cycle(Int.random(in: 1...21, using: &random)), installedAt: at,
        lastBilledRead: start.count, lastBilledAt: at))
  }

  private mutating func change(
    on day: Int, endpoint: inout UInt32, random: inout SplitMix64
  ) throws {
    let place = rows.count - 1
    let at = Self.midnight(day)
    let count = shown(rows[place], start, half: 2 * day)
    rows[place].removedAt = at
    var next = rows[place]
    (next.installedAt, next.removedAt, next.lastBilledAt) = (at, nil, at)
    switch Int.random(in: 0..<5, using: &random) {
    case 0:
      rows[place].removedRead = count
      start = (Int64.random(in: 0..<100_000, using: &random), used[2 * day])
      if Bool.random(using: &random) { endpoint += 1 }
      try begin(on: day, endpoint: endpoint, random: &random)
      rows[place + 1].accountID = rows[place].accountID
      return
    case 1:
      // The same meter by another module, or in another cycle, whose row says nothing.
      next.lastBilledRead = 0
      next.cycle = try cycle(Int.random(in: 1...21, using: &random))
    case 2:
      endpoint += 1
      next.endpoint = EndpointID(rawValue: endpoint)
      next.lastBilledRead = count
    case 3:
      // Between two accounts nobody may have looked.
      if rows[place].accountID.isEmpty || Bool.random(using: &random) {
        rows[place].removedRead = count
      }
      next.accountID = "\(name)-\(day)"
      next.lastBilledRead = 0
    default:
      rows[place].removedRead = count
      next.lastBilledRead = count
      next.accountID = rows[place].accountID.isEmpty ? "\(name)-\(day)" : ""
    }
    rows.append(next)
  }

  /// A read at noon of each day, of any quality but always of what the dials show.
  func reads(random: inout SplitMix64) -> [(CivilDay, StatedRead)] {
    var result: [(CivilDay, StatedRead)] = []
    var start: (count: Int64, used: Int64) = (0, 0)
    for (place, row) in rows.enumerated() {
      let first = Int((row.installedAt - Self.midnight(0)) / millisecondsPerDay)
      if place == 0 || rows[place - 1].meterID != row.meterID {
        start = (row.lastBilledRead, used[2 * first])
      }
      let end = row.removedAt.map { Int(($0 - Self.midnight(0)) / millisecondsPerDay) }
      for day in first..<(end ?? Self.dayCount) where Int.random(in: 0..<8, using: &random) > 0 {
        let qualities: [Quality] = [.actual, .actual, .estimated, .customer, .verified, .missing]
        result.append(
          (
            Self.firstDay + day,
            StatedRead(
              endpoint: row.endpoint.rawValue, count: shown(row, start, half: 2 * day + 1),
              at: Self.midnight(day) + millisecondsPerDay / 2,
              quality: qualities[Int.random(in: 0..<6, using: &random)])
          ))
      }
    }
    return result
  }

  /// The rows in short.
  var text: String {
    rows.map { row in
      let days = [row.installedAt, row.removedAt ?? 0].map { ($0 - Self.midnight(0)) / 86_400_000 }
      return "\(row.meterID) \(row.accountID) c\(row.cycle.rawValue) e\(row.endpoint.rawValue) "
        + "x\(row.register.multiplier) \(days) \(row.lastBilledRead) \(row.removedRead ?? -1)"
    }.joined(separator: "; ")
  }

  /// What all accounts together used up to an instant.
  func billable(until end: UTCMilliseconds) -> Int64 {
    rows.filter { !$0.accountID.isEmpty && $0.installedAt < end }.reduce(0) {
      $0 + used(at: min($1.removedAt ?? .max, end)) - used(at: $1.installedAt)
    }
  }
}

@Suite struct NothingLostTests {
  @Test(
    "over months of changes every unit is billed once, and to whom it belongs",
    arguments: [31, 32, 33] as [UInt64])
  func conservation(seed: UInt64) async throws {
    var random = SplitMix64(seed: seed)
    var endpoint: UInt32 = 1
    let places = try (0..<150).map {
      try RandomPlace($0, endpoint: &endpoint, random: &random)
    }
    var reads: [CivilDay: [StatedRead]] = [:]
    for (day, read) in places.flatMap({ $0.reads(random: &random) }) {
      reads[day, default: []].append(read)
    }
    let source = try MemoryReads(reads)
    let registry = places.flatMap(\.rows).sorted {
      ($0.endpoint, $0.installedAt) < ($1.endpoint, $1.installedAt)
    }
    let directory = try TemporaryDirectory()
    var history = BillHistory()
    var lines: [TextLine] = []
    for month in 5...9 {
      let batches = try await BillingRun(
        utility: "pgh", month: try #require(BillingMonth(year: 1998, month: month)), daysBefore: 3,
        daysAfter: 1, clock: clock
      ).write(registry: registry, history: history, reads: source, to: directory.path)
      for batch in batches {
        history.add(batch.billedReads, rowCount: registry.count)
        lines += try TextLine.all(of: batch)
      }
    }
    let linesByPlace = Dictionary(grouping: lines) { $0["service_point_id"] }
    var reasons: Set<String> = []
    for place in places {
      let name = place.rows[0].servicePointID
      let billed = (linesByPlace[name] ?? []).filter { $0["consumption"] != "" }
      reasons.formUnion((linesByPlace[name] ?? []).map { $0["reason"] })
      let sum = billed.reduce(0) { $0 + (Int64($1["consumption"]) ?? 0) }
      let last = billed.compactMap { Metering.instant(iso8601: $0["read_at"]) }.max()
      let isOver = place.rows.last?.accountID.isEmpty ?? true
      let end = isOver ? UTCMilliseconds.max : last ?? RandomPlace.midnight(0)
      #expect(sum == place.billable(until: end), "\(place.text), seed \(seed)")
      // Where the meter was read at a change of account, each side pays its own.
      for (row, next) in zip(place.rows, place.rows.dropFirst())
      where !row.accountID.isEmpty && row.accountID != next.accountID && row.removedRead != nil {
        #expect(billed.contains { $0["account_id"] == row.accountID }, "\(name), seed \(seed)")
      }
    }
    #expect(reasons.isSuperset(of: ["", "meter_exchange", "final_bill", "short_period"]))
    #expect(!reasons.contains("negative_consumption"), "seed \(seed)")
  }
}
