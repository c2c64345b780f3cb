import Glibc
import Metering
import Testing

@testable import AMRSimulation

@Suite("Placing modules")
struct PlacementTests {
  private static let tracts = [
    TractAllotment(latitude: 40.44, longitude: -80, areaKm2: 2.5, modules: 4000),
    TractAllotment(latitude: 40.5, longitude: -79.9, areaKm2: 0.3, modules: 0),
    TractAllotment(latitude: 40.40, longitude: -79.95, areaKm2: 0.04, modules: 900),
    TractAllotment(latitude: 40.47, longitude: -80.05, areaKm2: 0.0004, modules: 60),
  ]

  private static func scenario(seed: UInt64 = 1) -> Scenario {
    var scenario = Scenario()
    scenario.seed = seed
    scenario.endpoints.firstID = 777
    let shares = [0.7, 0.2, 0.1]
    scenario.moduleClasses = shares.enumerated().map { index, share in
      var moduleClass = ModuleClass()
      moduleClass.name = "class-\(index)"
      moduleClass.share = share
      return moduleClass
    }
    return scenario
  }

  @Test("every tract has exactly its modules, and IDs follow on")
  func counts() async throws {
    let territory = try await Territory(Self.scenario(), tracts: Self.tracts, threads: 2)
    #expect(territory.count == 4960)
    #expect(territory.endpointIDs == Array(777..<777 + 4960 as Range<UInt32>))
    for count in [
      territory.x.count, territory.y.count, territory.classIndices.count,
      territory.entryClasses.count,
    ] { #expect(count == 4960) }
    #expect(abs(territory.areaKm2! - 2.8404) < 1e-12)
  }

  /// East and north of its tract's middle, in decimetres, for each module of one tract.
  private static func offsets(_ territory: Territory, tract: Int) -> [(x: Double, y: Double)] {
    let first = tracts[..<tract].reduce(0) { $0 + $1.modules }
    let middle = territory.projection.map(
      latitude: tracts[tract].latitude, longitude: tracts[tract].longitude)
    return (first..<first + tracts[tract].modules).map {
      (Double(territory.x[$0]) - middle.x, Double(territory.y[$0]) - middle.y)
    }
  }

  @Test(
    "modules stand inside their tract's square, over all of it",
    arguments: 1...8 as ClosedRange<UInt64>)
  func insideSquares(seed: UInt64) async throws {
    let territory = try await Territory(
      Self.scenario(seed: seed), tracts: Self.tracts, threads: 1)
    for (number, tract) in Self.tracts.enumerated() where tract.modules > 0 {
      let half = (tract.areaKm2 * 1e8).squareRoot() / 2
      let offsets = Self.offsets(territory, tract: number)
      // The square is turned by one angle: some turn must hold them all.
      let fits = (0..<900).contains { step in
        let angle = Double(step) / 900 * Double.pi / 2
        return offsets.allSatisfy { point in
          let u = point.x * cos(angle) + point.y * sin(angle)
          let v = -point.x * sin(angle) + point.y * cos(angle)
          return max(abs(u), abs(v)) <= half * 1.002 + 1
        }
      }
      #expect(fits, "seed \(seed), tract \(number)")
      let count = Double(offsets.count)
      let meanX = offsets.reduce(0) { $0 + $1.x } / count
      let meanY = offsets.reduce(0) { $0 + $1.y } / count
      #expect(hypot(meanX, meanY) < 5 * half / count.squareRoot(), "in the middle on average")
      // A square of many streets is filled evenly: its mean squared radius is 2/3 of the square of
      // half its side.
      guard number == 0 else { continue }
      let square = offsets.reduce(0) { $0 + $1.x * $1.x + $1.y * $1.y } / count / (half * half)
      #expect(abs(square - 2.0 / 3) < 0.05, "seed \(seed): \(square)")
    }
  }

  @Test("shares of classes", arguments: 1...4 as ClosedRange<UInt64>)
  func shares(seed: UInt64) async throws {
    var scenario = Self.scenario(seed: seed)
    scenario.entryClasses = [
      EntryClass(name: "a", share: 0.7, lossDb: 0), EntryClass(name: "b", share: 0.3, lossDb: 3),
    ]
    let territory = try await Territory(
      scenario,
      tracts: [TractAllotment(latitude: 40, longitude: -80, areaKm2: 5, modules: 30_000)],
      threads: 1)
    func agrees(_ count: Int, _ share: Double) -> Bool {
      abs(Double(count) - 30_000 * share) < 4.5 * (30_000 * share * (1 - share)).squareRoot()
    }
    for (index, share) in [0.7, 0.2, 0.1].enumerated() {
      #expect(agrees(territory.classIndices.count { $0 == index }, share), "seed \(seed), \(index)")
    }
    #expect(agrees(territory.entryClasses.count { $0 == 1 }, 0.3), "seed \(seed)")
    // They are independent.
    let both = zip(territory.classIndices, territory.entryClasses).count { $0 == 0 && $1 == 1 }
    #expect(agrees(both, 0.21))
  }

  @Test("neighbours by number are neighbours in space", arguments: [1, 2] as [UInt64])
  func blocks(seed: UInt64) async throws {
    let territory = try await Territory(
      Self.scenario(seed: seed),
      tracts: [TractAllotment(latitude: 40, longitude: -80, areaKm2: 4, modules: 10_000)],
      threads: 1)
    // 12 blocks of one or two of the 17 streets along a side of 2 km: 64 modules in a row take up
    // no more than four streets by two, and the square is turned.
    for first in stride(from: 0, to: 9936, by: 64) {
      let (x, y) = (territory.x[first..<first + 64], territory.y[first..<first + 64])
      let diagonal = hypot(Double(x.max()! - x.min()!), Double(y.max()! - y.min()!))
      #expect(diagonal < 6 * 20_000 / 17 + 10, "seed \(seed), \(first)")
    }
  }

  @Test("meters stand along streets, set back on both sides")
  func streets() async throws {
    var scenario = Self.scenario()
    scenario.territory.streetSpacingM = 500
    scenario.territory.setbackM = 20
    // One street each way through the middle of a square of 500 m.
    let territory = try await Territory(
      scenario,
      tracts: [TractAllotment(latitude: 40, longitude: -80, areaKm2: 0.25, modules: 2000)],
      threads: 1)
    // In the square's own axes every module is 20 m from one of them.
    let fits = (0..<9000).contains { step in
      let angle = Double(step) / 9000 * Double.pi / 2
      return (0..<2000).allSatisfy { index in
        let x = Double(territory.x[index])
        let y = Double(territory.y[index])
        let u = abs(x * cos(angle) + y * sin(angle))
        let v = abs(-x * sin(angle) + y * cos(angle))
        return abs(u - 200) < 2 || abs(v - 200) < 2
      }
    }
    #expect(fits)
  }

  @Test("the map keeps distances")
  func projection() {
    let projection = Projection(latitude: 40.44, longitude: -80)
    let (x, y) = projection.map(latitude: 40.45, longitude: -79.99)
    // A hundredth of a degree on a sphere of 6,371,008.8 m: 1,111.95 m, and × cos 40.44° east.
    #expect(abs(y - 11_119.51) < 0.05)
    #expect(abs(x - 11_119.51 * cos(40.44 * Double.pi / 180)) < 0.05)
    let origin = projection.map(latitude: 40.44, longitude: -80)
    #expect(origin.x == 0 && origin.y == 0)
    let points: [(latitude: Double, longitude: Double)] = [(40.441, -80.004), (40.443, -79.99)]
    #expect(Projection(around: points) == projection)
  }
}
