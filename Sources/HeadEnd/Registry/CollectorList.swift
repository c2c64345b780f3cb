import CSV
import Metering

/// The collectors whose uploads are taken in, as a CSV file with the column `collector_id`; other
/// columns are ignored, so that a file of collector sites will do.
public enum CollectorList {
  /// Writes the collectors, one a row.
  public static func encode(_ collectors: some Sequence<CollectorID>) -> [UInt8] {
    var csv = CSVWriter()
    csv.append("collector_id")
    csv.endRow()
    for collector in collectors {
      csv.append(Int(collector.rawValue))
      csv.endRow()
    }
    return csv.take()
  }

  /// Reads the collectors of a file, ascending; naming one twice is no fault.
  ///
  /// - Parameter source: the file's name in messages.
  /// - Throws: for the first row whose collector is no number, and for a file without rows.
  public static func decode(_ bytes: [UInt8], source: String) throws(CSVError) -> [CollectorID] {
    var reader = try CSVReader(bytes, source: source)
    let column = try reader.column("collector_id")
    var collectors: Set<CollectorID> = []
    while try reader.nextRow() {
      collectors.insert(
        CollectorID(rawValue: UInt32(try reader.int(column, in: 0...Int(UInt32.max)))))
    }
    guard !collectors.isEmpty else {
      throw reader.error("expected at least one row below the header")
    }
    return collectors.sorted()
  }
}
