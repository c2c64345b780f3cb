import PortableMath
import RadioModel
import RandomStreams
import Testing

@testable import AMRSimulation

/// The links of a collector against the formula, applied to every pair.
@Suite("Link budget")
struct LinkBudgetTests {
  @Test(
    "a link exists exactly where the mean power reaches the floor",
    arguments: [1, 2, 3] as [UInt64], [0.0, 3, 8])
  func links(seed: UInt64, shadowingDb: Double) async throws {
    var scenario = EvaluationOrderTests.scenario(seed: seed, modules: 3000)
    scenario.radio.shadowingDb = shadowingDb
    // Links of some hundred metres, so that most pairs are too distant.
    scenario.endpoints.txPowerDbm = -15
    let network = try await EvaluationOrderTests.network(scenario)
    let territory = network.territory
    let silent = Transmitters(scenario, endpointIDs: territory.endpointIDs).silent
    let receiver = Receiver(
      noiseFigureDb: scenario.collectors.noiseFigureDb, filterKHz: scenario.collectors.filterKHz)
    let floorDb =
      decibels(ratio: receiver.decodeThreshold(bits: 96)) - scenario.radio.linkFloorDb
    let floor = PowerScale.mean(ratioToNoise: ratio(decibels: floorDb))
    let loss = PathLoss(scenario)
    var found = 0
    for (number, site) in network.sites.enumerated() {
      let shadowing = RandomStream(seed: seed, .shadowing, entity: site.id.rawValue)
      var expected: [UInt32: Power] = [:]
      for index in 0..<territory.count where !silent[index] {
        let dx = Double(territory.x[index] - site.x)
        let dy = Double(territory.y[index] - site.y)
        let variate = normalVariate(shadowing.word(territory.endpointIDs[index]))
        let db =
          scenario.endpoints.txPowerDbm + scenario.collectors.antennaGainDbi - receiver.noiseDbm
          - loss.db(squaredMetres: (dx * dx + dy * dy) / 100)
          - scenario.entryClasses[Int(territory.entryClasses[index])].lossDb
          + shadowingDb * max(-4, min(4, variate))
        let mean = PowerScale.mean(ratioToNoise: ratio(decibels: db))
        if mean >= floor { expected[UInt32(index)] = mean }
      }
      let links = network.air(collector: number).links
      #expect(links.endpoints == expected.keys.sorted())
      #expect(links.means == links.endpoints.map { expected[$0] })
      found += links.count
    }
    #expect(found > 100)
    #expect(found < network.sites.count * territory.count / 4)
  }
}
