import CSV
import Metering
import TestSupport

@testable import HeadEnd

/// Registry files that the tests of the registry share.
enum RegistryFixture {
  static let header =
    "endpoint_id,meter_id,service_point_id,account_id,commodity,dials,multiplier,cycle,installed_on,"
    + "removed_on,installed_read,removed_read,last_billed_read,last_billed_at,service"

  static func encoded(_ points: [ServicePoint], clock: LocalClock = Fixture.clock) -> [UInt8] {
    var bytes: [UInt8] = []
    RegistryFile.encode(points, clock: clock) { bytes += $0 }
    return bytes
  }

  static func decode(_ text: String) throws(CSVError) -> RegistryReading {
    try RegistryFile.decode(Array(text.utf8), source: "r.csv", clock: Fixture.clock)
  }

  /// A row of a file with most columns left out, which are filled in.
  static func file(_ rows: String...) -> String {
    "endpoint,meter,account,commodity,dials,multiplier,cycle,installed,removed\n"
      + rows.joined(separator: "\n") + "\n"
  }

  /// Why a file as a whole is refused; nil when it is not.
  static func complaint(_ text: String) -> String? {
    do {
      _ = try decode(text)
      return nil
    } catch {
      return error.description
    }
  }

  /// The refused rows of a file that is taken in in part.
  static func refusals(_ text: String) throws -> [String] {
    try decode(text).refused.map(\.description)
  }

  /// Random rows with few endpoints, meters, places and instants, so that all laws are broken often.
  static func randomRows(count: Int, using random: inout SplitMix64) -> [ServicePoint] {
    let start = Fixture.clock.startOfDay(Fixture.firstDay)
    return (0..<count).map { _ in
      let installed = start + Int64.random(in: 0...12, using: &random) * millisecondsPerDay / 2
      let length = Int64.random(in: 1...8, using: &random) * millisecondsPerDay / 2
      let isRemoved = Int.random(in: 0..<5, using: &random) > 0
      let register = RegisterFormat(
        dials: Int.random(in: 0..<9, using: &random) == 0 ? 6 : 5,
        multiplier: Int.random(in: 0..<9, using: &random) == 0 ? 40 : 1)
      return ServicePoint(
        endpoint: EndpointID(rawValue: .random(in: 1...UInt32(count), using: &random)),
        meterID: "M\(Int.random(in: 1...count * 2, using: &random))",
        servicePointID:
          "a very long service point \(Int.random(in: 1...count * 2, using: &random))",
        accountID: "A\(Int.random(in: 1...count, using: &random))",
        commodity: Int.random(in: 0..<4, using: &random) == 0 ? .gas : .electric,
        register: register, cycle: BillingCycle(rawValue: .random(in: 1...21, using: &random))!,
        service: ReadService.allCases.randomElement(using: &random)!,
        installedAt: installed, removedAt: isRemoved ? installed + length : nil,
        removedRead: isRemoved && Bool.random(using: &random)
          ? .random(in: 0..<register.span, using: &random) : nil,
        lastBilledRead: .random(in: 0..<register.span, using: &random),
        lastBilledAt: Bool.random(using: &random)
          ? installed : installed + .random(in: -5_000...5_000, using: &random))
    }
  }

  /// The rows that are in conflict with another one, by comparing all pairs, with the first law
  /// that they break.
  static func conflictsOfAllPairs(_ rows: [ServicePoint]) -> [Int: RegistryLaw] {
    var laws: [Int: RegistryLaw] = [:]
    func charge(_ row: Int, _ law: RegistryLaw) {
      if laws[row].map({ law.rawValue < $0.rawValue }) ?? true { laws[row] = law }
    }
    for (row, point) in rows.enumerated() {
      for (other, twin) in rows.enumerated() where row != other {
        for law in [RegistryLaw.endpoint, .servicePoint, .meter, .continuity]
        where breaks(law, point, twin, areNeighbours: abs(row - other) == 1) {
          charge(row, law)
        }
      }
    }
    return laws
  }

  static func breaks(
    _ law: RegistryLaw, _ one: ServicePoint, _ other: ServicePoint, areNeighbours: Bool
  ) -> Bool {
    let overlap =
      one.installedAt < other.removedAt ?? .max && other.installedAt < one.removedAt ?? .max
    let sameCommodity = one.commodity == other.commodity
    switch law {
    case .order: return false
    case .endpoint: return overlap && one.endpoint == other.endpoint
    case .servicePoint:
      return overlap && sameCommodity && one.servicePointID == other.servicePointID
    case .meter: return overlap && sameCommodity && one.meterID == other.meterID
    case .continuity:
      let follows = one.removedAt == other.installedAt || other.removedAt == one.installedAt
      return areNeighbours && follows && one.endpoint == other.endpoint
        && one.meterID == other.meterID && (one.register != other.register || !sameCommodity)
    }
  }
}
