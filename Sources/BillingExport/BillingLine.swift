import CSV
import Metering

/// One line of a billing file, as every format is made from it.
struct BillingLine: Equatable {
  /// The line's place in its batch, from 1.
  var number: Int
  var accountID: String
  var meterID: String
  var endpointID: Int
  var commodity: Commodity
  var multiplier: Int
  var previousAt: UTCMilliseconds
  /// Counts that the dials showed when the period began.
  var previous: Int
  var readAt: UTCMilliseconds?
  var read: Int?
  var counts: Int?
  /// In the commodity's billing unit; nil where nothing is billed.
  var consumption: Int?
  var rolledOver: Bool
  var quality: Quality
  var readMethod: ReadMethod?
  var days: Int?
  var reason: ExceptionReason?
  var method: EstimateMethod?
  var servicePointID: String
  var version: Int
  var previousConsumption: Int?
  var previousQuality: Quality
  var previousMethod: EstimateMethod?
  /// The meter of the read that starts the period, where it has been exchanged since.
  var previousMeterID: String?
}

/// Reads the finished file of a batch line by line. It refuses what no batch can say: a row of
/// another batch, and rows that are not numbered 1, 2, 3, ….
struct BillingLines {
  private var reader: CSVReader
  private let batch: [UInt8]
  private let batchName: String
  private(set) var number = 0
  private let columns: Columns

  private struct Columns {
    let batch, number, account, meter, endpoint, unit, multiplier: CSVColumn
    let previousAt, previous, readAt, read, counts, consumption, rollover: CSVColumn
    let quality, readMethod, days, reason, method, servicePoint, version: CSVColumn
    let previousConsumption, previousQuality, previousMethod, previousMeter: CSVColumn

    init(_ reader: CSVReader) throws(CSVError) {
      batch = try reader.column("batch_id")
      number = try reader.column("seq")
      account = try reader.column("account_id")
      meter = try reader.column("meter_id")
      endpoint = try reader.column("endpoint_id")
      unit = try reader.column("unit")
      multiplier = try reader.column("multiplier")
      previousAt = try reader.column("prev_read_at")
      previous = try reader.column("prev_read")
      readAt = try reader.column("read_at")
      read = try reader.column("read")
      counts = try reader.column("consumption_raw")
      consumption = try reader.column("consumption")
      rollover = try reader.column("rollover")
      quality = try reader.column("quality")
      readMethod = try reader.column("read_method")
      days = try reader.column("days")
      reason = try reader.column("reason")
      method = try reader.column("est_method")
      servicePoint = try reader.column("service_point_id")
      version = try reader.column("version")
      previousConsumption = try reader.column("previous_consumption")
      previousQuality = try reader.column("prev_quality")
      previousMethod = try reader.column("prev_est_method")
      previousMeter = try reader.column("prev_meter_id")
    }
  }

  /// - Parameter batch: the batch that every row must belong to.
  /// - Throws: `BillingError.controlTotals` here and below, when the file is not well-formed.
  init(_ file: [UInt8], batch: BatchID) throws(BillingError) {
    batchName = batch.description
    self.batch = Array(batchName.utf8)
    do throws(CSVError) {
      reader = try CSVReader(file, source: batchName)
      columns = try Columns(reader)
    } catch {
      throw .controlTotals(batch: batch.description, problem: error.description)
    }
  }

  /// Moves to the next line; false after the last one.
  mutating func next() throws(BillingError) -> Bool {
    do throws(CSVError) {
      guard try reader.nextRow() else { return false }
      number += 1
      guard reader.withBytes(columns.batch, { isEqual($0, batch) }) else {
        throw reader.refused(columns.batch, expected: batchName)
      }
      _ = try reader.int(columns.number, in: number...number)
      return true
    } catch {
      throw refusal(error)
    }
  }

  /// Whether the current line carries a reason.
  var hasReason: Bool { !reader.isEmpty(columns.reason) }

