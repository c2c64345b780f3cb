import CSV
import Metering
import VEE

/// What a unit of each commodity is worth, in ten-thousandths of a dollar.
public struct Prices: Sendable, Equatable {
  private var prices: [Commodity: Int64]

  /// 0.12 dollars for a kWh, 0.65 for a CCF of gas, 0.004 for a gallon of water: about what
  /// households paid in the late 1990s (assumption).
  public init() { prices = [.electric: 1200, .gas: 6500, .water: 40] }

  public subscript(commodity: Commodity) -> Int64 {
    get { prices[commodity] ?? 0 }
    set { prices[commodity] = newValue }
  }
}

/// One endpoint that a person should look at.
public struct WorkItem: Sendable, Equatable {
  public let endpoint: EndpointID
  public let meterID: String
  public let accountID: String
  public let cycle: BillingCycle
  public let commodity: Commodity
  /// What was noticed, the most expensive first.
  public let rules: [VEEFlag]
  public let firstDay: CivilDay
  public let lastDay: CivilDay
  /// How much may be billed wrongly, in the commodity's unit.
  public let units: Int64
  /// Its worth in cents.
  public let cents: Int64
  /// The other endpoint, of two whose meters are interchanged.
  public let partner: EndpointID?
}

extension VEEFlag {
  /// What a person does about a finding; nil for one that needs nobody.
  public var action: String? {
    switch self {
    case .stuck, .zero: "read the meter; replace it if its register stands still in use"
    case .swapped: "compare module and meter numbers of both endpoints; correct the registry"
    case .unreportedExchange: "find the work order of the exchange; add it to the registry"
    case .negative, .spike, .implausibleUse: "compare with the dials; enter what they show"
    case .high, .low: "ask for the cause; enter the read as verified if it is right"
    case .noRead: "visit the module, or read the meter by hand"
    case .tamper: "inspect the seal and the module"
    case .inactiveUse: "find who uses it; open an account or disconnect"
    case .wrongType, .beyondDials: "compare the registry with the meter"
    case .beforeInstallation, .afterRemoval: "correct the dates of the work order"
    case .unknownID: "add the module to the registry"
    case .sum: "compare intervals with the register"
    case .clock: "set the clock"
    case .rollover, .exchange, .outage, .late, .interpolated, .referenceDay, .profileScaled,
      .duplicate:
      nil
    }
  }
}

extension ReadStore {
  /// What persons should look at in a month, by money, the most first: one row for each endpoint.
  ///
  /// The worth of an endpoint is that of its most expensive finding: several findings mostly see
  /// the same fault.
  public func workList(month: String, prices: Prices) throws(HeadEndError) -> [WorkItem] {
    var byEndpoint: [UInt32: [(Finding, Commodity)]] = [:]
    for file in monthFiles(of: .findings, month) {
      for (finding, commodity) in try FindingsTable.findings(file.open())
      where finding.flag.action != nil {
        byEndpoint[finding.endpoint, default: []].append((finding, commodity))
      }
    }
    var items: [WorkItem] = []
    for point in registry.lastOfEachEndpoint {
      guard let findings = byEndpoint[point.endpoint.rawValue] else { continue }
      let sorted = findings.sorted {
        ($1.0.units * prices[$1.1], $0.0.flag.rawValue)
          < ($0.0.units * prices[$0.1], $1.0.flag.rawValue)
      }
      guard let (worst, commodity) = sorted.first else { continue }
      var rules: [VEEFlag] = []
      for (finding, _) in sorted where !rules.contains(finding.flag) { rules.append(finding.flag) }
      items.append(
        WorkItem(
          endpoint: point.endpoint, meterID: point.meterID, accountID: point.accountID,
          cycle: point.cycle, commodity: commodity, rules: rules,
          firstDay: findings.map(\.0.firstDay).min()!, lastDay: findings.map(\.0.lastDay).max()!,
          units: worst.units, cents: (worst.units * prices[commodity] + 50) / 100,
          partner: sorted.lazy.compactMap(\.0.partner).first.map { EndpointID(rawValue: $0) }))
    }
    return items.sorted { ($1.cents, $0.endpoint) < ($0.cents, $1.endpoint) }
  }

  /// The months that have been validated, ascending, as `YYYY-MM`.
  public var validatedMonths: [String] {
    Set(snapshot(.monthly).files.compactMap { $0.partitionValues["month"] ?? nil }).sorted()
  }
}

/// The work list as a CSV file.
public enum WorkListFile {
  private static let header = [
    "rank", "endpoint_id", "meter_id", "account_id", "cycle", "commodity", "reasons", "first_day",
    "last_day", "units", "unit", "dollars", "partner_id", "what_to_do",
  ]

  public static func encode(_ items: [WorkItem]) -> [UInt8] {
    var csv = CSVWriter()
    for name in header { csv.append(name) }
    csv.endRow()
    for (number, item) in items.enumerated() {
      csv.append(number + 1)
      csv.append(Int(item.endpoint.rawValue))
      csv.append(item.meterID)
      csv.append(item.accountID)
      csv.append(item.cycle.rawValue)
      csv.append(item.commodity.rawValue)
      csv.append(item.rules.map(\.rawValue).joined(separator: " "))
      csv.append(item.firstDay.description)
      csv.append(item.lastDay.description)
      csv.append(item.units)
      csv.append(item.commodity.billingUnit)
      csv.append(dollars(item.cents))
      if let partner = item.partner { csv.append(Int(partner.rawValue)) } else { csv.appendEmpty() }
      csv.append(item.rules.lazy.compactMap(\.action).first ?? "")
      csv.endRow()
    }
    return csv.take()
  }

  /// With two decimals.
  static func dollars(_ cents: Int64) -> String {
    let rest = cents.magnitude % 100
    return "\(cents < 0 ? "-" : "")\(cents.magnitude / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}

extension [ServicePoint] {
  /// The newest row of each endpoint, of rows by endpoint and time.
  var lastOfEachEndpoint: [ServicePoint] {
    indices.compactMap { row in
      row + 1 < count && self[row + 1].endpoint == self[row].endpoint ? nil : self[row]
    }
  }
}
