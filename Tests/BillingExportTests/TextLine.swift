import CSV
import DurableFiles

@testable import BillingExport

/// One line of a billing file, by column.
struct TextLine: Equatable {
  private let fields: [String: String]

  /// The field of a column, which must exist.
  subscript(column: String) -> String { fields[column] ?? "no such column" }

  static func all(of batch: PublishedBatch) throws -> [TextLine] {
    try all(ofFile: batch.csvPath)
  }

  static func all(ofFile path: String) throws -> [TextLine] {
    var reader = try CSVReader(try FileSystem.system.readFile(path), source: path)
    let columns = try reader.columnNames.map { (name: $0, column: try reader.column($0)) }
    var lines: [TextLine] = []
    while try reader.nextRow() {
      var fields: [String: String] = [:]
      for (name, column) in columns { fields[name] = try reader.string(column) }
      lines.append(TextLine(fields: fields))
    }
    return lines
  }
}
