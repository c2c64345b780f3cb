/// Points sorted into square cells, for finding all within a distance.
struct SpatialGrid: Sendable {
  /// Length of a cell's side in decimetres.
  let cellSize: Int32
  let columns: Int
  let rows: Int
  private let originX: Int32
  private let originY: Int32
  /// Cell c holds `items[starts[c]..<starts[c + 1]]`.
  private let starts: [UInt32]
  private let items: [UInt32]

  /// Sorts points by counting; there must be at least one, all within ± 500 km.
  init(x: [Int32], y: [Int32], cellSize: Int32) {
    self.cellSize = cellSize
    originX = x.min()!
    originY = y.min()!
    columns = Int((x.max()! - originX) / cellSize) + 1
    rows = Int((y.max()! - originY) / cellSize) + 1
    var starts = [UInt32](repeating: 0, count: columns * rows + 1)
    var cells: [UInt32] = []
    cells.reserveCapacity(x.count)
    for index in x.indices {
      let cell =
        Int((y[index] - originY) / cellSize) * columns + Int((x[index] - originX) / cellSize)
      cells.append(UInt32(cell))
      starts[cell + 1] += 1
    }
    for cell in 1..<starts.count { starts[cell] += starts[cell - 1] }
    var next = starts
    var items = [UInt32](repeating: 0, count: x.count)
    for index in x.indices {
      let cell = Int(cells[index])
      items[Int(next[cell])] = UInt32(index)
      next[cell] += 1
    }
    self.starts = starts
    self.items = items
  }

  /// The points of one cell, by ascending index.
  subscript(column: Int, row: Int) -> ArraySlice<UInt32> {
    let cell = row * columns + column
    return items[Int(starts[cell])..<Int(starts[cell + 1])]
  }

  /// The middle of a cell.
  func centre(column: Int, row: Int) -> (x: Double, y: Double) {
    (
      Double(originX) + (Double(column) + 0.5) * Double(cellSize),
      Double(originY) + (Double(row) + 0.5) * Double(cellSize)
    )
  }
}
