import Glibc
import Metering
import TestSupport
import Testing

@testable import AMRSimulation

@Suite("Collector lattice")
struct LatticeTests {
  private static func territory(seed: UInt64, modules: Int, acrossM: Int) -> Territory {
    var random = SplitMix64(seed: seed)
    var territory = Territory(projection: Projection(latitude: 40, longitude: -80))
    let extent = UInt64(acrossM * 10)
    let traits = TraitDraws(Scenario())
    for index in 0..<modules {
      territory.append(
        traits, id: UInt32(1 + index), x: Double(random.next() % extent) - 30_000,
        y: Double(random.next() % (extent / 2)), classIndex: 0, entryClass: 0)
    }
    return territory
  }

  @Test("neighbours stand one spacing apart, six around each inner site", arguments: [300, 1000])
  func geometry(spacing: Int) throws {
    let territory = Self.territory(seed: 6, modules: 3000, acrossM: 6000)
    let sites = try latticeSites(
      over: territory, spacingM: spacing, minModules: 0, source: "s")
    #expect(sites.count > 30)
    var inner = 0
    for site in sites {
      let distances = sites.filter { $0 != site }.map {
        hypot(Double($0.x - site.x), Double($0.y - site.y)) / 10
      }
      let nearest = distances.min()!
      #expect(abs(nearest - Double(spacing)) < 0.3, "rounded to decimetres")
      let around = distances.filter { $0 < 1.2 * Double(spacing) }
      #expect(around.allSatisfy { abs($0 - Double(spacing)) < 0.3 } && around.count <= 6)
      if around.count == 6 { inner += 1 }
      #expect(distances.filter { $0 < 1.6 * Double(spacing) }.count == around.count, "then √3")
    }
    #expect(inner > sites.count / 3)
  }

  @Test("every module has a site within the cell's radius, spacing/√3")
  func cover() throws {
    for seed in 1...5 as ClosedRange<UInt64> {
      let territory = Self.territory(seed: seed, modules: 500, acrossM: 9000)
      let sites = try latticeSites(
        over: territory, spacingM: 800, minModules: 0, source: "s")
      for index in 0..<territory.count {
        let nearest = sites.map {
          hypot(Double($0.x - territory.x[index]), Double($0.y - territory.y[index]))
        }.min()!
        #expect(nearest <= 8000 / 3.0.squareRoot() + 1, "seed \(seed), module \(index)")
      }
    }
  }

  @Test(
    "built are the points with enough nearest modules", arguments: 1...12 as ClosedRange<UInt64>)
  func thinning(seed: UInt64) throws {
    let spacing = 400 + 150 * Int(seed)
    let territory = Self.territory(seed: seed, modules: 700, acrossM: 5000)
    let all = try latticeSites(
      over: territory, spacingM: spacing, minModules: 0, source: "s")
    var counts = [Int](repeating: 0, count: all.count)
    var close: Set<Int> = []
    for index in 0..<territory.count {
      let squares = all.map { site -> Double in
        let dx = Double(site.x - territory.x[index])
        let dy = Double(site.y - territory.y[index])
        return dx * dx + dy * dy
      }
      let order = squares.indices.sorted { squares[$0] < squares[$1] }
      counts[order[0]] += 1
      // Sites are rounded to decimetres: a module halfway between two may count for either.
      if squares[order[1]].squareRoot() - squares[order[0]].squareRoot() < 2 {
        close.formUnion(order[0..<2])
      }
    }
    for least in [1, 5, 20, 60] {
      let built = try latticeSites(
        over: territory, spacingM: spacing, minModules: least, source: "s")
      let places = Set(built.map { [$0.x, $0.y] })
      for (site, count) in zip(all, counts)
      where !close.contains(Int(site.id.rawValue) - 1) {
        #expect(places.contains([site.x, site.y]) == (count >= least), "seed \(seed), \(site)")
      }
      #expect(built.map(\.id.rawValue) == Array(1..<UInt32(built.count + 1)))
      let order = built.map { [Int($0.y), Int($0.x)] }
      #expect(
        order == order.sorted { $0.lexicographicallyPrecedes($1) }, "south to north, west to east")
    }
  }

  @Test("a single module has a site near it")
  func single() throws {
    let territory = Self.territory(seed: 1, modules: 1, acrossM: 10)
    let sites = try latticeSites(
      over: territory, spacingM: 1000, minModules: 1, source: "s")
    #expect(sites.count == 1 && sites[0].id.rawValue == 1)
    #expect(
      hypot(Double(sites[0].x - territory.x[0]), Double(sites[0].y - territory.y[0])) < 5780)
  }

  @Test("a lattice that would not fit in memory is refused")
  func tooNarrow() {
    var territory = Self.territory(seed: 2, modules: 2, acrossM: 10)
    territory.x = [-5_000_000, 5_000_000]
    territory.y = [-5_000_000, 5_000_000]
    let error = #expect(throws: TerritoryError.self) {
      try latticeSites(over: territory, spacingM: 50, minModules: 1, source: "s")
    }
    #expect(
      error?.description
        == "s: a lattice with collectors.lattice_spacing_m = 50 has 462009291 points over the "
        + "territory; expected at most 10000000: make it wider")
  }
}
