import Metering
import VEE

extension ValidatedMonth {
  /// What an endpoint used on a day as the difference of two days' values, in units; nil where there
  /// are not two.
  func plainUse(_ day: Int, _ row: Int, _ meter: DayMeter) -> Int64? {
    guard let value = grid.register(day, row),
      let before = day > 0 ? grid.register(day - 1, row) : startValue(row)
    else { return nil }
    return meter.use(from: before, to: value)
  }

  /// The value before the first day.
  @inline(__always)
  private func startValue(_ row: Int) -> Int64? { startValues[row] < 0 ? nil : startValues[row] }

  /// What each endpoint used in the whole month, in units, by row.
  func monthlyUse(_ meters: MonthMeters, _ rows: Range<Int>) -> [Int64] {
    rows.map { row in
      let cells = grid.cells(of: row)
      var sum: Int64 = 0
      var before = startValue(row)
      for day in 0..<dayCount {
        let value = cells.register(day)
        if let value, let before { sum &+= meters.meter(day, row).use(from: before, to: value) }
        before = value
      }
      return sum
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

  /// What all endpoints have on a day.
  func use(on day: Int, _ meters: MonthMeters) -> DayUse {
    let cells = grid.cells(on: day)
    let cellsBefore = day > 0 ? grid.cells(on: day - 1) : nil
    func use(_ row: Int, _ meter: DayMeter) -> Int64 {
      guard let value = cells.register(row),
        let before = cellsBefore.map({ $0.register(row) }) ?? startValue(row)
      else { return 0 }
      return meter.use(from: before, to: value)
    }
    var units = meters.last.withUnsafeBufferPointer { meters in
      (0..<cells.count).map { use($0, meters[$0]) }
    }
    for row in meters.changing.keys { units[row] = use(row, meters.meter(day, row)) }
    for change in overrides[day] { units[change.row] = change.units }
    return DayUse(
      values: (0..<cells.count).map(cells.value),
      counted: meters.hasMonthlyService ? (0..<cells.count).map(cells.counted) : nil, units: units,
      usedBesides: overrides[day].map(\.row))
  }
}

/// What all endpoints have on a day, by row.
struct DayUse {
  let values: [DayValue]
  /// As what the day counts: its value, or for endpoints that are read once a month `none` where no
  /// read was due, and on the scheduled day the best value of the read window.
  let counted: [DayValue]
  /// In the unit of the commodity; 0 where nothing is known.
  let units: [Int64]
  /// Rows that have a value or use; nil is all.
  let rows: [Int]?

  /// - Parameters:
  ///   - counted: nil where every day counts as its value.
  ///   - usedBesides: rows that have used something even without a value.
  init(values: [DayValue], counted: [DayValue]? = nil, units: [Int64], usedBesides: [Int]) {
    self.values = values
    self.counted = counted ?? values
    self.units = units
    if values.contains(.none) {
      let others = Set(usedBesides)
      rows = values.indices.filter { values[$0] != .none || others.contains($0) }
    } else {
      rows = nil
    }
  }

  /// The elements of the rows that have something.
  func chosen<Element>(_ elements: [Element]) -> [Element] {
    guard let rows else { return elements }
    return rows.map { elements[$0] }
  }
}
