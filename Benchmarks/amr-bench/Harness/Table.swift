/// A table for people: cells aligned in columns, all but the first and last to the right.
struct Table {
  private var lines: [[String]]

  init(_ titles: [String]) { lines = [titles] }

  /// Adds a row, which must have one cell per title.
  mutating func add(_ cells: [String]) {
    precondition(cells.count == lines[0].count, "a row has one cell per column")
    lines.append(cells)
  }

  /// The lines of the table, each ended by a line feed.
  var text: String {
    let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { cells in
      var line = ""
      for (column, cell) in cells.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        switch column {
        case 0: line += cell + padding
        case cells.count - 1: line += "  " + cell
        default: line += "  " + padding + cell
        }
      }
      return line + "\n"
    }.joined()
  }
}

/// A number of magnitude below 9 · 10¹⁵ with exactly so many digits after the point, 0…6.
func fixed(_ value: Double, digits: Int) -> String {
  var scale: Int64 = 1
  for _ in 0..<digits { scale *= 10 }
  let scaled = Int64((value.magnitude * Double(scale)).rounded())
  let sign = value < 0 && scaled != 0 ? "-" : ""
  guard digits > 0 else { return "\(sign)\(scaled)" }
  let fraction = String(scaled % scale)
  return "\(sign)\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count)
    + fraction
}

/// A number with about three significant digits.
func short(_ value: Double) -> String {
  fixed(value, digits: value.magnitude < 1 ? 3 : value.magnitude < 10 ? 2 : value < 100 ? 1 : 0)
}
