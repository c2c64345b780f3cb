/// A table for people: aligned columns, numbers to the right, units in the header.
struct TextTable: Sendable {
  struct Column: Sendable {
    let title: String
    /// Shown in the header in parentheses, so that cells hold bare numbers.
    var unit: String?
  }

  enum Cell: Sendable {
    case text(String)
    case integer(Int64)
    case decimal(Double, digits: Int)
    /// Nothing to show; printed as a dash.
    case none
  }

  private let columns: [Column]
  private var rows: [[Cell]] = []

  init(columns: [Column]) {
    self.columns = columns
  }

  /// Adds a row, which must have one cell per column.
  mutating func add(_ cells: [Cell]) {
    precondition(cells.count == columns.count, "a row has one cell per column")
    rows.append(cells)
  }

  /// The lines of the table, each ended by a line feed. A column of numbers only is aligned to
  /// the right together with its title; columns are two spaces apart.
  var text: String {
    let titles = columns.map { $0.title + ($0.unit.map { " (\($0))" } ?? "") }
    let lines = [titles] + rows.map { $0.map(Self.shown) }
    let widths = columns.indices.map { index in lines.map { $0[index].count }.max() ?? 0 }
    let isRight = columns.indices.map { index in
      rows.allSatisfy { $0[index].isNumeric } && !rows.isEmpty
    }
    return lines.map { cells in
      var line = ""
      for (index, cell) in cells.enumerated() {
        let padding = String(repeating: " ", count: widths[index] - cell.count)
        line += (index > 0 ? "  " : "") + (isRight[index] ? padding + cell : cell + padding)
      }
      return Self.trimmed(line) + "\n"
    }.joined()
  }

  private static func shown(_ cell: Cell) -> String {
    switch cell {
    case .text(let text): text
    case .integer(let value): Numerals.grouped(value)
    case .decimal(let value, let digits): Numerals.fixed(value, digits: digits)
    case .none: "-"
    }
  }

  private static func trimmed(_ line: String) -> Substring {
    guard let last = line.lastIndex(where: { $0 != " " }) else { return "" }
    return line[...last]
  }
}

extension TextTable.Cell {
  fileprivate var isNumeric: Bool {
    if case .text = self { false } else { true }
  }
}
