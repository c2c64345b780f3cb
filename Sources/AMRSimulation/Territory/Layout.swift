/// Where modules and collectors stand: everything that a scenario and its files say about places.
public struct Layout: Sendable {
  public let territory: Territory
  public let sites: [CollectorSite]
  /// Of vans; nil where they drive a grid of streets, or there are none.
  let routes: RouteTable?

  /// Places the modules and collectors of a scenario.
  ///
  /// - Parameters:
  ///   - threads: at most so many work at the same time; the result does not depend on them.
  ///   - readFile: returns the bytes of a file that the scenario names.
  /// - Throws: `CSVError` or `TerritoryError` for what a file says, and whatever `readFile` throws.
  public init(
    _ scenario: Scenario, threads: Int, readFile: @Sendable (String) throws -> [UInt8]
  ) async throws {
    let spec = scenario.territory
    if spec.metersCSV.isEmpty {
      let table = try TractTable.decode(try readFile(spec.tractsCSV), source: spec.tractsCSV)
        .served(areaKm2: spec.servedAreaKm2)
      let modules = try table.deal(modules: spec.modules)
      territory = try await Territory(
        scenario,
        tracts: zip(table.tracts, modules).map {
          TractAllotment(
            latitude: $0.latitudeDeg, longitude: $0.longitudeDeg, areaKm2: $0.landAreaKm2,
            modules: $1)
        }, threads: threads)
    } else {
      let inventory = try MeterInventory.decode(
        try readFile(spec.metersCSV), source: spec.metersCSV,
        classNames: scenario.moduleClasses.map(\.name),
        entryNames: scenario.entryClasses.map(\.name),
        firstEndpointID: scenario.endpoints.firstID)
      territory = try Territory(scenario, inventory: inventory)
    }
    sites = try Self.sites(scenario, over: territory, readFile: readFile)
    routes = try Self.routes(scenario, over: territory, readFile: readFile)
  }

  private static func routes(
    _ scenario: Scenario, over territory: Territory, readFile: (String) throws -> [UInt8]
  ) throws -> RouteTable? {
    let source = scenario.vans.routesCSV
    guard scenario.vans.count > 0, !source.isEmpty else { return nil }
    return try RouteTable(try readFile(source), source: source) {
      latitude, longitude throws(TerritoryError) in
      try territory.position(latitude: latitude, longitude: longitude, source: source)
    }
  }

  private static func sites(
    _ scenario: Scenario, over territory: Territory, readFile: (String) throws -> [UInt8]
  ) throws -> [CollectorSite] {
    let spec = scenario.collectors
    if spec.sitesCSV.isEmpty {
      let sites = try latticeSites(
        over: territory, spacingM: spec.latticeSpacingM, minModules: spec.minModulesPerSite,
        source: scenario.name)
      guard !sites.isEmpty else {
        throw TerritoryError(
          source: scenario.name,
          message: "no site has \(spec.minModulesPerSite) modules around it; expected at least one "
            + "collector: lower collectors.min_modules_per_site")
      }
      return sites
    }
    let inventory = try CollectorInventory.decode(
      try readFile(spec.sitesCSV), source: spec.sitesCSV)
    return try inventory.sites.map { site in
      let position = try territory.position(
        latitude: site.latitudeDeg, longitude: site.longitudeDeg, source: spec.sitesCSV)
      return CollectorSite(id: site.collector, x: position.x, y: position.y)
    }
  }
}

extension Territory {
  /// Places the meters of an inventory, by ascending endpoint ID.
  init(_ scenario: Scenario, inventory: MeterInventory) throws(TerritoryError) {
    self.init(
      projection: Projection(around: inventory.meters.map { ($0.latitudeDeg, $0.longitudeDeg) }))
    reserveCapacity(inventory.meters.count)
    let traits = TraitDraws(scenario)
    for meter in inventory.meters.sorted(by: { $0.endpoint < $1.endpoint }) {
      let position = try position(
        latitude: meter.latitudeDeg, longitude: meter.longitudeDeg,
        source: scenario.territory.metersCSV)
      append(
        traits, id: meter.endpoint.rawValue, x: Double(position.x), y: Double(position.y),
        classIndex: meter.moduleClass, entryClass: meter.entryClass)
    }
  }

  /// A place on the flat map, which holds up to 500 km around the middle.
  func position(latitude: Double, longitude: Double, source: String) throws(TerritoryError)
    -> (x: Int32, y: Int32)
  {
    let (x, y) = projection.map(latitude: latitude, longitude: longitude)
    let limit = 500_000 * 10.0
    guard x.magnitude <= limit, y.magnitude <= limit else {
      throw TerritoryError(
        source: source,
        message:
          "latitude \(latitude), longitude \(longitude) is more than 500 km from the middle of "
          + "all places; expected one territory")
    }
    return (Int32(x.rounded()), Int32(y.rounded()))
  }
}
