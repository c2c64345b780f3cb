import Metering

/// A straight stretch of street that a van drives in one direction, in decimetres on the map.
struct Street: Sendable, Equatable {
  let fromX: Int32
  let fromY: Int32
  let toX: Int32
  let toY: Int32

  /// In metres.
  var length: Double { metresBetween(fromX, fromY, toX, toY) }
}

/// Metres between two places in decimetres.
func metresBetween(_ x: Int32, _ y: Int32, _ otherX: Int32, _ otherY: Int32) -> Double {
  let (dx, dy) = (Double(x) - Double(otherX), Double(y) - Double(otherY))
  return (dx * dx + dy * dy).squareRoot() / 10
}

/// All stretches of street that vans drive, in the order in which one van would drive all of them, and
/// the one from which each module is expected to be heard.
struct StreetMap: Sendable {
  let streets: [Street]
  /// The street of each module, as a place in `streets`; −1 for a module that no route passes.
  let ofModule: [Int32]
  /// Equal pieces of each street in which a link's mean power is the same.
  let segments: [Int32]
  /// The number of each street's first segment.
  let firstSegment: [Int32]

  private init(streets: [Street], ofModule: [Int32], segmentM: Double) {
    self.streets = streets
    self.ofModule = ofModule
    segments = streets.map { Int32(max(1, ($0.length / segmentM).rounded(.up))) }
    var sum: Int32 = 0
    firstSegment = segments.map { count in
      sum += count
      return sum - count
    }
  }

  /// A grid of parallel streets from west to east, cut at squares of `vans.pass_spacing_m`; only the
  /// squares with modules are driven, through their middle, area by area and there and back through
  /// an area's rows.
  init(grid scenario: Scenario, territory: Territory, areas: Areas, segmentM: Double) {
    struct Cell: Hashable {
      let area: UInt16
      let row: Int32
      let column: Int32
    }
    let side = Int32((scenario.vans.passSpacingM * 10).rounded())
    let (west, south) = (territory.x.min() ?? 0, territory.y.min() ?? 0)
    let cells = territory.x.indices.map {
      Cell(
        area: areas.ofModule[$0], row: (territory.y[$0] - south) / side,
        column: (territory.x[$0] - west) / side)
    }
    // Areas there and back, too: the next one begins near where the last one ended.
    func key(_ cell: Cell) -> (Int, Int, Int32, Int32) {
      let area = areas.list[Int(cell.area)]
      let isEven = cell.row % 2 == 0
      return (
        area.row, area.row % 2 == 0 ? area.column : -area.column, cell.row,
        isEven ? cell.column : -cell.column
      )
    }
    let order = Set(cells).sorted { key($0) < key($1) }
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, Int32($0)) })
    self.init(
      streets: order.map { cell in
        let y = south + cell.row * side + side / 2
        let (left, right) = (west + cell.column * side, west + (cell.column + 1) * side)
        return cell.row % 2 == 0
          ? Street(fromX: left, fromY: y, toX: right, toY: y)
          : Street(fromX: right, fromY: y, toX: left, toY: y)
      },
      ofModule: cells.map { places[$0] ?? -1 }, segmentM: segmentM)
  }

  /// The streets of given routes. A module belongs to the nearest one of its billing cycle's route.
  init(routes: RouteTable, territory: Territory, segmentM: Double) {
    var streets: [Street] = []
    var ofCycle: [Range<Int>] = []
    for cycle in BillingCycle.allCases {
      let first = streets.count
      let points = routes.points[cycle] ?? []
      for (from, to) in zip(points, points.dropFirst()) {
        streets.append(Street(fromX: from.x, fromY: from.y, toX: to.x, toY: to.y))
      }
      ofCycle.append(first..<streets.count)
    }
    let ofModule = (0..<territory.count).map { module -> Int32 in
      let cycle = RegistryRows.cycle(index: module, count: territory.count)
      let (x, y) = (territory.x[module], territory.y[module])
      let nearest = ofCycle[cycle.rawValue - 1].min {
        streets[$0].distance(toX: x, y: y) < streets[$1].distance(toX: x, y: y)
      }
      return nearest.map { Int32($0) } ?? -1
    }
    self.init(streets: streets, ofModule: ofModule, segmentM: segmentM)
  }
}

extension Street {
  /// Metres from a place to the nearest point of the street.
  fileprivate func distance(toX x: Int32, y: Int32) -> Double {
    let (dx, dy) = (Double(toX) - Double(fromX), Double(toY) - Double(fromY))
    let (px, py) = (Double(x) - Double(fromX), Double(y) - Double(fromY))
    let square = dx * dx + dy * dy
    let share = square == 0 ? 0 : max(0, min(1, (px * dx + py * dy) / square))
    let (ex, ey) = (px - share * dx, py - share * dy)
    return (ex * ex + ey * ey).squareRoot() / 10
  }
}
