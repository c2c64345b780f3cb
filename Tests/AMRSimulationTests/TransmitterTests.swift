import Glibc
import RadioModel
import RandomStreams
import TestSupport
import Testing

@testable import AMRSimulation

@Suite("Transmitters")
struct TransmitterTests {
  private static let ids = (0..<20_000 as Range<UInt32>).map { 20_000_000 + $0 }

  @Test("clock errors are uniform within their bounds")
  func clockErrors() {
    var scenario = Scenario()
    scenario.endpoints.clockErrorPpm = 50
    let transmitters = Transmitters(scenario, endpointIDs: Self.ids)
    let nominal = 30.0 * 32_768
    var counts = [Int](repeating: 0, count: 20)
    for period in transmitters.periods {
      let ppm = (Double(period) / nominal - 1) * 1e6
      #expect(abs(ppm) <= 50.6, "rounded to a tick")
      counts[min(19, max(0, Int((ppm + 50) / 5)))] += 1
    }
    // A period is a whole tick, 1.02 ppm; classes of 5 ppm hold 4 to 6 of them.
    let total = Double(Self.ids.count)
    #expect(counts.allSatisfy { abs(Double($0) - total / 20) < total / 20 * 0.25 }, "\(counts)")
    let mean = transmitters.periods.reduce(0.0) { $0 + Double($1) } / total
    #expect(abs(mean / nominal - 1) * 1e6 < 4 * 50 / (3 * total).squareRoot())
    #expect(transmitters.periods.min()! < 983_040 - 40)
    #expect(transmitters.periods.max()! > 983_040 + 40)
  }

  @Test("without an error every period is the nominal one")
  func perfectClocks() {
    var scenario = Scenario()
    scenario.endpoints.clockErrorPpm = 0
    scenario.endpoints.jitterMs = 0
    let transmitters = Transmitters(scenario, endpointIDs: Self.ids)
    #expect(transmitters.periods.allSatisfy { $0 == 983_040 })
    #expect(transmitters.jitterSpan == 1, "no jitter is a span of one tick")
  }

  @Test("phases are uniform over the period", arguments: [1, 30, 86_400])
  func phases(interval: Int) {
    var scenario = Scenario()
    scenario.endpoints.intervalS = interval
    scenario.endpoints.clockErrorPpm = 1000
    let transmitters = Transmitters(scenario, endpointIDs: Self.ids)
    var counts = [Int](repeating: 0, count: 40)
    for (phase, period) in zip(transmitters.phases, transmitters.periods) {
      #expect(phase < period)
      counts[Int(UInt64(phase) * 40 / UInt64(period))] += 1
    }
    #expect(isPlausible(chiSquare: chiSquare(counts), freedom: 39), "\(chiSquare(counts))")
  }

  @Test("the stated share of modules is silent", arguments: [0, 0.001, 0.25, 1])
  func silence(share: Double) {
    var scenario = Scenario()
    scenario.faults.silentModuleShare = share
    let silent = Transmitters(scenario, endpointIDs: Self.ids).silent.count { $0 }
    let total = Double(Self.ids.count)
    let error = (share * (1 - share) * total).squareRoot()
    #expect(abs(Double(silent) - share * total) <= 4.5 * error, "\(silent)")
  }

  @Test("an endpoint transmits the same whoever else is there, and otherwise under another seed")
  func ownTraits() {
    var scenario = Scenario()
    let all = Transmitters(scenario, endpointIDs: Self.ids)
    let some = Transmitters(scenario, endpointIDs: [Self.ids[77], Self.ids[5]])
    #expect(some.phases == [all.phases[77], all.phases[5]])
    #expect(some.periods == [all.periods[77], all.periods[5]])
    scenario.seed = 2
    let other = Transmitters(scenario, endpointIDs: Self.ids)
    #expect(zip(all.phases, other.phases).count { $0 == $1 } < 5)
  }

  @Test("transmissions are counted one by one", arguments: 1...20 as ClosedRange<UInt64>)
  func counting(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var scenario = Scenario()
    scenario.seed = seed
    scenario.endpoints.intervalS = 1 + Int(random.next() % 5)
    scenario.endpoints.jitterMs = [0, 100, 900][Int(seed % 3)]
    scenario.faults.silentModuleShare = 0.2
    let transmitters = Transmitters(scenario, endpointIDs: Array(Self.ids[0..<60]))
    for _ in 0..<10 {
      let end = Int64(random.next() % 2_000_000)
      var count = 0
      for index in 0..<60 where !transmitters.silent[index] {
        for k in 0..<100 as Range<UInt32> {
          let hop = Hop(
            RandomStream(seed: seed, .timing, entity: Self.ids[index]).word(k),
            jitterSpan: transmitters.jitterSpan, channels: transmitters.channels)
          let start =
            Int64(transmitters.phases[index]) + Int64(k) * Int64(transmitters.periods[index])
            + Int64(hop.jitter)
          if start < end { count += 1 }
        }
      }
      #expect(transmitters.transmissions(before: end) == count, "seed \(seed), end \(end)")
    }
  }
}
