import CSV
import Metering
import Parallel
import SystemMemory

/// The registry as a CSV file: one row for each stretch of time in which an endpoint reads the same
/// meter, in the same cycle and for the same account.
///
/// | column | value |
/// |---|---|
/// | `endpoint_id` | the module's address |
/// | `meter_id` | the meter's faceplate number |
/// | `service_point_id` | the place supplied; absent or empty: the account, else the meter |
/// | `account_id` | who is billed; absent or empty: nobody |
/// | `commodity` | `electric`, `gas` or `water` |
/// | `dials` | digits of the register, 4 to 8 |
/// | `multiplier` | units (kWh, …) per count |
/// | `cycle` | billing cycle, 1 to 21 |
/// | `installed_on` | the first day in service, `YYYY-MM-DD`, or the first instant |
/// | `removed_on` | the last day in service, or the first instant after it; empty while it lasts |
/// | `installed_read` | optional: what the dials showed at the installation, 0 if not given |
/// | `removed_read` | optional: what they showed at the removal |
/// | `last_billed_read` | optional: what they showed when the last bill was made |
/// | `last_billed_at` | when that was; both are given or neither |
/// | `service` | `daily` or `monthly`: how often it is read; absent or empty: `daily` |
///
/// Instants are `YYYY-MM-DDThh:mm:ssZ`, with `.mmm` where there are milliseconds. Where no last bill
/// is given, the first one starts from the installation. `endpoint`, `meter`, `account`, `installed`
/// and `removed` do where the long names are absent. Columns may stand in any order; others are
/// ignored.
///
/// The laws of ``Registry`` hold between rows.
public enum RegistryFile {
  private static let header = [
    "endpoint_id", "meter_id", "service_point_id", "account_id", "commodity", "dials", "multiplier",
    "cycle", "installed_on", "removed_on", "installed_read", "removed_read", "last_billed_read",
    "last_billed_at", "service",
  ]
  /// Bytes that are gathered before they are handed on.
  private static let chunkByteCount = 1 << 20
  /// Parts of a file for each thread, so that uneven ones are shared evenly.
  private static let partsPerThread = 4

  /// Writes the rows in the order given, passing the file's bytes on in chunks of about 1 MiB.
  ///
  /// - Parameters:
  ///   - clock: the days in which installations and removals at midnight are told.
  ///   - write: called with each chunk, in order; its error ends the writing.
  public static func encode<Failure: Error>(
    _ points: some Sequence<ServicePoint>, clock: LocalClock,
    to write: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var csv = CSVWriter(capacity: chunkByteCount + 4096)
    for name in header { csv.append(name) }
    csv.endRow()
    for point in points {
      append(point, clock, to: &csv)
      if csv.count >= chunkByteCount { try write(csv.take()) }
    }
    try write(csv.take())
  }

  private static func append(_ point: ServicePoint, _ clock: LocalClock, to csv: inout CSVWriter) {
    csv.append(Int(point.endpoint.rawValue))
    csv.append(point.meterID)
    csv.append(point.servicePointID)
    csv.append(point.accountID)
    csv.append(point.commodity.rawValue)
    csv.append(point.register.dials)
    csv.append(point.register.multiplier)
    csv.append(point.cycle.rawValue)
    csv.append(registryInstant(point.installedAt, clock))
    if let removed = point.removedAt {
      let next = clock.day(of: removed)
      csv.append(
        clock.startOfDay(next) == removed
          ? (next - 1).description : registryInstant(removed, nil))
    } else {
      csv.appendEmpty()
    }
    let isUnbilled = point.lastBilledAt == point.installedAt
    append(isUnbilled ? point.lastBilledRead : nil, to: &csv)
    append(point.removedRead, to: &csv)
    append(isUnbilled ? nil : point.lastBilledRead, to: &csv)
    if isUnbilled {
      csv.appendEmpty()
    } else {
      csv.append(registryInstant(point.lastBilledAt, nil))
    }
    csv.append(point.service.rawValue)
    csv.endRow()
  }

  private static func append(_ count: Int64?, to csv: inout CSVWriter) {
    if let count { csv.append(count) } else { csv.appendEmpty() }
  }

