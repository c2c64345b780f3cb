import Parallel
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
  /// no more than half the way to the next street, so that it stays inside the tract. IDs run
  /// through a tract block by block, as installers do.
  ///
  /// - Throws: when a tract lies too far from the others to be on one map.
  init(_ scenario: Scenario, tracts: [TractAllotment], threads: Int) async throws {
    let projection = Projection(around: tracts.map { ($0.latitude, $0.longitude) })
    self.init(projection: projection)
    areaKm2 = tracts.reduce(0) { $0 + $1.areaKm2 }
    for tract in tracts {
      _ = try position(
        latitude: tract.latitude, longitude: tract.longitude, source: scenario.territory.tractsCSV)
    }
    var first = UInt32(scenario.endpoints.firstID)
    var firstIDs: [UInt32] = []
    for tract in tracts {
      firstIDs.append(first)
      first += UInt32(tract.modules)
    }
    let (ids, traits) = (firstIDs, TraitDraws(scenario))
    append(
      try await parallelMap(count: tracts.count, threads: threads) { number in
        Territory(
          tracts[number], firstID: ids[number],
          streets: TractStreets(
            scenario, tract: tracts[number], number: number, projection: projection),
          traits: traits, projection: projection)
      })
  }

  /// The modules of one tract.
  private init(
    _ tract: TractAllotment, firstID: UInt32, streets: TractStreets, traits: TraitDraws,
    projection: Projection
  ) {
    self.init(projection: projection)
    reserveCapacity(tract.modules)
    for number in 0..<tract.modules {
      let id = firstID + UInt32(number)
      let position = streets.position(endpoint: id, number: number)
      append(traits, id: id, x: position.x, y: position.y, classIndex: nil, entryClass: nil)
    }
  }

  /// Adds a module; classes are drawn where they are not given.
  mutating func append(
    _ traits: TraitDraws, id: UInt32, x: Double, y: Double, classIndex: Int?, entryClass: Int?
  ) {
    let drawn = traits.classes(endpoint: id)
    endpointIDs.append(id)
    self.x.append(Int32(x.rounded()))
    self.y.append(Int32(y.rounded()))
    classIndices.append(UInt8(classIndex ?? drawn.module))
    entryClasses.append(UInt8(entryClass ?? drawn.entry))
  }
}

/// Draws the classes to which a module belongs.
struct TraitDraws: Sendable {
  private let seed: UInt64
  /// The shares of the classes added up.
  private let moduleShares: [Double]
  private let entryShares: [Double]

  init(_ scenario: Scenario) {
    func sums(_ shares: [Double]) -> [Double] {
      var sum = 0.0
      return shares.map { share in
        sum += share
        return sum
      }
    }
    seed = scenario.seed
    moduleShares = sums(scenario.moduleClasses.map(\.share))
    entryShares = sums(scenario.entryClasses.map(\.share))
  }

  /// Indices into the scenario's lists.
  func classes(endpoint: UInt32) -> (module: Int, entry: Int) {
    let words = RandomStream(seed: seed, .meterTraits, entity: endpoint).words(0)
    return (
      Self.place(of: unit(words.x), in: moduleShares),
      Self.place(of: unit(words.y), in: entryShares)
    )
  }

  /// The first sum above a number in (0, 1); the last one if rounding leaves none.
  private static func place(of value: Double, in sums: [Double]) -> Int {
    sums.firstIndex { value < $0 } ?? sums.count - 1
  }
}

/// The street grid of one tract.
private struct TractStreets {
  /// Modules of a street block, about.
  private static let modulesPerBlock = 64

  private let seed: UInt64
  private let centre: (x: Double, y: Double)
  private let cosine: Double
  private let sine: Double
  /// Between streets, in decimetres.
  private let spacing: Double
  /// In each direction.
  private let streets: Int
  private let setback: Double
  private let modules: Int
  /// Blocks along a side of the tract; every block has at least one street in each direction.
  private let blocks: Int

  init(_ scenario: Scenario, tract: TractAllotment, number: Int, projection: Projection) {
    seed = scenario.seed
    centre = projection.map(latitude: tract.latitude, longitude: tract.longitude)
    let side = (tract.areaKm2 * 1e8).squareRoot()
    let wanted = Double(scenario.territory.streetSpacingM * 10)
    streets = Int(max(1, (side / wanted).rounded()))
    spacing = side / Double(streets)
    setback = min(Double(scenario.territory.setbackM * 10), spacing / 2)
    modules = tract.modules
    let blocksOfModules = (Double(modules) / Double(Self.modulesPerBlock)).squareRoot()
    blocks = max(1, min(streets, Int(blocksOfModules)))
    let draw = RandomStream(seed: seed, .tractStreets, entity: UInt32(number)).word(0)
    let angle = unit(draw) * Double.pi / 2
    cosine = PortableMath.cosine(angle)
    sine = PortableMath.cosine(angle - Double.pi / 2)
  }

  /// Where the meter of the tract's module of a number stands, in decimetres east and north of the
  /// territory's origin.
  func position(endpoint: UInt32, number: Int) -> (x: Double, y: Double) {
    let (columns, rows) = block(number)
    let words = RandomStream(seed: seed, .placement, entity: endpoint).words(0)
    let runsNorth = words.z & 2 == 0
    // The street is one of those that cross the block, and ends with the block.
    let (ofStreet, ofWay) = runsNorth ? (columns, rows) : (rows, columns)
    let street = Double(ofStreet.lowerBound) + Double(below(UInt32(ofStreet.count), words.x)) + 0.5
    let across = street * spacing + (words.z & 1 == 0 ? setback : -setback)
    let along = (Double(ofWay.lowerBound) + unit(words.y) * Double(ofWay.count)) * spacing
    let half = Double(streets) * spacing / 2
    let (east, north) =
      runsNorth ? (across - half, along - half) : (along - half, across - half)
    return (
      centre.x + east * cosine - north * sine, centre.y + east * sine + north * cosine
    )
  }

  /// The streets, in both directions, of the block in which a module stands: numbers run through
  /// rows of blocks, there and back, and fill equal areas equally.
  private func block(_ number: Int) -> (columns: Range<Int>, rows: Range<Int>) {
    // The place of the number in the tract's area, in streets of unit length.
    let place = (Double(number) + 0.5) / Double(modules) * Double(streets)
    let row = Int(place) * blocks / streets
    let rows = self.streets(ofBlock: row)
    let way = (place - Double(rows.lowerBound)) / Double(rows.count) * Double(streets)
    let there = min(streets - 1, Int(way))
    let column = (row % 2 == 0 ? there : streets - 1 - there) * blocks / streets
    return (self.streets(ofBlock: column), rows)
  }

  /// The streets s with s · blocks / streets, rounded down, equal to `block`.
  private func streets(ofBlock block: Int) -> Range<Int> {
    (block * streets + blocks - 1) / blocks..<((block + 1) * streets + blocks - 1) / blocks
  }
}
