import CSV
import Metering

extension ControlTotals {
  /// Computes the totals anew from a finished file, so that whatever went wrong between the
  /// source rows and the disk shows as a difference.
  ///
  /// - Throws: `BillingError.controlTotals` when the file is not well-formed, a row belongs to
  ///   another batch, or the rows are not numbered 1, 2, 3, ….
  public init(file bytes: [UInt8], batch: BatchID) throws(BillingError) {
    do throws(CSVError) {
      try self.init(file: bytes, batchName: batch.description)
    } catch {
      throw .controlTotals(batch: batch.description, problem: error.description)
    }
  }

  private init(file bytes: [UInt8], batchName: String) throws(CSVError) {
    var reader = try CSVReader(bytes, source: batchName)
    let batch = try reader.column("batch_id")
    let number = try reader.column("seq")
    let unit = try reader.column("unit")
    let read = try reader.column("read")
    let consumption = try reader.column("consumption")
    let quality = try reader.column("quality")
    let reason = try reader.column("reason")
    self.init()
    var rows = 0
    while try reader.nextRow() {
      rows += 1
      guard try reader.string(batch) == batchName else {
        throw reader.refused(batch, expected: batchName)
      }
      _ = try reader.int(number, in: rows...rows)
      guard let value = Quality(rawValue: try reader.string(quality)) else {
        throw reader.refused(
          quality, expected: "verified, actual, customer, estimated, rejected or missing")
      }
      add(value)
      if !reader.isEmpty(reason) { exceptions += 1 }
      if !reader.isEmpty(read) { readSum += Int128(try reader.int(read, in: .min...(.max))) }
      guard !reader.isEmpty(consumption) else { continue }
      let used = Int64(try reader.int(consumption, in: .min...(.max)))
      switch try reader.string(unit) {
      case "KWH": add(consumption: used, of: .electric)
      case "CCF": add(consumption: used, of: .gas)
      case "GAL": add(consumption: used, of: .water)
      default: throw reader.refused(unit, expected: "KWH, CCF or GAL")
      }
    }
  }
}
