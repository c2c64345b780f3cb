import CSV
import Metering

/// The streets that somebody planned for each billing cycle.
struct RouteTable: Sendable {
  /// The corners of each cycle's route in the order in which they are driven, in decimetres.
  private(set) var points: [BillingCycle: [(x: Int32, y: Int32)]] = [:]

  /// The routes of a CSV file with the columns `cycle`, `latitude_deg` and `longitude_deg`: a row for
  /// each corner, those of one cycle in the order in which they are driven.
  ///
  /// - Parameter place: where degrees north and east are on the map.
  /// - Throws: `CSVError` for the first row that is malformed, and what `place` throws.
  init(
    _ bytes: [UInt8], source: String,
    place: (_ latitude: Double, _ longitude: Double) throws(TerritoryError) -> (x: Int32, y: Int32)
  ) throws {
    var reader = try CSVReader(bytes, source: source)
    let position = try PositionColumns(reader)
    let cycleColumn = try reader.column("cycle")
    while try reader.nextRow() {
      let number = try reader.int(cycleColumn, in: 1...BillingCycle.count)
      guard let cycle = BillingCycle(rawValue: number) else { continue }
      let (latitude, longitude) = try position.values(reader)
      points[cycle, default: []].append(try place(latitude, longitude))
    }
    if let short = points.filter({ $0.value.count < 2 }).keys.min() {
      throw TerritoryError(
        source: source,
        message: "the route of cycle \(short.rawValue) has one corner; expected two at least")
    }
    if points.isEmpty {
      throw TerritoryError(source: source, message: "no corner; expected two at least for a cycle")
    }
  }
}
