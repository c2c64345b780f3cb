import Metering
import VEE

extension ValidatedMonth {
  /// What an endpoint used on a day as the difference of two days' values, in units; nil where there
  /// are not two.
  @inline(__always)
  func plainUse(_ day: Int, _ row: Int, _ meter: DayMeter) -> Int64? {
    guard let value = grid.register(day, row),
      let before = day > 0
        ? grid.register(day - 1, row) : startValues[row] < 0 ? nil : startValues[row]
    else { return nil }
    let counts = value - before
    // Nearly always; the general way around is slower.
    if counts >= 0 && counts <= 1 << 16 && counts <= meter.span / 2 {
      return counts * Int64(meter.multiplier)
    }
    return netUse(from: before, to: value, span: meter.span) * Int64(meter.multiplier)
  }

  /// What each endpoint used in the whole month, in units, by row.
  func monthlyUse(_ meters: MonthMeters, _ rows: Range<Int>) -> [Int64] {
    rows.map { row in
      (0..<dayCount).reduce(Int64(0)) { sum, day in
        sum &+ (plainUse(day, row, meters.meter(day, row)) ?? 0)
      }
    }
  }

  /// What is to be added to the plain use of a month because meters changed, by row.
  func exchangedUse(_ meters: MonthMeters) -> [Int: Int64] {
    var sums: [Int: Int64] = [:]
    for change in overrides.joined() {
      let plain = plainUse(change.day, change.row, meters.meter(change.day, change.row)) ?? 0
      sums[change.row, default: 0] += change.units - plain
    }
    return sums
  }

  /// Calls `body` with each endpoint that has a value or use on a day.
  func forEachUse(
    on day: Int, _ meters: MonthMeters,
    _ body: (_ row: Int, DayValue, _ meter: DayMeter, _ units: Int64) -> Void
  ) {
    let changes = overrides[day]
    var place = 0
    for row in 0..<grid.endpointCount {
      let meter = meters.meter(day, row)
      let value = grid.value(day, row)
      if place < changes.count, changes[place].row == row {
        body(row, value, meter, changes[place].units)
        place += 1
      } else if value != .none {
        body(row, value, meter, plainUse(day, row, meter) ?? 0)
      }
    }
  }
}
