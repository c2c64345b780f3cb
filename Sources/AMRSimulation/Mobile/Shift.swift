import RadioModel

/// What one van drives in one day: a route run.
struct Shift: Sendable {
  /// A street and when its drive begins.
  struct Leg: Sendable, Equatable {
    /// Place in the map.
    let street: Int
    /// Ticks since the start of the run.
    let start: Int64
    let end: Int64
  }

  /// The van's number, from 0.
  let van: Int
  let legs: [Leg]
  /// From the depot to the depot, in ticks.
  let ticks: Range<Int64>
  /// All of the way.
  let kilometres: Double

  var hours: Double { Double(ticks.upperBound - ticks.lowerBound) / Double(3600 * Ticks.perSecond) }
}

/// Deals streets to the vans of a day: each takes the next ones in their order as long as it will be
/// back in the depot at the end of its shift.
struct ShiftPlanner: Sendable {
  private let vans: VanSpec
  private let map: StreetMap
  private let depot: (x: Int32, y: Int32)

  /// - Parameter depot: in decimetres.
  init(_ vans: VanSpec, map: StreetMap, depot: (x: Int32, y: Int32)) {
    self.vans = vans
    self.map = map
    self.depot = depot
  }

  /// The shifts of a day, and how many of the streets they drive.
  ///
  /// - Parameters:
  ///   - streets: in the order in which they are to be driven.
  ///   - dayStart: ticks of the midnight before.
  func shifts(_ streets: [Int], dayStart: Int64) -> (shifts: [Shift], driven: Int) {
    let begin = dayStart + ticks(hours: vans.startHour)
    var shifts: [Shift] = []
    var next = 0
    while next < streets.count, shifts.count < vans.count {
      let first = next
      var (x, y) = depot
      var time = 0.0
      var kilometres = 0.0
      var legs: [Shift.Leg] = []
      while next < streets.count {
        let street = map.streets[streets[next]]
        let way = way(x, y, street.fromX, street.fromY)
        let home = wayHome(from: street)
        let drive = street.length / 1000
        let end = time + way / vans.transitKmh + drive / vans.speedKmh
        // A street that no shift can reach is driven all the same, by a shift of its own.
        guard end + home / vans.transitKmh <= vans.shiftH || next == first else { break }
        legs.append(
          Shift.Leg(
            street: streets[next], start: begin + ticks(hours: time + way / vans.transitKmh),
            end: begin + ticks(hours: end)))
        (x, y) = (street.toX, street.toY)
        time = end
        kilometres += way + drive
        next += 1
      }
      let home = way(x, y, depot.x, depot.y)
      shifts.append(
        Shift(
          van: shifts.count, legs: legs,
          ticks: begin..<begin + ticks(hours: time + home / vans.transitKmh),
          kilometres: kilometres + home))
    }
    return (shifts, next)
  }

  /// Kilometres by road between two places; none between streets that join.
  private func way(_ x: Int32, _ y: Int32, _ toX: Int32, _ toY: Int32) -> Double {
    metresBetween(x, y, toX, toY) / 1000 * vans.detourFactor
  }

  private func wayHome(from street: Street) -> Double {
    way(street.toX, street.toY, depot.x, depot.y)
  }

  private func ticks(hours: Double) -> Int64 {
    Int64(hours * 3600 * Double(Ticks.perSecond))
  }
}