  /// Adds the current line to totals.
  @inline(__always)
  func add(to totals: inout ControlTotals) throws(BillingError) {
    do throws(CSVError) {
      totals.add(try named(columns.quality, qualities))
      if hasReason { totals.exceptions += 1 }
      if let read = try optionalInt(columns.read) { totals.readSum += Int128(read) }
      if let used = try optionalInt(columns.consumption) {
        totals.add(consumption: Int64(used), of: try named(columns.unit, units))
      }
    } catch {
      throw refusal(error)
    }
  }

  /// All of the current line.
  func line() throws(BillingError) -> BillingLine {
    do throws(CSVError) {
      return try wholeLine()
    } catch {
      throw refusal(error)
    }
  }

  private func refusal(_ error: CSVError) -> BillingError {
    .controlTotals(batch: batchName, problem: error.description)
  }

  private func wholeLine() throws(CSVError) -> BillingLine {
    BillingLine(
      number: number, accountID: try reader.string(columns.account),
      meterID: try reader.string(columns.meter),
      endpointID: try reader.int(columns.endpoint, in: 0...Int(UInt32.max)),
      commodity: try named(columns.unit, units),
      multiplier: try reader.int(columns.multiplier, in: 1...1_000_000),
      previousAt: try instant(columns.previousAt),
      previous: try reader.int(columns.previous, in: .min...(.max)),
      readAt: reader.isEmpty(columns.readAt) ? nil : try instant(columns.readAt),
      read: try optionalInt(columns.read), counts: try optionalInt(columns.counts),
      consumption: try optionalInt(columns.consumption),
      rolledOver: try reader.int(columns.rollover, in: 0...1) == 1,
      quality: try named(columns.quality, qualities),
      readMethod: try optionalNamed(columns.readMethod, readMethods),
      days: try optionalInt(columns.days), reason: try optionalNamed(columns.reason, reasons),
      method: try optionalNamed(columns.method, methods),
      servicePointID: try reader.string(columns.servicePoint),
      version: try reader.int(columns.version, in: 1...(.max)),
      previousConsumption: try optionalInt(columns.previousConsumption),
      previousQuality: try named(columns.previousQuality, qualities),
      previousMethod: try optionalNamed(columns.previousMethod, methods),
      previousMeterID: reader.isEmpty(columns.previousMeter)
        ? nil : try reader.string(columns.previousMeter))
  }

  private func optionalInt(_ column: CSVColumn) throws(CSVError) -> Int? {
    reader.isEmpty(column) ? nil : try reader.int(column, in: .min...(.max))
  }

  private func instant(_ column: CSVColumn) throws(CSVError) -> UTCMilliseconds {
    guard let value = reader.withBytes(column, { BillingExport.instant(labelled: $0) }) else {
      throw reader.refused(column, expected: "an instant such as 1998-06-30T05:00:00Z")
    }
    return value
  }

  @inline(__always)
  private func named<Value>(_ column: CSVColumn, _ names: Names<Value>) throws(CSVError) -> Value {
    guard let value = reader.withBytes(column, { names.value(of: $0) }) else {
      throw reader.refused(column, expected: names.list)
    }
    return value
  }

  private func optionalNamed<Value>(
    _ column: CSVColumn, _ names: Names<Value>
  ) throws(CSVError) -> Value? {
    reader.isEmpty(column) ? nil : try named(column, names)
  }
}

private let qualities = Names(Quality.allCases.map { ($0.rawValue, $0) })
private let units = Names(Commodity.allCases.map { ($0.billingUnit, $0) })
private let readMethods = Names([ReadMethod.radio, .person].map { ($0.rawValue, $0) })
private let reasons = Names(ExceptionReason.allCases.map { ($0.rawValue, $0) })
private let methods = Names(EstimateMethod.allCases.map { ($0.rawValue, $0) })

/// Values by their names, the most frequent first. Making a `String` of each field would take longer
/// than all the rest of a row.
private struct Names<Value: Sendable>: Sendable {
  private let entries: [(name: [UInt8], value: Value)]
  /// For a message: `one, two or three`.
  let list: String

  init(_ values: [(String, Value)]) {
    entries = values.map { (Array($0.utf8), $1) }
    let names = values.map(\.0)
    list = names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }

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
