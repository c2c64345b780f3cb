import Columnar
import Metering

/// Rows of the table `registry`.
enum RegistryTable {
  /// The columns of a data file, in the order of the schema.
  ///
  /// - Parameter range: the rows that the file is to have; nil is all.
  static func columns(_ registry: [ServicePoint], _ range: Range<Int>? = nil) -> [Column] {
    let range = range ?? 0..<registry.count
    var built = Builder(count: range.count)
    registry.withUnsafeBufferPointer { rows in
      for start in stride(from: range.lowerBound, to: range.upperBound, by: Builder.blockRows) {
        built.append(rows, start..<min(start + Builder.blockRows, range.upperBound))
      }
    }
    let names = Commodity.allCases.map(\.rawValue)
    let data: [(ColumnData, [Bool]?)] = [
      (.int64(built.endpoints), nil), (.text(built.meters), nil), (.text(built.servicePoints), nil),
      (.text(built.accounts), nil),
      (.dictionary(codes: built.commodities, values: names), nil), (.int32(built.dials), nil),
      (.int32(built.multipliers), nil), (.int32(built.cycles), nil), (.int64(built.installed), nil),
      (.int64(built.removed), built.isRemoved), (.int64(built.removedReads), built.hasRemovedRead),
      (.int64(built.lastReads), nil), (.int64(built.lastAt), nil),
      (.dictionary(codes: built.services, values: ReadService.allCases.map(\.rawValue)), nil),
    ]
    return zip(StoreTable.registry.fields, data).map { field, content in
      Column(field.field, content.0, validity: content.1)
    }
  }

  /// The rows of a data file, in its order.
  static func rows(_ file: StoredFile) throws(HeadEndError) -> [ServicePoint] {
    let endpoints = try file.integers("endpoint_id")
    let meters = try Texts(file, "meter_id")
    let servicePoints = try Texts(file, "service_point_id")
    let accounts = try Texts(file, "account_id")
    let commodities = try Words<Commodity>(file, "commodity")
    let dials = try file.integers("dials")
    let multipliers = try file.integers("multiplier")
    let cycles = try file.integers("cycle")
    let installed = try file.integers("installed_at")
    let removed = try file.optionalIntegers("removed_at")
    let removedReads = try file.optionalIntegers("removed_read")
    let lastReads = try file.integers("last_billed_read")
    let lastAt = try file.integers("last_billed_at")
    let services = try Words<ReadService>(file, "service")
    var rows: [ServicePoint] = []
    rows.reserveCapacity(endpoints.count)
    for row in endpoints.indices {
      guard let commodity = commodities[row], let service = services[row],
        let cycle = BillingCycle(rawValue: Int(cycles[row])),
        let endpoint = UInt32(exactly: endpoints[row]), (1...9).contains(dials[row]),
        (1...Int64(Int32.max)).contains(multipliers[row]),
        installed[row].magnitude < 1 << 62, (removed[row] ?? 0).magnitude < 1 << 62
      else {
        throw .damagedStore(
          "\(file.path): row \(row) is not a service point; restore the file from a copy")
      }
      rows.append(
        ServicePoint(
          endpoint: EndpointID(rawValue: endpoint), meterID: meters[row],
          servicePointID: servicePoints[row], accountID: accounts[row], commodity: commodity,
          register: RegisterFormat(dials: Int(dials[row]), multiplier: Int(multipliers[row])),
          cycle: cycle, service: service, installedAt: installed[row] / 1000,
          removedAt: removed[row].map { $0 / 1000 }, removedRead: removedReads[row],
          lastBilledRead: lastReads[row], lastBilledAt: lastAt[row] / 1000))
    }
    return rows
  }

  /// The columns' values; gone through are so few rows at a time that they stay in the processor's
  /// cache.
  private struct Builder {
    static let blockRows = 256

