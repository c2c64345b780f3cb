import Columnar
import Metering

/// Rows of the table `registry`.
enum RegistryTable {
  /// The columns of a data file, in the order of the schema.
  static func columns(_ registry: [ServicePoint]) -> [Column] {
    let commodities = Commodity.allCases
    let data: [(ColumnData, [Bool]?)] = [
      (.int64(registry.map { Int64($0.endpoint.rawValue) }), nil),
      (.text(TextColumn(registry.map(\.meterID))), nil),
      (.text(TextColumn(registry.map(\.servicePointID))), nil),
      (.text(TextColumn(registry.map(\.accountID))), nil),
      (
        .dictionary(
          codes: registry.map { UInt8(commodities.firstIndex(of: $0.commodity)!) },
          values: commodities.map(\.rawValue)), nil
      ),
      (.int32(registry.map { Int32($0.register.dials) }), nil),
      (.int32(registry.map { Int32($0.register.multiplier) }), nil),
      (.int32(registry.map { Int32($0.cycle.rawValue) }), nil),
      (.int64(registry.map { $0.installedAt * 1000 }), nil),
      (.int64(registry.map { ($0.removedAt ?? 0) * 1000 }), registry.map { $0.removedAt != nil }),
      (.int64(registry.map { $0.removedRead ?? 0 }), registry.map { $0.removedRead != nil }),
      (.int64(registry.map(\.lastBilledRead)), nil),
      (.int64(registry.map { $0.lastBilledAt * 1000 }), nil),
    ]
    return zip(StoreTable.registry.fields, data).map { field, content in
      Column(field.field, content.0, validity: content.1)
    }
  }

  /// The rows of a data file, in its order: ascending endpoint IDs.
  static func rows(_ file: StoredFile) throws(HeadEndError) -> [ServicePoint] {
    let endpoints = try file.integers("endpoint_id")
    let meters = try file.texts("meter_id")
    let servicePoints = try file.texts("service_point_id")
    let accounts = try file.texts("account_id")
    let commodities = try file.texts("commodity")
    let dials = try file.integers("dials")
    let multipliers = try file.integers("multiplier")
    let cycles = try file.integers("cycle")
    let installed = try file.integers("installed_at")
    let removed = try file.optionalIntegers("removed_at")
    let removedReads = try file.optionalIntegers("removed_read")
    let lastReads = try file.integers("last_billed_read")
    let lastAt = try file.integers("last_billed_at")
    var registry: [ServicePoint] = []
    registry.reserveCapacity(endpoints.count)
    for row in endpoints.indices {
      guard let commodity = commodities[row].flatMap(Commodity.init(rawValue:)),
        let cycle = BillingCycle(rawValue: Int(cycles[row])),
        let endpoint = UInt32(exactly: endpoints[row]), (1...9).contains(dials[row]),
        (1...Int64(Int32.max)).contains(multipliers[row]),
        installed[row].magnitude < 1 << 62, (removed[row] ?? 0).magnitude < 1 << 62
      else {
        throw .damagedStore(
          "\(file.path): row \(row) is not a service point; restore the file from a copy")
      }
      registry.append(
        ServicePoint(
          endpoint: EndpointID(rawValue: endpoint), meterID: meters[row] ?? "",
          servicePointID: servicePoints[row], accountID: accounts[row] ?? "", commodity: commodity,
          register: RegisterFormat(dials: Int(dials[row]), multiplier: Int(multipliers[row])),
          cycle: cycle, installedAt: installed[row] / 1000,
          removedAt: removed[row].map { $0 / 1000 },
          removedRead: removedReads[row], lastBilledRead: lastReads[row],
          lastBilledAt: lastAt[row] / 1000))
    }
    return registry
  }
}
