import Metering
import TestSupport
import VEE

@testable import BillingExport

/// Pittsburgh's standard time.
let clock = LocalClock(utcOffsetMinutes: -300)

/// Reads held in memory, by day.
struct MemoryReads: DailyReads {
  var days: [CivilDay: DayOfReads] = [:]

  func reads(on day: CivilDay) throws -> DayOfReads? { days[day] }
}

/// One read as a test states it.
struct StatedRead {
  var endpoint: UInt32
  var count: Int64
  var at: UTCMilliseconds
  var quality = Quality.actual

  var method: EstimateMethod? {
    let methods = EstimateMethod.allCases
    return quality == .estimated ? methods[Int(count.magnitude % 3)] : nil
  }
}

extension MemoryReads {
  /// Reads of each day, in any order of endpoint.
  init(_ stated: [CivilDay: [StatedRead]]) throws {
    for (day, reads) in stated {
      let sorted = reads.sorted { $0.endpoint < $1.endpoint }
      days[day] = try DayOfReads(
        endpointIDs: sorted.map(\.endpoint), registers: sorted.map(\.count),
        readAt: sorted.map(\.at), qualities: sorted.map(\.quality), methods: sorted.map(\.method))
    }
  }
}

func june1998() throws -> BillingMonth {
  guard let month = BillingMonth(year: 1998, month: 6) else { throw TestFailure.noSuchDate }
  return month
}

func cycle(_ number: Int) throws -> BillingCycle {
  guard let cycle = BillingCycle(rawValue: number) else { throw TestFailure.noSuchDate }
  return cycle
}

func juneRun() throws -> BillingRun {
  try BillingRun(
    utility: "pgh", month: try june1998(), daysBefore: 3, daysAfter: 1, clock: clock)
}

/// What the writers of formats know of a batch of June 1998.
func heading(_ batch: BatchID, _ daylightSaving: DaylightSaving = .none) throws -> FormatHeading {
  FormatHeading(
    batch: batch, window: try juneRun().window(of: batch.cycle), clock: clock,
    daylightSaving: daylightSaving)
}

enum TestFailure: Error {
  case noSuchDate
  case sourceBroken
}

/// A registry of random meters and, for each day of a stretch, random reads of most of them: also
/// of strangers, of other qualities, before the last bill, backwards and past the rollover.
struct RandomTerritory {
  var registry: [ServicePoint] = []
  var reads: [CivilDay: [StatedRead]] = [:]

  /// - Parameter mixesQualities: as many reads of each quality, instead of mostly actual ones.
  init(
    seed: UInt64, meters: Int, days: ClosedRange<Int>, mixesQualities: Bool = false
  ) throws {
    var random = SplitMix64(seed: seed)
    var endpoint: UInt32 = 0
    for number in 0..<meters {
      endpoint += UInt32.random(in: 1...9, using: &random)
      registry.append(try Self.meter(number, endpoint: endpoint, random: &random))
    }
    for dayNumber in days {
      let day = CivilDay(number: dayNumber)
      var list: [StatedRead] = []
      for point in registry where Int.random(in: 0..<10, using: &random) < 6 {
        list.append(
          Self.read(of: point, on: day, mixesQualities: mixesQualities, random: &random))
      }
      let known = Set(registry.map(\.endpoint.rawValue))
      for _ in 0..<meters / 8 {
        let stranger = UInt32.random(in: 0...endpoint + 50, using: &random)
        if !known.contains(stranger), !list.contains(where: { $0.endpoint == stranger }) {
          list.append(StatedRead(endpoint: stranger, count: 1, at: clock.startOfDay(day)))
        }
      }
      reads[day] = list
    }
  }

