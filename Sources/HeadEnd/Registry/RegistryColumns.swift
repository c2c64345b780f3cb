import CSV
import Metering

/// What is wrong with one field of a row.
struct RegistryRowError: Error {
  let fault: RegistryFault
  let error: CSVError
}

/// The columns of one registry file.
struct RegistryColumns: Sendable {
  private let endpoint, meter, commodity, dials, multiplier, cycle, installed, removed: CSVColumn
  private let servicePoint, account, installedRead, removedRead: CSVColumn?
  private let lastBilledRead, lastBilledAt, service: CSVColumn?
  private let clock: LocalClock
  private let commodities = CommodityNames()
  private let services = ServiceNames()
  let names: RegistryColumnNames

  init(_ reader: CSVReader, clock: LocalClock) throws(CSVError) {
    /// A column by its name, else by its short one.
    func find(_ name: String, _ short: String) throws(CSVError) -> CSVColumn {
      if reader.optionalColumn(name) == nil, let column = reader.optionalColumn(short) {
        return column
      }
      return try reader.column(name)
    }
    self.clock = clock
    endpoint = try find("endpoint_id", "endpoint")
    meter = try find("meter_id", "meter")
    servicePoint = reader.optionalColumn("service_point_id")
    account = reader.optionalColumn("account_id") ?? reader.optionalColumn("account")
    commodity = try reader.column("commodity")
    dials = try reader.column("dials")
    multiplier = try reader.column("multiplier")
    cycle = try reader.column("cycle")
    installed = try find("installed_on", "installed")
    removed = try find("removed_on", "removed")
    installedRead = reader.optionalColumn("installed_read")
    removedRead = reader.optionalColumn("removed_read")
    lastBilledRead = reader.optionalColumn("last_billed_read")
    lastBilledAt = reader.optionalColumn("last_billed_at")
    service = reader.optionalColumn("service")
    names = RegistryColumnNames(
      endpoint: reader.name(of: endpoint), meter: reader.name(of: meter),
      installed: reader.name(of: installed), removed: reader.name(of: removed))
  }

  /// The endpoint of the reader's current row, or nil when it cannot be read.
  func endpointID(_ reader: borrowing CSVReader) -> EndpointID? {
    reader.validInt(endpoint, in: 1...Int(UInt32.max)).map { EndpointID(rawValue: UInt32($0)) }
  }

  /// The service point of the reader's current row.
  func point(_ reader: borrowing CSVReader) throws(RegistryRowError) -> ServicePoint {
    guard let id = endpointID(reader) else {
      throw error(
        .endpoint, endpoint, reader, expected: "a whole number from 1 to \(UInt32.max)")
    }
    let meterID = try text(.meter, meter, reader)
    if meterID.isEmpty { throw error(.meter, meter, reader, expected: "a number or name") }
    let accountID = try account.map { column throws(RegistryRowError) in
      try text(.account, column, reader)
    }
    let place = try servicePoint.map { column throws(RegistryRowError) in
      try text(.servicePoint, column, reader)
    }
    let kind = try commodity(reader)
    let register = RegisterFormat(
      dials: try int(.dials, dials, 4...8, reader),
      multiplier: try int(.multiplier, multiplier, 1...1_000_000, reader))
    let number = try int(.cycle, cycle, 1...BillingCycle.count, reader)
    guard let cycle = BillingCycle(rawValue: number) else {
      throw error(.cycle, cycle, reader, expected: "a billing cycle")
    }
    let installedAt = try instant(.installed, installed, reader, daysLater: 0)
    let removedAt =
      reader.isEmpty(removed) ? nil : try instant(.removed, removed, reader, daysLater: 1)
    if let removedAt, removedAt <= installedAt {
      let since = registryInstant(installedAt, clock)
      throw error(
        .removed, removed, reader,
        expected: "a day from \(names.installed) \(since) on, an instant after it, or nothing")
    }
    let counts = 0...Int(register.span) - 1
    let firstRead = try read(.installedRead, installedRead, counts, reader)
    let lastRead = try read(.removedRead, removedRead, counts, reader)
    if lastRead != nil, removedAt == nil, let removedRead {
      throw error(
        .removedRead, removedRead, reader,
        expected: "nothing, as \(names.removed) is empty: give the day of the removal")
    }
    let billed = try lastBill(counts, reader)
    let service = try readService(reader)
    return ServicePoint(
      endpoint: id, meterID: meterID, servicePointID: place.flatMap { $0.isEmpty ? nil : $0 },
      accountID: accountID ?? "", commodity: kind, register: register, cycle: cycle,
      service: service, installedAt: installedAt, removedAt: removedAt, removedRead: lastRead,
      lastBilledRead: billed?.read ?? firstRead ?? 0, lastBilledAt: billed?.at ?? installedAt)
  }