  /// Reads the rows of a file, on the calling thread.
  ///
  /// - Parameters:
  ///   - source: the file's name in messages.
  ///   - clock: the days of the file.
  /// - Returns: the rows of endpoints of which every row is right, and the rows refused.
  /// - Throws: when the file as a whole cannot be read, or no row of it is right.
  public static func decode(
    _ bytes: [UInt8], source: String, clock: LocalClock
  ) throws(CSVError) -> RegistryReading {
    let reader = try CSVReader(bytes, source: source)
    let columns = try RegistryColumns(reader, clock: clock)
    let whole = RegistryFilePart(
      joining: reader.split(into: 1).map { part in
        RegistryFilePart(part.reader, columns, rowsMax: part.rowsMax)
      })
    var reading = try RegistryReading(
      unchecked: whole, columns, clock: clock, emptyFile: emptyFile(reader))
    try reading.settle(RegistryLaws.conflicts(in: reading.registry.rows))
    return reading
  }

  /// The same on several threads. The bytes are freed as soon as they are read where the caller
  /// keeps none.
  public static func decode(
    _ bytes: consuming [UInt8], source: String, clock: LocalClock, threads: Int
  ) async throws -> RegistryReading {
    let reader = try CSVReader(bytes, source: source)
    let columns = try RegistryColumns(reader, clock: clock)
    let emptyFile = emptyFile(reader)
    let whole = RegistryFilePart(
      joining: try await parts(of: reader, columns, threads: threads))
    var reading = try RegistryReading(
      unchecked: whole, columns, clock: clock, emptyFile: emptyFile)
    try reading.settle(
      try await RegistryLaws.conflicts(in: reading.registry.rows, threads: threads))
    return reading
  }

  private static func parts(
    of reader: consuming CSVReader, _ columns: RegistryColumns, threads: Int
  ) async throws -> [RegistryFilePart] {
    let cuts = reader.split(into: threads > 1 ? threads * partsPerThread : 1)
    return try await parallelMap(count: cuts.count, threads: threads) { number in
      RegistryFilePart(cuts[number].reader, columns, rowsMax: cuts[number].rowsMax)
    }
  }

  private static func emptyFile(_ reader: CSVReader) -> CSVError {
    reader.error("expected at least one row below the header")
  }
}

/// The rows of a stretch of lines.
struct RegistryFilePart: Sendable {
  /// Rows whose fields are right.
  private(set) var rows: [ServicePoint] = []
  /// The line on which each of them starts.
  private(set) var lines: [UInt32] = []
  /// Rows that have a field that is wrong.
  private(set) var refused: [RefusedRow] = []
  /// What keeps the file as a whole from being read.
  private(set) var failure: CSVError?

  /// - Parameter rowsMax: how many rows the reader gives at most.
  init(_ reader: consuming CSVReader, _ columns: RegistryColumns, rowsMax: Int) {
    var lines: [UInt32] = []
    var refused: [RefusedRow] = []
    var failure: CSVError?
    rows = Array(unsafeUninitializedCapacity: rowsMax) { rows, count in
      UnsafeMutableRawBufferPointer(rows).adviseLargePages()
      lines = Array(unsafeUninitializedCapacity: rowsMax) { lines, lineCount in
        do throws(CSVError) {
          while try reader.nextRow() {
            do throws(RegistryRowError) {
              rows.initializeElement(at: count, to: try columns.point(reader))
              // A file of more lines would not fit into memory as rows.
              lines.initializeElement(at: count, to: UInt32(clamping: reader.line))
              count += 1
            } catch {
              refused.append(
                RefusedRow(
                  endpoint: columns.endpointID(reader), fault: error.fault, error: error.error))
            }
          }
        } catch {
          failure = error
        }
        lineCount = count
      }
    }
    self.lines = lines
    self.refused = refused
    self.failure = failure
  }

  /// Joins parts that follow one another, and frees each once it is copied.
  init(joining parts: consuming [RegistryFilePart]) {
    if parts.count == 1 {
      self = parts[0]
      return
    }
    lines = Array(concatenating: parts.map(\.lines))
    refused = Array(concatenating: parts.map(\.refused))
    failure = parts.lazy.compactMap(\.failure).first
    let rowParts = parts.map(\.rows)
    parts = []
    rows = Array(concatenating: rowParts)
  }
}
