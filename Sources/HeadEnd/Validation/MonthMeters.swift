import Metering
import VEE

/// What the use of an endpoint on a day is counted by.
struct DayMeter: Sendable, Equatable {
  var cycle: UInt8
  var commodity: Commodity
  var service: ReadService
  /// Units per count.
  var multiplier: Int32
  /// Number of different counts.
  var span: Int64

  fileprivate init(_ point: ServicePoint) {
    cycle = UInt8(point.cycle.rawValue)
    commodity = point.commodity
    service = point.service
    multiplier = Int32(clamping: point.register.multiplier)
    span = point.register.spanInSCM
  }

  /// Units used from one count to another.
  @inline(__always)
  func use(from before: Int64, to value: Int64) -> Int64 {
    let counts = value - before
    // Nearly always; the general way around is slower.
    if counts >= 0 && counts <= 1 << 16 && counts <= span / 2 { return counts * Int64(multiplier) }
    return netUse(from: before, to: value, span: span) * Int64(multiplier)
  }
}

/// The meters that the endpoints read in a month, by row and day: those in service when the day
/// ends, or the last one before.
struct MonthMeters: Sendable {
  /// As of the month's end.
  private(set) var last: [DayMeter] = []
  /// Of rows with several registry rows, day by day.
  private(set) var changing: [Int: [DayMeter]] = [:]
  /// Which rows those are: a dictionary is too slow to ask for every endpoint and day.
  private var isChanging: [Bool] = []
  /// Whether any endpoint is read once a month.
  let hasMonthlyService: Bool

  init(
    _ registry: [ServicePoint], _ ranges: RegistryRanges, firstDay: CivilDay, dayCount: Int,
    clock: LocalClock
  ) {
    hasMonthlyService = registry.contains { $0.isReadMonthly }
    last.reserveCapacity(ranges.count)
    isChanging.reserveCapacity(ranges.count)
    for row in 0..<ranges.count {
      let range = ranges[row]
      isChanging.append(range.count > 1)
      if range.count == 1 {
        last.append(DayMeter(registry[range.lowerBound]))
        continue
      }
      let days = (0..<dayCount).map { day -> DayMeter in
        let end = clock.startOfDay(firstDay + day + 1)
        let place = range.last { registry[$0].installedAt < end } ?? range.lowerBound
        return DayMeter(registry[place])
      }
      changing[row] = days
      last.append(days[dayCount - 1])
    }
  }

  func atEnd(_ row: Int) -> DayMeter { last[row] }

  @inline(__always)
  func meter(_ day: Int, _ row: Int) -> DayMeter {
    isChanging[row] ? changing[row]?[day] ?? last[row] : last[row]
  }
}
