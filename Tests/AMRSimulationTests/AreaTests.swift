import Testing

@testable import AMRSimulation

@Suite("Areas")
struct AreaTests {
  private static func territory(_ places: [(Int32, Int32)]) -> Territory {
    var territory = Territory(projection: Projection(latitude: 40, longitude: -80))
    for (number, place) in places.enumerated() {
      territory.endpointIDs.append(UInt32(number + 1))
      territory.x.append(place.0)
      territory.y.append(place.1)
      territory.classIndices.append(0)
      territory.entryClasses.append(0)
    }
    return territory
  }

  @Test("squares are named by columns of letters and rows of numbers from the south-west")
  func names() throws {
    // Sides of 1 km; the corner is the least x and y that occur.
    let areas = try Areas(
      Self.territory([(500, -500), (10_499, 9_499), (10_500, -500), (500, 9_500), (270_500, -500)]),
      areaKm: 1, source: "test")
    #expect(areas.list.map(\.name) == ["A1", "B1", "AB1", "A2"])
    #expect(areas.list.map(\.modules) == [2, 1, 1, 1])
    #expect(areas.ofModule == [0, 0, 1, 3, 2])
    #expect(areas.buildingOrder == [0, 1, 2, 3])
    #expect(areas.place(x: 10_499, y: 0) == 0)
    #expect(areas.place(x: 499, y: 0) == nil)
    #expect(areas.place(x: 40_000, y: 0) == nil)
  }

  @Test("areas are built from the one with most modules down")
  func order() throws {
    let areas = try Areas(
      Self.territory([(0, 0), (20_000, 0), (20_001, 0), (40_000, 0), (40_001, 1), (40_002, 2)]),
      areaKm: 1, source: "test")
    #expect(areas.buildingOrder.map { areas.list[$0].modules } == [3, 2, 1])
  }

  @Test("more areas than anybody reports are refused")
  func tooMany() {
    let places = (0..<300).flatMap { x in (0..<300).map { (Int32(x * 1000), Int32($0 * 1000)) } }
    #expect(throws: TerritoryError.self) {
      try Areas(Self.territory(places), areaKm: 0.1, source: "test")
    }
  }
}
