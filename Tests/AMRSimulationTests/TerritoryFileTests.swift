import TestSupport
import CSV
import Metering
import Testing

@testable import AMRSimulation

private func duquesne() throws -> TractTable {
  let path = "Scenarios/data/duquesne-territory.csv"
  return try TractTable.decode(packageFile(path), source: path)
}

private func table(_ rows: [(area: Double, housing: Int)]) -> TractTable {
  TractTable(
    source: "t.csv",
    tracts: rows.enumerated().map { index, row in
      TractTable.Tract(
        name: "t\(index)", latitudeDeg: 40, longitudeDeg: -80, landAreaKm2: row.area,
        housingUnits: row.housing)
    })
}

@Test func servesTheDensestTractsOfPittsburgh() throws {
  let all = try duquesne()
  #expect(all.tracts.count == 475)
  #expect(
    all.tracts.first
      == TractTable.Tract(
        name: "Tract 103 (Pittsburgh)", latitudeDeg: 40.43589, longitudeDeg: -79.98483,
        landAreaKm2: 1.171, housingUnits: 721))
  let served = try all.served(areaKm2: 2072)
  let area = served.tracts.reduce(0) { $0 + $1.landAreaKm2 }
  let sparsest = try #require(served.tracts.min { $0.density < $1.density })
  // Counted independently from the file.
  #expect(served.tracts.count == 453)
  #expect(served.tracts.reduce(0) { $0 + $1.housingUnits } == 639_588)
  #expect(abs(area - 2101.531) < 1e-6)
  #expect(area - sparsest.landAreaKm2 < 2072, "the last tract crosses the line")
  let left = all.tracts.filter { !served.tracts.contains($0) }
  #expect(left.allSatisfy { $0.density <= sparsest.density })
  #expect(served.tracts == all.tracts.filter(served.tracts.contains), "the order of the file")
}

@Test func theMetropolisIsPittsburghSixteenTimesOver() throws {
  let path = "Scenarios/data/metro-territory.csv"
  let metro = try TractTable.decode(packageFile(path), source: path)
  let served = try duquesne().served(areaKm2: 2072).tracts
  #expect(metro.tracts.count == 16 * served.count)
  for (number, tract) in metro.tracts.enumerated() {
    let (copy, original) = (number / served.count, served[number % served.count])
    let north = original.latitudeDeg + 0.75 * Double(copy / 4)
    let east = original.longitudeDeg + 1.05 * Double(copy % 4)
    #expect(abs(tract.latitudeDeg - north) < 1e-9 && abs(tract.longitudeDeg - east) < 1e-9)
    #expect(tract.landAreaKm2 == original.landAreaKm2)
    #expect(tract.housingUnits == original.housingUnits)
    #expect(tract.name.hasPrefix("\(copy + 1)-"))
  }
  #expect(try metro.served(areaKm2: 33_624).tracts.count == metro.tracts.count, "all are served")
}

@Test func dealsEveryModuleOfPittsburgh() throws {
  let served = try duquesne().served(areaKm2: 2072)
  let dealt = try served.deal(modules: 615_000)
  #expect(dealt.reduce(0, +) == 615_000)
  let total = Double(served.tracts.reduce(0) { $0 + $1.housingUnits })
  for (tract, count) in zip(served.tracts, dealt) {
    let quota = 615_000 * Double(tract.housingUnits) / total
    #expect(abs(Double(count) - quota) < 1, "\(tract.name): the quota rule")
  }
}

@Test func dealsByLargestRemainderAndFileOrder() throws {
  // Quotas 2.5, 2.5, 5: the one module left over goes to the first of equal fractions.
  #expect(try table([(1, 1), (1, 1), (1, 2)]).deal(modules: 10) == [3, 2, 5])
  // Quotas 1.4, 2.8, 2.8.
  #expect(try table([(1, 1), (1, 2), (1, 2)]).deal(modules: 7) == [1, 3, 3])
  #expect(try table([(1, 0), (1, 7)]).deal(modules: 3) == [0, 3])
  #expect(try table([(1, 100_000_000)]).deal(modules: 16_000_000) == [16_000_000])
  let error = #expect(throws: TerritoryError.self) { try table([(1, 0)]).deal(modules: 1) }
  #expect(
    error?.description
      == "t.csv: no served tract has housing units; expected at least one to deal modules to")
}

@Test(arguments: UInt64(1)...50)
func dealingKeepsTheSumAndTheQuotaRule(seed: UInt64) throws {
  var random = SplitMix64(seed: seed)
  let housing = (0..<Int(random.next() % 60 + 1)).map { _ in Int(random.next() % 5000) } + [1]
  let modules = Int(random.next() % 1_000_000)
  let dealt = try table(housing.map { (1, $0) }).deal(modules: modules)
  let total = housing.reduce(0, +)
  #expect(dealt.reduce(0, +) == modules)
  for (units, count) in zip(housing, dealt) {
    let whole = units * modules / total
    #expect(count == whole || (count == whole + 1 && units * modules % total != 0))
  }
}

@Test func servesEquallyDenseTractsInFileOrder() throws {
  let tracts = table([(2, 10), (1, 50), (2, 100), (1, 5)])
  #expect(try tracts.served(areaKm2: 0.5).tracts.map(\.name) == ["t1"])
  #expect(try tracts.served(areaKm2: 1).tracts.map(\.name) == ["t1"], "exactly reached")
  #expect(try tracts.served(areaKm2: 1.5).tracts.map(\.name) == ["t1", "t2"])
  #expect(try tracts.served(areaKm2: 3.5).tracts.map(\.name) == ["t0", "t1", "t2"])
  #expect(try tracts.served(areaKm2: 6).tracts.count == 4)
  let error = #expect(throws: TerritoryError.self) { try tracts.served(areaKm2: 6.5) }
  #expect(
    error?.description
      == "t.csv: the tracts add up to 6 km²; expected at least the 6.5 km² of "
      + "territory.served_area_km2")
}

