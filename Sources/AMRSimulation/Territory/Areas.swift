/// The squares of equal size by which a territory is built and reported.
///
/// They are counted from the territory's south-western corner: columns A, B, … Z, AA, … from west to
/// east, rows 1, 2, … from south to north, so that the area in the corner is `A1`.
public struct Areas: Sendable {
  /// One square with modules in it.
  public struct Area: Sendable, Equatable {
    /// Such as `C4`.
    public let name: String
    let column: Int
    let row: Int
    public fileprivate(set) var modules = 0
  }

  /// Those with modules, row by row from the south, each from the west.
  public let list: [Area]
  /// The place in `list` of each module's area, by its index.
  public let ofModule: [UInt16]
  private let west: Int32
  private let south: Int32
  /// In decimetres.
  private let side: Int32
  private let places: [Square: Int]

  private struct Square: Hashable, Sendable {
    let column: Int32
    let row: Int32
  }

  /// The most areas that a territory has.
  private static let most = 65_535

  /// - Parameter areaKm: the side of a square.
  /// - Throws: when there are more areas than anybody reports.
  init(_ territory: Territory, areaKm: Double, source: String) throws(TerritoryError) {
    (west, south) = (territory.x.min() ?? 0, territory.y.min() ?? 0)
    let side = Int32((areaKm * 10_000).rounded())
    self.side = side
    let (x0, y0) = (west, south)
    let squares = territory.x.indices.map {
      Square(column: (territory.x[$0] - x0) / side, row: (territory.y[$0] - y0) / side)
    }
    let distinct = Set(squares).sorted { ($0.row, $0.column) < ($1.row, $1.column) }
    guard distinct.count <= Self.most else {
      throw TerritoryError(
        source: source,
        message: "territory.area_km = \(areaKm) makes \(distinct.count) areas; expected at most "
          + "\(Self.most): make them larger")
    }
    places = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
    var list = distinct.map {
      Area(name: Self.name($0.column, $0.row), column: Int($0.column), row: Int($0.row))
    }
    var ofModule: [UInt16] = []
    ofModule.reserveCapacity(squares.count)
    for square in squares {
      let place = places[square] ?? 0
      list[place].modules += 1
      ofModule.append(UInt16(place))
    }
    self.list = list
    self.ofModule = ofModule
  }

  /// The place in `list` of the area in which something stands; nil outside all areas with modules.
  func place(x: Int32, y: Int32) -> Int? {
    guard x >= west, y >= south else { return nil }
    return places[Square(column: (x - west) / side, row: (y - south) / side)]
  }

  /// Places of `list` in the order in which they are built: most modules first.
  var buildingOrder: [Int] {
    list.indices.sorted { (-list[$0].modules, $0) < (-list[$1].modules, $1) }
  }

  private static func name(_ column: Int32, _ row: Int32) -> String {
    var letters = ""
    var number = Int(column) + 1
    while number > 0 {
      let letter = UnicodeScalar(UInt8(ascii: "A") + UInt8((number - 1) % 26))
      letters = String(Character(letter)) + letters
      number = (number - 1) / 26
    }
    return letters + String(row + 1)
  }
}