    var endpoints: [Int64] = []
    var meters = TextColumn()
    var servicePoints = TextColumn()
    var accounts = TextColumn()
    var commodities: [UInt8] = []
    var dials: [Int32] = []
    var multipliers: [Int32] = []
    var cycles: [Int32] = []
    var installed: [Int64] = []
    var removed: [Int64] = []
    var isRemoved: [Bool] = []
    var removedReads: [Int64] = []
    var hasRemovedRead: [Bool] = []
    var lastReads: [Int64] = []
    var lastAt: [Int64] = []
    var services: [UInt8] = []
    private let codes = Dictionary(
      uniqueKeysWithValues: Commodity.allCases.enumerated().map { ($1, UInt8($0)) })
    /// The commodity of the last row: most rows have that of the one before.
    private var commodity = Commodity.electric
    private var code: UInt8

    init(count: Int) {
      code = codes[.electric]!
      endpoints.reserveCapacity(count)
      meters.reserveCapacity(count, byteCount: count * 10)
      servicePoints.reserveCapacity(count, byteCount: count * 10)
      accounts.reserveCapacity(count, byteCount: count * 10)
      commodities.reserveCapacity(count)
      dials.reserveCapacity(count)
      multipliers.reserveCapacity(count)
      cycles.reserveCapacity(count)
      installed.reserveCapacity(count)
      removed.reserveCapacity(count)
      isRemoved.reserveCapacity(count)
      removedReads.reserveCapacity(count)
      hasRemovedRead.reserveCapacity(count)
      lastReads.reserveCapacity(count)
      lastAt.reserveCapacity(count)
      services.reserveCapacity(count)
    }

    mutating func append(_ rows: UnsafeBufferPointer<ServicePoint>, _ block: Range<Int>) {
      let start = block.lowerBound
      meters.append(count: block.count) { rows[start + $0].meterID }
      servicePoints.append(count: block.count) { rows[start + $0].servicePointID }
      accounts.append(count: block.count) { rows[start + $0].accountID }
      for row in block { append(rows[row]) }
    }

    /// The place of a service among all.
    private static func code(_ service: ReadService) -> UInt8 {
      switch service {
      case .daily: 0
      case .monthly: 1
      }
    }

    private mutating func append(_ point: borrowing ServicePoint) {
      endpoints.append(Int64(point.endpoint.rawValue))
      if point.commodity != commodity {
        commodity = point.commodity
        code = codes[commodity]!
      }
      commodities.append(code)
      dials.append(Int32(point.register.dials))
      multipliers.append(Int32(point.register.multiplier))
      cycles.append(Int32(point.cycle.rawValue))
      installed.append(point.installedAt * 1000)
      removed.append((point.removedAt ?? 0) * 1000)
      isRemoved.append(point.removedAt != nil)
      removedReads.append(point.removedRead ?? 0)
      hasRemovedRead.append(point.removedRead != nil)
      lastReads.append(point.lastBilledRead)
      lastAt.append(point.lastBilledAt * 1000)
      services.append(Self.code(point.service))
    }
  }

  /// A column of mostly distinct texts, which become strings one by one.
  private struct Texts {
    private let text: TextColumn?
    private let others: [String?]

    init(_ file: StoredFile, _ name: String) throws(HeadEndError) {
      if case .text(let text) = try file.column(name).data {
        self.text = text
        others = []
      } else {
        text = nil
        others = try file.texts(name)
      }
    }

    /// Empty where the row has no value.
    subscript(row: Int) -> String { text?[row] ?? others[row] ?? "" }
  }

  /// A column of a few words, nil where a row has none that is known.
  private struct Words<Value: RawRepresentable<String>> {
    private let codes: [UInt8]
    private let values: [Value?]
    private let others: [String?]

    init(_ file: StoredFile, _ name: String) throws(HeadEndError) {
      if case .dictionary(let codes, let values) = try file.column(name).data {
        self.codes = codes
        self.values = values.map(Value.init(rawValue:))
        others = []
      } else {
        (codes, values) = ([], [])
        others = try file.texts(name)
      }
    }

    subscript(row: Int) -> Value? {
      guard codes.isEmpty else {
        return Int(codes[row]) < values.count ? values[Int(codes[row])] : nil
      }
      return others[row].flatMap(Value.init(rawValue:))
    }
  }
}
