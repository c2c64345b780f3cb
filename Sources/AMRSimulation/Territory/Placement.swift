import PortableMath
import RandomStreams

/// How many modules stand in a tract.
struct TractAllotment: Sendable, Equatable {
  /// Of the tract's middle, in degrees.
  let latitude: Double
  let longitude: Double
  let areaKm2: Double
  let modules: Int
}

extension Territory {
  /// Places modules along the streets of their tracts.
  ///
  /// A tract is a square of its area around its middle, turned by a random angle and crossed by
  /// parallel streets in both directions. A meter stands on either side of a street, set back by
  /// no more than half the way to the next street, so that it stays inside the tract.
  ///
  /// - Throws: when a tract lies too far from the others to be on one map.
  init(_ scenario: Scenario, tracts: [TractAllotment]) throws(TerritoryError) {
    self.init(
      projection: Projection(around: tracts.map { ($0.latitude, $0.longitude) }))
    areaKm2 = tracts.reduce(0) { $0 + $1.areaKm2 }
    var id = UInt32(scenario.endpoints.firstID)
    for (number, tract) in tracts.enumerated() {
      _ = try position(
        latitude: tract.latitude, longitude: tract.longitude, source: scenario.territory.tractsCSV)
      let streets = TractStreets(scenario, tract: tract, number: number, projection: projection)
      for _ in 0..<tract.modules {
        let position = streets.position(endpoint: id)
        append(scenario, id: id, x: position.x, y: position.y, classIndex: nil, indoor: nil)
        id += 1
      }
    }
  }

  /// Adds a module; class and indoors are drawn where they are not given.
  mutating func append(
    _ scenario: Scenario, id: UInt32, x: Double, y: Double, classIndex: Int?, indoor: Bool?
  ) {
    let traits = RandomStream(seed: scenario.seed, .meterTraits, entity: id).words(0)
    endpointIDs.append(id)
    self.x.append(Int32(x.rounded()))
    self.y.append(Int32(y.rounded()))
    classIndices.append(UInt8(classIndex ?? drawnClass(scenario, unit(traits.x))))
    self.indoor.append(indoor ?? (unit(traits.y) < scenario.territory.indoorShare))
  }

  /// The class whose range of cumulated shares contains a number in (0, 1).
  private func drawnClass(_ scenario: Scenario, _ value: Double) -> Int {
    var sum = 0.0
    for (index, moduleClass) in scenario.moduleClasses.enumerated() {
      sum += moduleClass.share
      if value < sum { return index }
    }
    return scenario.moduleClasses.count - 1
  }
}

/// The street grid of one tract.
private struct TractStreets {
  private let seed: UInt64
  private let centre: (x: Double, y: Double)
  private let cosine: Double
  private let sine: Double
  /// All lengths in decimetres.
  private let side: Double
  private let streets: UInt32
  private let setback: Double

  init(_ scenario: Scenario, tract: TractAllotment, number: Int, projection: Projection) {
    seed = scenario.seed
    centre = projection.map(latitude: tract.latitude, longitude: tract.longitude)
    side = (tract.areaKm2 * 1e8).squareRoot()
    let spacing = Double(scenario.territory.streetSpacingM * 10)
    streets = UInt32(max(1, (side / spacing).rounded()))
    setback = min(Double(scenario.territory.setbackM * 10), side / Double(streets) / 2)
    let draw = RandomStream(seed: seed, .tractStreets, entity: UInt32(number)).word(0)
    let angle = unit(draw) * Double.pi / 2
    cosine = PortableMath.cosine(angle)
    sine = PortableMath.cosine(angle - Double.pi / 2)
  }

  /// Where an endpoint's meter stands, in decimetres east and north of the territory's origin.
  func position(endpoint: UInt32) -> (x: Double, y: Double) {
    let words = RandomStream(seed: seed, .placement, entity: endpoint).words(0)
    let street = Double(below(streets, words.x)) + 0.5
    let across = street * side / Double(streets) + (words.z & 1 == 0 ? setback : -setback)
    let along = unit(words.y) * side
    let (u, v) = words.z & 2 == 0 ? (across, along) : (along, across)
    let east = u - side / 2
    let north = v - side / 2
    return (
      centre.x + east * cosine - north * sine, centre.y + east * sine + north * cosine
    )
  }
}
