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
    let name = Array(batchName.utf8)
    let qualities = Names(Quality.allCases.map { ($0.rawValue, $0) })
    let commodities = Names(Commodity.allCases.map { ($0.billingUnit, $0) })
    var rows = 0
    while try reader.nextRow() {
      rows += 1
      guard reader.withBytes(batch, { isEqual($0, name) }) else {
        throw reader.refused(batch, expected: batchName)
      }
      _ = try reader.int(number, in: rows...rows)
      guard let value = reader.withBytes(quality, { qualities.value(of: $0) }) else {
        throw reader.refused(
          quality, expected: "verified, actual, customer, estimated, rejected or missing")
      }
      add(value)
      if !reader.isEmpty(reason) { exceptions += 1 }
      if !reader.isEmpty(read) { readSum += Int128(try reader.int(read, in: .min...(.max))) }
      guard !reader.isEmpty(consumption) else { continue }
      let used = Int64(try reader.int(consumption, in: .min...(.max)))
      guard let commodity = reader.withBytes(unit, { commodities.value(of: $0) }) else {
        throw reader.refused(unit, expected: "KWH, CCF or GAL")
      }
      add(consumption: used, of: commodity)
    }
  }
}

/// Values by their names, the most frequent first. Making a `String` of each field would take longer
/// than all the rest of a row.
private struct Names<Value> {
  private let entries: [(name: [UInt8], value: Value)]

  init(_ values: [(String, Value)]) { entries = values.map { (Array($0.utf8), $1) } }

  @inline(__always)
  func value(of field: UnsafeBufferPointer<UInt8>) -> Value? {
    for entry in entries where isEqual(field, entry.name) { return entry.value }
    return nil
  }
}

@inline(__always)
private func isEqual(_ field: UnsafeBufferPointer<UInt8>, _ name: [UInt8]) -> Bool {
  guard field.count == name.count else { return false }
  for place in field.indices where field[place] != name[place] { return false }
  return true
}