  private static func meter(
    _ number: Int, endpoint: UInt32, random: inout SplitMix64
  ) throws -> ServicePoint {
    let dials = Int.random(in: 4...6, using: &random)
    let register = RegisterFormat(
      dials: dials, multiplier: [1, 10, 40][Int.random(in: 0..<3, using: &random)])
    let lastDay = CivilDay(year: 1998, month: 5, day: 1) + Int.random(in: 0...34, using: &random)
    let names = ["A\(number)", "Smith, John", "\"Q\" \(number)", "Žižkov \(number)", ""]
    return ServicePoint(
      endpoint: EndpointID(rawValue: endpoint), meterID: "M\(number)",
      servicePointID: "P\(number)",
      accountID: names[Int.random(in: 0..<names.count, using: &random)],
      commodity: Commodity.allCases[Int.random(in: 0..<3, using: &random)], register: register,
      cycle: try cycle(Int.random(in: 1...21, using: &random)),
      installedAt: clock.startOfDay(
        CivilDay(year: 1998, month: 5, day: 1) + Int.random(in: 0...45, using: &random)),
      removedAt: Int.random(in: 0..<8, using: &random) == 0
        ? clock.startOfDay(
          CivilDay(year: 1998, month: 6, day: 2) + Int.random(in: 0...40, using: &random)) : nil,
      lastBilledRead: Int64.random(in: 0..<register.span, using: &random),
      lastBilledAt: clock.startOfDay(lastDay) + Int64.random(in: 0..<86_400_000, using: &random))
  }

  private static func read(
    of point: ServicePoint, on day: CivilDay, mixesQualities: Bool, random: inout SplitMix64
  ) -> StatedRead {
    let span = point.register.span
    let step = Int64.random(in: -30...900, using: &random)
    let count =
      Int.random(in: 0..<40, using: &random) == 0
      ? span + abs(step)
      : (point.lastBilledRead + step + span) % span
    let quality = Quality.allCases[
      max(0, Int.random(in: mixesQualities ? 0..<6 : -20..<6, using: &random))]
    return StatedRead(
      endpoint: point.endpoint.rawValue, count: count,
      at: clock.startOfDay(day) + Int64.random(in: 0..<86_400_000, using: &random),
      quality: quality)
  }
}

/// A billing line worked out the slow and plain way.
struct OracleLine {
  let point: ServicePoint
  let read: StatedRead?
  let isFinal: Bool

  var billable: BillableRead? {
    read.map {
      BillableRead(
        read: RegisterRead(count: $0.count, at: $0.at), quality: $0.quality, method: $0.method)
    }
  }

  /// As nobody notes what these meters show when they are removed, final lines have no read.
  var determinant: Determinant {
    let previous = RegisterRead(count: point.lastBilledRead, at: point.lastBilledAt)
    if isFinal { return Determinant(missing: .finalBill, previous: previous) }
    return Determinant(
      register: point.register, previous: previous, read: billable?.read,
      quality: read?.quality ?? .actual, method: read?.method, clock: clock)
  }
}

/// The billing lines of one cycle of a territory in which each meter stands alone.
func oracleLines(
  _ territory: RandomTerritory, cycle: BillingCycle, window: ReadWindow
) -> [OracleLine] {
  var rules = VEERules()
  rules.readDaysBefore = window.scheduled - window.first
  rules.readDaysAfter = window.last - window.scheduled
  let previous = cycle.scheduledReadBefore(window.scheduled)
  var readsByEndpoint: [UInt32: [(CivilDay, StatedRead)]] = [:]
  // A day beyond the window on either side: leaving them out is for the rule.
  for day in (window.first - 1).number...(window.last + 1).number {
    for read in territory.reads[CivilDay(number: day)] ?? [] {
      readsByEndpoint[read.endpoint, default: []].append((CivilDay(number: day), read))
    }
  }
  return territory.registry.compactMap { point in
    guard point.cycle == cycle, !point.accountID.isEmpty,
      clock.day(of: point.installedAt) <= window.scheduled
    else { return nil }
    if let removed = point.removedAt, clock.day(of: removed) <= window.scheduled {
      return clock.day(of: removed) > previous
        ? OracleLine(point: point, read: nil, isFinal: true) : nil
    }
    var days: [CivilDay] = []
    var reads: [StatedRead] = []
    for (day, read) in readsByEndpoint[point.endpoint.rawValue] ?? []
    where read.at > max(point.lastBilledAt, point.installedAt) && read.at < point.removedAt ?? .max
    {
      days.append(day)
      reads.append(read)
    }
    let index = rules.readIndex(
      cycleDate: window.scheduled,
      among: reads.indices.map {
        CycleRead(day: days[$0], at: reads[$0].at, quality: reads[$0].quality)
      })
    return OracleLine(point: point, read: index.map { reads[$0] }, isFinal: false)
  }
}
