import CSV
import Metering

/// The registry as a CSV file: one row for each endpoint.
///
/// | column | value |
/// |---|---|
/// | `endpoint_id` | the module's address, each one once |
/// | `meter_id` | the meter's faceplate number |
/// | `account_id` | who is billed |
/// | `commodity` | `electric`, `gas` or `water` |
/// | `dials` | digits of the register, 4 to 8 |
/// | `multiplier` | units (kWh, …) per count |
/// | `cycle` | billing cycle, 1 to 21 |
/// | `installed_on` | first day in service, `YYYY-MM-DD` |
/// | `removed_on` | last day in service; empty while it is there |
/// | `last_billed_read` | what the dials showed when the last bill was made |
/// | `last_billed_at` | when that was, `YYYY-MM-DDThh:mm:ssZ`, with `.mmm` where there are any |
///
/// Columns may stand in any order; others are ignored.
public enum RegistryFile {
  private static let header = [
    "endpoint_id", "meter_id", "account_id", "commodity", "dials", "multiplier", "cycle",
    "installed_on", "removed_on", "last_billed_read", "last_billed_at",
  ]
  /// Bytes that are gathered before they are handed on.
  private static let chunkByteCount = 1 << 20

  /// Writes the rows in the order given, passing the file's bytes on in chunks of about 1 MiB.
  ///
  /// - Parameter write: called with each chunk, in order; its error ends the writing.
  public static func encode<Failure: Error>(
    _ points: some Sequence<ServicePoint>, clock: LocalClock, to write: ([UInt8]) throws(Failure) -> Void
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
    csv.append(point.accountID)
    csv.append(point.commodity.rawValue)
    csv.append(point.register.dials)
    csv.append(point.register.multiplier)
    csv.append(point.cycle.rawValue)
    csv.append(clock.day(of: point.installedAt).description)
    csv.append(point.removedAt.map { clock.day(of: $0 - 1).description } ?? "")
    csv.append(point.lastBilledRead)
    csv.append(
      point.lastBilledAt % 1000 == 0
        ? iso8601(point.lastBilledAt) : iso8601WithMilliseconds(point.lastBilledAt))
    csv.endRow()
  }

  /// Reads the rows of a file, by ascending endpoint.
  ///
  /// - Parameter source: the file's name in messages.
  /// - Throws: for the first row that is malformed, out of range or has an `endpoint_id` that an
  ///   earlier row has, and for a file without rows.
  public static func decode(
    _ bytes: [UInt8], source: String, clock: LocalClock
  ) throws(CSVError) -> [ServicePoint] {
    var reader = try CSVReader(bytes, source: source)
    let columns = try Columns(reader)
    var rows: [(point: ServicePoint, line: Int)] = []
    while try reader.nextRow() {
      rows.append((try columns.point(reader, clock), reader.line))
    }
    guard !rows.isEmpty else { throw reader.error("expected at least one row below the header") }
    rows.sort { ($0.point.endpoint, $0.line) < ($1.point.endpoint, $1.line) }
    try refuseDuplicates(rows, source: source)
    return rows.map(\.point)
  }

  /// Throws at the first line whose endpoint stands on an earlier line too; rows are sorted.
  private static func refuseDuplicates(
    _ rows: [(point: ServicePoint, line: Int)], source: String
  ) throws(CSVError) {
    let repeats = zip(rows, rows.dropFirst()).filter { $0.point.endpoint == $1.point.endpoint }
    guard let (first, second) = repeats.min(by: { $0.1.line < $1.1.line }) else { return }
    throw CSVError(
      source: source, line: second.line,
      message: "endpoint_id: \(second.point.endpoint.rawValue) is also on line \(first.line); "
        + "expected each endpoint_id once")
  }
}

/// The columns of one registry file.
private struct Columns {
  let endpoint, meter, account, commodity, dials, multiplier, cycle: CSVColumn
  let installedOn, removedOn, lastBilledRead, lastBilledAt: CSVColumn

  init(_ reader: CSVReader) throws(CSVError) {
    endpoint = try reader.column("endpoint_id")
    meter = try reader.column("meter_id")
    account = try reader.column("account_id")
    commodity = try reader.column("commodity")
    dials = try reader.column("dials")
    multiplier = try reader.column("multiplier")
    cycle = try reader.column("cycle")
    installedOn = try reader.column("installed_on")
    removedOn = try reader.column("removed_on")
    lastBilledRead = try reader.column("last_billed_read")
    lastBilledAt = try reader.column("last_billed_at")
  }

  /// The service point of the reader's current row.
  func point(_ reader: CSVReader, _ clock: LocalClock) throws(CSVError) -> ServicePoint {
    let register = RegisterFormat(
      dials: try reader.int(dials, in: 4...8),
      multiplier: try reader.int(multiplier, in: 1...1_000_000))
    let number = try reader.int(cycle, in: 1...BillingCycle.count)
    guard let cycle = BillingCycle(rawValue: number) else {
      throw reader.refused(cycle, expected: "a billing cycle")
    }
    let installed = try day(installedOn, reader)
    let removed = reader.isEmpty(removedOn) ? nil : try day(removedOn, reader)
    if let removed, removed < installed {
      throw reader.refused(
        removedOn, expected: "a day from installed_on \(installed) on, or nothing")
    }
    return ServicePoint(
      endpoint: EndpointID(rawValue: UInt32(try reader.int(endpoint, in: 1...Int(UInt32.max)))),
      meterID: try name(meter, reader), accountID: try name(account, reader),
      commodity: try commodity(reader), register: register, cycle: cycle, installedAt: clock.startOfDay(installed),
      removedAt: removed.map { clock.startOfDay($0 + 1) },
      lastBilledRead: Int64(try reader.int(lastBilledRead, in: 0...Int(register.span) - 1)),
      lastBilledAt: try lastBilledInstant(reader))
  }

  private func name(_ column: CSVColumn, _ reader: CSVReader) throws(CSVError) -> String {
    if reader.isEmpty(column) { throw reader.refused(column, expected: "a number or name") }
    return try reader.string(column)
  }

  private func commodity(_ reader: CSVReader) throws(CSVError) -> Commodity {
    if let known = Commodity(rawValue: try reader.string(commodity)) { return known }
    let names = Commodity.allCases.map(\.rawValue)
    throw reader.refused(
      commodity, expected: names.dropLast().joined(separator: ", ") + " or \(names.last ?? "")")
  }

  private func day(_ column: CSVColumn, _ reader: CSVReader) throws(CSVError) -> CivilDay {
    if let day = CivilDay(iso: try reader.string(column)) { return day }
    throw reader.refused(column, expected: "a day such as 1998-06-01")
  }

  private func lastBilledInstant(_ reader: CSVReader) throws(CSVError) -> UTCMilliseconds {
    if let instant = Metering.instant(iso8601: try reader.string(lastBilledAt)) { return instant }
    throw reader.refused(lastBilledAt, expected: "an instant in UTC such as 1998-06-01T05:00:00Z")
  }
}
