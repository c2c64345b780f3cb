import Columnar
import Metering

/// Rows of the table `registry`.
enum RegistryTable {
  /// The columns of a data file, in the order of the schema.
  static func columns(_ registry: [ServicePoint]) -> [Column] {
    let commodities = Commodity.allCases
    let removed = registry.map { Int32($0.removedOn?.number ?? 0) }
    let data: [ColumnData] = [
      .int64(registry.map { Int64($0.endpoint.rawValue) }),
      .text(TextColumn(registry.map(\.meterID))), .text(TextColumn(registry.map(\.accountID))),
      .dictionary(
        codes: registry.map { UInt8(commodities.firstIndex(of: $0.commodity)!) },
        values: commodities.map(\.rawValue)),
      .int32(registry.map { Int32($0.register.dials) }),
      .int32(registry.map { Int32($0.register.multiplier) }),
      .int32(registry.map { Int32($0.cycle.rawValue) }),
      .int32(registry.map { Int32($0.installedOn.number) }), .int32(removed),
      .int64(registry.map(\.lastBilledRead)), .int64(registry.map { $0.lastBilledAt * 1000 }),
    ]
    return zip(StoreTable.registry.fields, data).map { field, data in
      Column(
        field.field, data,
        validity: field.field.isNullable ? registry.map { $0.removedOn != nil } : nil)
    }
  }

  /// The rows of a data file, in its order: ascending endpoint IDs.
  static func rows(_ file: StoredFile) throws(HeadEndError) -> [ServicePoint] {
    let endpoints = try file.integers("endpoint_id")
    let meters = try file.texts("meter_id")
    let accounts = try file.texts("account_id")
    let commodities = try file.texts("commodity")
    let dials = try file.integers("dials")
    let multipliers = try file.integers("multiplier")
    let cycles = try file.integers("cycle")
    let installed = try file.integers("installed_on")
    let removed = try file.optionalIntegers("removed_on")
    let lastReads = try file.integers("last_billed_read")
    let lastAt = try file.integers("last_billed_at")
    var registry: [ServicePoint] = []
    registry.reserveCapacity(endpoints.count)
    for row in endpoints.indices {
      guard let commodity = commodities[row].flatMap(Commodity.init(rawValue:)),
        let cycle = BillingCycle(rawValue: Int(cycles[row])),
        let endpoint = UInt32(exactly: endpoints[row]), (1...9).contains(dials[row]),
        (1...Int64(Int32.max)).contains(multipliers[row]),
        let installedOn = Int32(exactly: installed[row]),
        (removed[row] ?? 0).magnitude <= UInt64(Int32.max)
      else {
        throw .damagedStore(
          "\(file.path): row \(row) is not a service point; restore the file from a copy")
      }
      registry.append(
        ServicePoint(
          endpoint: EndpointID(rawValue: endpoint), meterID: meters[row] ?? "",
          accountID: accounts[row] ?? "", commodity: commodity,
          register: RegisterFormat(dials: Int(dials[row]), multiplier: Int(multipliers[row])),
          cycle: cycle, installedOn: CivilDay(number: Int(installedOn)),
          removedOn: removed[row].map { CivilDay(number: Int($0)) },
          lastBilledRead: lastReads[row], lastBilledAt: lastAt[row] / 1000))
    }
    return registry
  }
}
