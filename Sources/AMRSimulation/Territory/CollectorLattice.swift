import Metering

/// The points of a lattice are counted in memory.
private let mostLatticePoints = 10_000_000

/// The sites of a hexagonal lattice over a territory, without those that few modules surround.
///
/// Every module counts for the lattice point nearest to it; a point with fewer than
/// `minModules` modules is not built. Sites are numbered from 1, south to north, west to east.
///
/// - Parameter source: what an error is about.
/// - Throws: when the lattice has more points than any network has collectors.
func latticeSites(over territory: Territory, spacingM: Int, minModules: Int, source: String)
  throws(TerritoryError) -> [CollectorSite]
{
  let spacing = Double(spacingM * 10)
  let rowHeight = spacing * 0.75.squareRoot()
  let west = Double(territory.x.min()!)
  let south = Double(territory.y.min()!)
  let columns = Int((Double(territory.x.max()!) - west) / spacing) + 3
  let rows = Int((Double(territory.y.max()!) - south) / rowHeight) + 3
  guard columns * rows <= mostLatticePoints else {
    throw TerritoryError(
      source: source,
      message: "a lattice with collectors.lattice_spacing_m = \(spacingM) has \(columns * rows) "
        + "points over the territory; expected at most \(mostLatticePoints): make it wider")
  }
  func point(_ column: Int, _ row: Int) -> (x: Double, y: Double) {
    let shift = row % 2 == 0 ? 0 : 0.5
    return (
      west + (Double(column) + shift - 0.5) * spacing, south + (Double(row) - 0.5) * rowHeight
    )
  }
  var modules = [UInt32](repeating: 0, count: columns * rows)
  for index in 0..<territory.count {
    let x = Double(territory.x[index])
    let y = Double(territory.y[index])
    let nearRow = Int(((y - south) / rowHeight + 0.5).rounded())
    var nearest = 0
    var nearestSquare = Double.infinity
    for row in max(0, nearRow - 1)...min(rows - 1, nearRow + 1) {
      let shift = row % 2 == 0 ? 0 : 0.5
      let column = min(columns - 1, max(0, Int(((x - west) / spacing + 0.5 - shift).rounded())))
      let site = point(column, row)
      let square = (x - site.x) * (x - site.x) + (y - site.y) * (y - site.y)
      if square < nearestSquare {
        nearestSquare = square
        nearest = row * columns + column
      }
    }
    modules[nearest] += 1
  }
  var sites: [CollectorSite] = []
  for cell in modules.indices where Int(modules[cell]) >= minModules {
    let site = point(cell % columns, cell / columns)
    sites.append(
      CollectorSite(
        id: CollectorID(rawValue: UInt32(sites.count + 1)), x: Int32(site.x.rounded()),
        y: Int32(site.y.rounded())))
  }
  return sites
}