@Test func refusesTractsThatCannotBe() {
  let header = "name,latitude_deg,longitude_deg,land_area_km2,housing_units\n"
  for (row, message) in [
    ("a,40,-80,0,5", "land_area_km2: found '0'; expected a number from 0.0001 to 1000000"),
    ("a,40,-80,1,-5", "housing_units: found '-5'; expected a whole number from 0 to 100000000"),
    ("a,95,-80,1,5", "latitude_deg: found '95'; expected a number from -90 to 90"),
  ] {
    let error = #expect(throws: CSVError.self) {
      try TractTable.decode(Array((header + row).utf8), source: "t.csv")
    }
    #expect(error?.description == "t.csv:2: \(message)")
  }
}

private func meters(_ text: String, first: Int = 100) throws(CSVError) -> [MeterInventory.Meter] {
  try MeterInventory.decode(
    Array(text.utf8), source: "m.csv", classNames: ["house", "shop"], entryNames: ["in", "out"],
    firstEndpointID: first
  ).meters
}

@Test func readsMetersWithAndWithoutOptionalColumns() throws {
  #expect(
    try meters("longitude_deg,latitude_deg\n-80,40\n-80.5,40.25\n") == [
      MeterInventory.Meter(
        latitudeDeg: 40, longitudeDeg: -80, endpoint: EndpointID(rawValue: 100)),
      MeterInventory.Meter(
        latitudeDeg: 40.25, longitudeDeg: -80.5, endpoint: EndpointID(rawValue: 101)),
    ])
  #expect(
    try meters(
      """
      endpoint_id,latitude_deg,longitude_deg,class,entry,remark
      7,40,-80,shop,out,"near
      the mill"
      5,41,-81,,,
      6,41,-81,house,in,
      """)
      == [
        MeterInventory.Meter(
          latitudeDeg: 40, longitudeDeg: -80, endpoint: EndpointID(rawValue: 7), moduleClass: 1,
          entryClass: 1),
        MeterInventory.Meter(
          latitudeDeg: 41, longitudeDeg: -81, endpoint: EndpointID(rawValue: 5)),
        MeterInventory.Meter(
          latitudeDeg: 41, longitudeDeg: -81, endpoint: EndpointID(rawValue: 6), moduleClass: 0,
          entryClass: 0),
      ])
}

@Test(arguments: [
  ("latitude_deg\n40\n", "m.csv:1: column 'longitude_deg' is missing; found latitude_deg"),
  ("latitude_deg,longitude_deg\n", "m.csv:1: expected at least one meter"),
  (
    "latitude_deg,longitude_deg,class\n40,-80,mill\n",
    "m.csv:2: class: found 'mill'; expected house or shop as in module_classes, or nothing"
  ),
  (
    "latitude_deg,longitude_deg,endpoint_id\n40,-80,\n",
    "m.csv:2: endpoint_id: the field is empty; expected a whole number from 1 to 67108863"
  ),
  (
    "latitude_deg,longitude_deg,endpoint_id\n1,1,9\n1,1,8\n1,1,8\n1,1,8\n1,1,9\n",
    "m.csv:4: endpoint_id: 8 is also on line 3; expected each endpoint_id once"
  ),
  (
    "latitude_deg,longitude_deg,entry\n40,-80,yes\n",
    "m.csv:2: entry: found 'yes'; expected in or out as in entry_classes, or nothing"
  ),
])
func refusesMetersThatCannotBe(text: String, expected: String) {
  let error = #expect(throws: CSVError.self) { try meters(text) }
  #expect(error?.description == expected)
}

@Test func refusesMoreMetersThanAddresses() {
  let rows = "latitude_deg,longitude_deg\n1,1\n1,1\n"
  let error = #expect(throws: CSVError.self) { try meters(rows, first: 67_108_863) }
  #expect(
    error?.description
      == "m.csv:3: there is no endpoint_id left for this row: it would be 67108864; "
      + "expected at most 67108863")
}

@Test func readsCollectorSites() throws {
  func sites(_ text: String) throws(CSVError) -> [CollectorInventory.Site] {
    try CollectorInventory.decode(Array(text.utf8), source: "c.csv").sites
  }
  let numbered = try sites("latitude_deg,longitude_deg\n40,-80\n41,-80\n")
  #expect(numbered.map(\.collector.rawValue) == [1, 2])
  let given = try sites("collector_id,latitude_deg,longitude_deg\n4294967295,40,-80\n1,41,-80\n")
  #expect(given.map(\.collector.rawValue) == [4_294_967_295, 1])
  #expect(given.map(\.latitudeDeg) == [40, 41])
  let twice = #expect(throws: CSVError.self) {
    try sites("collector_id,latitude_deg,longitude_deg\n3,40,-80\n3,41,-80\n")
  }
  #expect(
    twice?.description
      == "c.csv:3: collector_id: 3 is also on line 2; expected each collector_id once")
  let none = #expect(throws: CSVError.self) { try sites("latitude_deg,longitude_deg\n") }
  #expect(none?.description == "c.csv:1: expected at least one site")
}
