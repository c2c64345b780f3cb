import CSV

/// A territory's census tracts.
struct TractTable: Sendable, Equatable {
  struct Tract: Sendable, Equatable {
    var name: String
    /// Latitude of a point inside, in degrees north.
    var latitudeDeg: Double
    /// Longitude of a point inside, in degrees east.
    var longitudeDeg: Double
    var landAreaKm2: Double
    var housingUnits: Int

    /// Housing units per km².
    var density: Double { Double(housingUnits) / landAreaKm2 }
  }

  /// The name of the file, for messages.
  let source: String
  /// In the order of the file.
  var tracts: [Tract]

  init(source: String, tracts: [Tract]) {
    self.source = source
    self.tracts = tracts
  }

  /// The tracts of a CSV file with the columns `name`, `latitude_deg`, `longitude_deg`,
  /// `land_area_km2` and `housing_units`; other columns are ignored.
  static func decode(_ bytes: [UInt8], source: String) throws(CSVError) -> TractTable {
    var reader = try CSVReader(bytes, source: source)
    let name = try reader.column("name")
    let position = try PositionColumns(reader)
    let area = try reader.column("land_area_km2")
    let housing = try reader.column("housing_units")
    var table = TractTable(source: source, tracts: [])
    while try reader.nextRow() {
      let (latitude, longitude) = try position.values(reader)
      table.tracts.append(
        Tract(
          name: try reader.string(name), latitudeDeg: latitude, longitudeDeg: longitude,
          landAreaKm2: try reader.double(area, in: 0.0001...1_000_000),
          housingUnits: try reader.int(housing, in: 0...100_000_000)))
    }
    return table
  }

  /// The tracts that are served: from the densest down, equally dense ones in the order of the
  /// file, until their areas add up to `areaKm2`; the tract that reaches it is included.
  ///
  /// - Returns: the served tracts in the order of the file.
  /// - Throws: when all tracts together are smaller than `areaKm2`.
  func served(areaKm2: Double) throws(TerritoryError) -> TractTable {
    let densestFirst = tracts.indices.sorted { left, right in
      let (leftDensity, rightDensity) = (tracts[left].density, tracts[right].density)
      return leftDensity == rightDensity ? left < right : leftDensity > rightDensity
    }
    var served: [Int] = []
    var area = 0.0
    for index in densestFirst where area < areaKm2 {
      served.append(index)
      area += tracts[index].landAreaKm2
    }
    if area < areaKm2 {
      throw TerritoryError(
        source: source,
        message: "the tracts add up to \(thousandths(area)) km²; expected at least the "
          + "\(thousandths(areaKm2)) km² of territory.served_area_km2")
    }
    return TractTable(source: source, tracts: served.sorted().map { tracts[$0] })
  }

  /// Deals modules to the tracts in proportion to housing units by the method of the largest
  /// remainder (Hamilton): each tract gets the whole part of its exact quota, and the modules left
  /// over go one each to the largest fractions, equal ones in the order of the file.
  ///
  /// - Parameter modules: 0…16,000,000.
  /// - Returns: the modules of each tract, in the order of `tracts`; they add up to `modules`.
  /// - Throws: when no tract has housing units.
  func deal(modules: Int) throws(TerritoryError) -> [Int] {
    let total = tracts.reduce(0) { $0 + $1.housingUnits }
    guard total > 0 else {
      throw TerritoryError(
        source: source,
        message: "no served tract has housing units; expected at least one to deal modules to")
    }
    let quotas = tracts.map { ($0.housingUnits * modules).quotientAndRemainder(dividingBy: total) }
    var dealt = quotas.map(\.quotient)
    let left = modules - dealt.reduce(0, +)
    let largestRemainderFirst = tracts.indices.sorted { first, second in
      let (one, other) = (quotas[first].remainder, quotas[second].remainder)
      return one == other ? first < second : one > other
    }
    for index in largestRemainderFirst.prefix(left) { dealt[index] += 1 }
    return dealt
  }
}

/// A territory that cannot be served as the scenario asks: `FILE: what is wrong; expected …`.
public struct TerritoryError: Error, Sendable, Equatable, CustomStringConvertible {
  public let source: String
  public let message: String

  public init(source: String, message: String) {
    self.source = source
    self.message = message
  }

  public var description: String { "\(source): \(message)" }
}

/// The two columns that say where a row's subject is.
struct PositionColumns {
  private let latitude: CSVColumn
  private let longitude: CSVColumn

  init(_ reader: CSVReader) throws(CSVError) {
    latitude = try reader.column("latitude_deg")
    longitude = try reader.column("longitude_deg")
  }

  /// Degrees north and east of the reader's current row.
  func values(_ reader: CSVReader) throws(CSVError) -> (latitude: Double, longitude: Double) {
    (try reader.double(latitude, in: -90...90), try reader.double(longitude, in: -180...180))
  }
}

/// A positive number below 10¹² with at most three decimals.
private func thousandths(_ value: Double) -> String {
  shortDecimal(Double(Int64(value * 1000 + 0.5)) / 1000)
}