  /// The last bill's read and instant, both or neither.
  private func lastBill(
    _ counts: ClosedRange<Int>, _ reader: borrowing CSVReader
  ) throws(RegistryRowError) -> (read: Int64, at: UTCMilliseconds)? {
    let count = try read(.lastBilledRead, lastBilledRead, counts, reader)
    guard let lastBilledAt, !reader.isEmpty(lastBilledAt) else {
      guard count != nil else { return nil }
      guard let lastBilledAt else {
        throw RegistryRowError(
          fault: .lastBilledAt,
          error: reader.error(
            "last_billed_at: the column is missing; expected it beside last_billed_read"))
      }
      throw error(.lastBilledAt, lastBilledAt, reader, expected: Self.billedAtForm)
    }
    var instant: UTCMilliseconds?
    reader.withBytes(lastBilledAt) { instant = Metering.instant(iso8601: $0) }
    guard let instant else {
      throw error(.lastBilledAt, lastBilledAt, reader, expected: Self.billedAtForm)
    }
    guard let count else {
      guard let lastBilledRead else {
        throw RegistryRowError(
          fault: .lastBilledRead,
          error: reader.error(
            "last_billed_read: the column is missing; expected it beside last_billed_at"))
      }
      throw error(
        .lastBilledRead, lastBilledRead, reader,
        expected: "a whole number from 0 to \(counts.upperBound), or last_billed_at empty too")
    }
    return (count, instant)
  }

  private static let billedAtForm = "an instant in UTC such as 1998-06-01T05:00:00Z"

  private func commodity(_ reader: borrowing CSVReader) throws(RegistryRowError) -> Commodity {
    if let known = reader.withBytes(commodity, commodities.commodity) { return known }
    let names = Commodity.allCases.map(\.rawValue)
    throw error(
      .commodity, commodity, reader,
      expected: names.dropLast().joined(separator: ", ") + " or \(names.last ?? "")")
  }

  /// How often the endpoint is read; daily where the field is empty or the column missing.
  private func readService(_ reader: borrowing CSVReader) throws(RegistryRowError) -> ReadService {
    guard let service, !reader.isEmpty(service) else { return .daily }
    if let known = reader.withBytes(service, services.service) { return known }
    let names = ReadService.allCases.map(\.rawValue).joined(separator: ", ")
    throw error(.service, service, reader, expected: "\(names) or nothing")
  }

  private func text(
    _ fault: RegistryFault, _ column: CSVColumn, _ reader: borrowing CSVReader
  ) throws(RegistryRowError) -> String {
    if let text = reader.validText(column) { return text }
    throw RegistryRowError(
      fault: fault,
      error: reader.error(
        "\(reader.name(of: column)): the field is not UTF-8 text; save the file as UTF-8"))
  }

  private func int(
    _ fault: RegistryFault, _ column: CSVColumn, _ range: ClosedRange<Int>,
    _ reader: borrowing CSVReader
  ) throws(RegistryRowError) -> Int {
    if let value = reader.validInt(column, in: range) { return value }
    throw error(
      fault, column, reader,
      expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
  }

  /// What the dials showed; nil where the field is empty or the column missing.
  private func read(
    _ fault: RegistryFault, _ column: CSVColumn?, _ range: ClosedRange<Int>,
    _ reader: borrowing CSVReader
  ) throws(RegistryRowError) -> Int64? {
    guard let column, !reader.isEmpty(column) else { return nil }
    return Int64(try int(fault, column, range, reader))
  }

  /// - Parameter daysLater: 1 for a field whose day is the last one.
  private func instant(
    _ fault: RegistryFault, _ column: CSVColumn, _ reader: borrowing CSVReader, daysLater: Int
  ) throws(RegistryRowError) -> UTCMilliseconds {
    var found: UTCMilliseconds?
    reader.withBytes(column) { text in
      found =
        text.count == 10
        ? CivilDay(iso: text).map { clock.startOfDay($0 + daysLater) }
        : Metering.instant(iso8601: text)
    }
    if let found { return found }
    throw error(
      fault, column, reader,
      expected: "a day such as 1998-06-01, or an instant such as 1998-06-01T14:30:00Z")
  }

  private func error(
    _ fault: RegistryFault, _ column: CSVColumn, _ reader: borrowing CSVReader, expected: String
  ) -> RegistryRowError {
    RegistryRowError(fault: fault, error: reader.refused(column, expected: expected))
  }
}

/// Finds a commodity by its name without making a text of that.
private struct CommodityNames: Sendable {
  // One by one, since a list would be retained and released for each row.
  private let electric = word(of: Commodity.electric.rawValue)
  private let gas = word(of: Commodity.gas.rawValue)
  private let water = word(of: Commodity.water.rawValue)

  func commodity(_ name: UnsafeBufferPointer<UInt8>) -> Commodity? {
    switch word(name) {
    case nil: nil
    case electric: .electric
    case gas: .gas
    case water: .water
    default: nil
    }
  }

}

/// Finds a service by its name in the same way.
private struct ServiceNames: Sendable {
  private let daily = word(of: ReadService.daily.rawValue)
  private let monthly = word(of: ReadService.monthly.rawValue)

  func service(_ name: UnsafeBufferPointer<UInt8>) -> ReadService? {
    switch word(name) {
    case nil: nil
    case daily: .daily
    case monthly: .monthly
    default: nil
    }
  }
}

private func word(of name: String) -> UInt64? {
  var name = name
  return name.withUTF8 { word($0) }
}

/// A name of at most eight bytes as one number.
private func word(_ name: UnsafeBufferPointer<UInt8>) -> UInt64? {
  guard name.count <= 8, name.first != 0 else { return nil }
  var word: UInt64 = 0
  for byte in name { word = word << 8 | UInt64(byte) }
  return word
}
