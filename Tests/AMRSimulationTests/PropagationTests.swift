import Metering
import RadioModel
import Testing

@testable import AMRSimulation

/// A formula of path loss that is used where it does not hold.
@Suite("Propagation beyond its validity")
struct PropagationTests {
  private static func scenario(_ beyondValidity: BeyondValidity) -> Scenario {
    var scenario = Scenario()
    scenario.name = "hata"
    scenario.radio.propagation = .okumuraHata
    scenario.radio.beyondValidity = beyondValidity
    scenario.radio.shadowingDb = 0
    scenario.entryClasses = [EntryClass()]
    scenario.collectors.antennaHeightM = 30
    scenario.endpoints.txPowerDbm = 40
    scenario.faults.silentModuleShare = 0
    return scenario
  }

  /// One collector, and modules east of it.
  private static func network(_ scenario: Scenario, metres: [Double]) async throws -> FixedNetwork {
    var territory = Territory(projection: Projection(latitude: 40, longitude: -80))
    for (number, metres) in metres.enumerated() {
      territory.append(
        TraitDraws(scenario), id: 100 + UInt32(number), x: 10 * metres, y: 0, classIndex: 0,
        entryClass: 0)
    }
    let site = CollectorSite(id: CollectorID(rawValue: 17), x: 0, y: 0)
    return try await FixedNetwork(
      scenario, territory: territory, sites: [site], threads: 1, progress: { _ in })
  }

  @Test("links that are too short or too long are refused, with their number and the worst")
  func refused() async throws {
    let error = await #expect(throws: TerritoryError.self) {
      try await Self.network(Self.scenario(.refuse), metres: [999, 12, 5000, 20_500])
    }
    #expect(
      error?.description
        == "hata: radio.propagation: okumura-hata holds from 1 to 20 km; 2 of 4 links are shorter, "
        + "the shortest 12 m (endpoint 101, collector 17); 1 of 4 links are longer, the longest "
        + "20,500 m (endpoint 103, collector 17); choose log-distance or set "
        + "radio.beyond_validity to 'extrapolate'")
  }

  @Test("within the range nothing is refused; extrapolated links are counted")
  func accepted() async throws {
    let within = try await Self.network(Self.scenario(.refuse), metres: [1000, 5000, 20_000])
    #expect(within.linkCount == 3 && within.linksBeyondValidity == 0)
    let beyond = try await Self.network(
      Self.scenario(.extrapolate), metres: [999, 12, 5000, 20_500])
    #expect(beyond.linkCount == 4 && beyond.linksBeyondValidity == 3)
    var plain = Self.scenario(.refuse)
    plain.radio.propagation = .logDistance
    #expect(try await Self.network(plain, metres: [12, 30]).linksBeyondValidity == 0)
  }

  @Test("an extrapolated scenario says so")
  func note() {
    var scenario = Self.scenario(.extrapolate)
    #expect(scenario.extrapolation == nil)
    scenario.radio.frequencyMHz = 2400
    #expect(
      scenario.extrapolation == "okumura-hata holds for frequency_mhz from 150 to 1500, not 2400")
  }
}
