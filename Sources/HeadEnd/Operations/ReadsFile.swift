import CSV
import Metering

/// Current reads as comma-separated text, one row for each endpoint and day.
public enum ReadsFile {
  public static let header = ["endpoint_id", "day", "register", "quality"]

  /// Bytes after which a writer hands on what it has, so that they stay in cache.
  private static let chunk = 1 << 16

  /// Writes the header and the reads of some days, passing the file's bytes on in chunks of about
  /// 64 KiB.
  ///
  /// - Parameters:
  ///   - write: is called with each chunk, in order.
  ///   - progress: is called after each day.
  /// - Returns: the number of reads.
  /// - Throws: `HeadEndError` where a day cannot be read, and what `write` and `progress` throw.
  public static func encode(
    _ days: [StoredDay], to write: ([UInt8]) throws -> Void, progress: () throws -> Void = {}
  ) throws -> Int {
    var csv = CSVWriter(capacity: chunk + 1024)
    for name in header { csv.append(name) }
    csv.endRow()
    var count = 0
    for day in days {
      let reads = try day.reads()
      try append(reads.endpointIDs, day.day, reads.registers, reads.qualities, to: &csv, write)
      count += reads.endpointIDs.count
      try progress()
    }
    try write(csv.take())
    return count
  }

  /// Appends the rows of one day.
  public static func append(
    _ endpointIDs: [UInt32], _ day: CivilDay, _ registers: [Int64], _ qualities: [Quality],
    to csv: inout CSVWriter, _ write: ([UInt8]) throws -> Void
  ) rethrows {
    let dayText = Array(day.description.utf8)
    var quality = Quality.actual
    var qualityText = Array(quality.rawValue.utf8)
    for row in endpointIDs.indices {
      if qualities[row] != quality {
        quality = qualities[row]
        qualityText = Array(quality.rawValue.utf8)
      }
      csv.append(Int64(endpointIDs[row]))
      csv.append(dayText)
      csv.append(registers[row])
      csv.append(qualityText)
      csv.endRow()
      if csv.count >= chunk { try write(csv.take()) }
    }
  }
}
