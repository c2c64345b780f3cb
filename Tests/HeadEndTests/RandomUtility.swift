import CollectorUpload
import Metering
import TestSupport

@testable import HeadEnd

/// A random small utility: a registry with exchanges, moves and removals, and what its collectors
/// hear in some weeks, with losses and registers that jump, stand still and roll over. Some endpoints
/// are read once a month, all the time or up to a day.
struct RandomUtility {
  let firstDay: Int
  let dayCount: Int
  let registry: [ServicePoint]
  /// In order of days.
  let uploads: [Upload]
  let endpoints: Range<Int>
  /// Endpoints whose meter stays the same.
  private(set) var steady: [Int] = []

  /// The days counted from that of `ValidationStore`.
  var days: Range<Int> { firstDay..<firstDay + dayCount }
  var lastDay: Int { firstDay + dayCount - 1 }

  init(seed: UInt64, endpoints: Int = 6, dayCount: Int = 44) {
    var random = SplitMix64(seed: seed)
    firstDay = 22
    self.dayCount = dayCount
    var registry: [ServicePoint] = []
    var receptions: [ValidationStore.Reception] = []
    for endpoint in 0..<endpoints {
      let meter = RandomMeter(endpoint, days: firstDay..<firstDay + dayCount, &random)
      registry += meter.registry
      if meter.registry.allSatisfy({ $0.meterID == meter.registry[0].meterID }) {
        steady.append(endpoint)
      }
      receptions += meter.receptions(&random)
    }
    // One more is always heard, so that the first day is always the same.
    self.endpoints = 0..<endpoints + 1
    registry.append(ValidationStore.point(endpoints, openingAt: ValidationStore.start(firstDay)))
    steady.append(endpoints)
    receptions += (firstDay..<firstDay + dayCount).map {
      .init(endpoint: endpoints, day: $0, register: UInt32($0))
    }
    self.registry = registry
    let groups = Dictionary(grouping: receptions) { [$0.day, Int($0.collector)] }
    uploads = groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.enumerated().map {
      Fixture.upload(
        collector: UInt32($1.key[1]), day: ValidationStore.day0 + $1.key[0],
        sequence: UInt64($0 + 1), records: $1.value.map(ValidationStore.record))
    }
  }

  /// The days on which an endpoint is in service, by a plain search.
  func daysInService(_ endpoint: Int) -> Set<Int> {
    Set(
      days.filter { day in
        registry.contains {
          $0.endpoint == ValidationStore.id(endpoint)
            && $0.installedAt < ValidationStore.start(day + 1)
            && ($0.removedAt ?? .max) > ValidationStore.start(day)
        }
      })
  }

  /// The row of the registry that holds when a day ends, or the last one before.
  func row(_ endpoint: Int, on day: Int) -> ServicePoint? {
    registry.last {
      $0.endpoint == ValidationStore.id(endpoint) && $0.installedAt < ValidationStore.start(day + 1)
    }
  }

  /// Of the days in service those on which a read is due.
  func daysDue(_ endpoint: Int) -> Set<Int> {
    daysInService(endpoint).filter { day in
      guard let row = row(endpoint, on: day) else { return false }
      if row.service == .daily { return true }
      let date = ValidationStore.day0 + day
      return row.cycle.scheduledRead(year: date.year, month: date.month) == date
        && row.removedAt ?? .max >= ValidationStore.start(day + 1)
    }
  }

  /// The same utility with a service that all rows have.
  func registry(_ service: ReadService) -> [ServicePoint] {
    registry.map { row in
      var row = row
      row.service = service
      return row
    }
  }
}

/// An endpoint of a random utility.
private struct RandomMeter {
  private(set) var registry: [ServicePoint] = []
  private let endpoint: Int
  private let days: Range<Int>
  /// Counts at the start of each day, of the meter that is there.
  private var counts: [Int: Int64] = [:]
  private var daily: Int64
  private var exchangeDay: Int?

  init(_ endpoint: Int, days: Range<Int>, _ random: inout SplitMix64) {
    self.endpoint = endpoint
    self.days = days
    daily = [0, 4, 10, 25].randomElement(using: &random)!
    let multiplier = [1, 1, 10].randomElement(using: &random)!
    var count = Bool.random(using: &random) ? Int64.random(in: 0..<5000, using: &random) : 99_700
    let opening = count
    let kind = Int.random(in: 0..<7, using: &random)
    let service = Int.random(in: 0..<3, using: &random) == 0 ? ReadService.monthly : .daily
    let cycle = [1, 1, 9, 21].randomElement(using: &random)!
    let change = Int.random(in: days.lowerBound + 3..<days.upperBound - 3, using: &random)
    if kind == 0 { exchangeDay = change }
    var closing: Int64 = 0
    for day in days {
      if day == exchangeDay {
        closing = count + daily / 3
        count = 17
      }
      counts[day] = count
      count += daily * Int64.random(in: 80...120, using: &random) / 100
    }
    let start = ValidationStore.start(days.lowerBound)
    func point(
      _ meter: String, from: Int64?, to: Int64?, read: Int64?, opening: Int64,
      cycle other: Int? = nil, service changed: ReadService? = nil
    ) -> ServicePoint {
      ValidationStore.point(
        endpoint, meter: meter, multiplier: multiplier, cycle: other ?? cycle,
        service: changed ?? service, from: from, to: to, removedRead: read, opening: opening,
        openingAt: max(from ?? start, start))
    }
    let instant =
      ValidationStore.start(change) + Int64.random(in: 0..<24, using: &random) * 3_600_000
    let shownAtChange = ((counts[change] ?? 0) + daily / 2) % 100_000
    switch kind {
    case 0:
      registry = [
        point(
          "M\(endpoint)", from: nil, to: instant,
          read: Bool.random(using: &random) ? closing % 100_000 : nil, opening: opening),
        point("N\(endpoint)", from: instant, to: nil, read: nil, opening: 17),
      ]
    case 1:
      registry = [
        point("M\(endpoint)", from: nil, to: instant, read: nil, opening: opening),
        point(
          "M\(endpoint)", from: instant, to: nil, read: nil, opening: shownAtChange, cycle: 9),
      ]
    case 2:
      registry = [
        point("M\(endpoint)", from: nil, to: instant, read: shownAtChange, opening: opening)
      ]
    case 3:
      registry = [
        point("M\(endpoint)", from: nil, to: instant, read: nil, opening: opening),
        point(
          "M\(endpoint)", from: instant, to: nil, read: nil, opening: shownAtChange,
          service: service == .daily ? .monthly : .daily),
      ]
    default:
      registry = [point("M\(endpoint)", from: nil, to: nil, read: nil, opening: opening)]
    }
  }

  func receptions(_ random: inout SplitMix64) -> [ValidationStore.Reception] {
    func chance(_ percent: Int, _ random: inout SplitMix64) -> Bool {
      Int.random(in: 0..<100, using: &random) < percent
    }
    // From one that is always heard to one that is first heard after some weeks.
    let silence = [0, 10, 50, 90].randomElement(using: &random)!
    let firstHeard = chance(15, &random) ? days.lowerBound + 25 : days.lowerBound
    var jump: Int64 = 0
    var receptions: [ValidationStore.Reception] = []
    for day in days {
      if chance(5, &random) {
        jump = chance(50, &random) ? 0 : Int64.random(in: -900...9000, using: &random)
      }
      if day < firstHeard || chance(silence, &random) { continue }
      for collector in 1...UInt32(2) where chance(70, &random) {
        let hour = Int64.random(in: 0..<24, using: &random)
        let shown = (counts[day]! + jump + daily * hour / 24) % 100_000
        receptions.append(
          ValidationStore.Reception(
            endpoint: endpoint, day: day, register: UInt32((shown + 100_000) % 100_000),
            time: hour * 3_600_000 + Int64.random(in: 0..<3_600_000, using: &random),
            collector: collector, tamper: chance(1, &random) ? 2 : 0,
            ertType: chance(1, &random) ? 11 : 7))
      }
    }
    return receptions
  }
}
