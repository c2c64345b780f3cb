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

  @Test("a start is phase, periods, jitter and the drift of the first of its 64 transmissions")
  func start() {
    var scenario = Scenario()
    scenario.endpoints.driftPpbPerK2 = 34
    scenario.days = 100
    let transmitters = Transmitters(scenario, endpointIDs: Array(Self.ids[0..<60]))
    for index in 0..<60 {
      for k in [0, 1, 63, 64, 77, 200_000] as [UInt32] {
        let hop = Hop(
          RandomStream(seed: 1, .timing, entity: Self.ids[index]).word(k),
          jitterSpan: transmitters.jitterSpan, channels: transmitters.channels)
        let nominal =
          Int64(transmitters.phases[index]) + Int64(k) * Int64(transmitters.periods[index])
        let first = nominal - Int64(k % 64) * Int64(transmitters.periods[index])
        let drift = transmitters.drift!.ticks(at: first, exposure: transmitters.exposures[index])
        #expect(transmitters.start(index, k: Int64(k)) == nominal + drift + Int64(hop.jitter))
      }
    }
  }

  @Test("batteries last as long as stated, less their age")
  func batteries() {
    var scenario = Scenario()
    scenario.endpoints.intervalS = 3600
    #expect(Transmitters(scenario, endpointIDs: Self.ids).lives.allSatisfy { $0 == 1 << 31 - 1 })
    scenario.endpoints.batteryYears = 15
    scenario.endpoints.batterySpreadYears = 2
    scenario.endpoints.ageYears = 12
    let transmitters = Transmitters(scenario, endpointIDs: Self.ids)
    let years = transmitters.lives.map { Double($0) * 3600 / (365.25 * 86_400) }
    let total = Double(years.count)
    let mean = years.reduce(0, +) / total
    // 15 ± 2 less a uniform age of mean 6 and deviation 12/√12.
    let deviation = (4.0 + 12).squareRoot()
    #expect(abs(mean - 9) < 4 * deviation / total.squareRoot(), "\(mean)")
    let variance = years.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / total
    // The variance of a variance is below 2σ⁴/n for these flat-topped ones.
    #expect(abs(variance / 16 - 1) < 4 * (2 / total).squareRoot(), "\(variance)")
    scenario.endpoints.ageYears = 100
    let old = Transmitters(scenario, endpointIDs: Self.ids).lives.count { $0 == 0 }
    // Uniform ages: nearly 85 % are older than their battery's life.
    #expect(abs(Double(old) / total - 0.85) < 4 * (0.85 * 0.15 / total).squareRoot(), "\(old)")
  }

  @Test("the last transmission of a life starts before its end, the next one would not")
  func lastTransmission() {
    var scenario = Scenario()
    scenario.endpoints.batteryYears = 0.001
    let transmitters = Transmitters(scenario, endpointIDs: Self.ids)
    let end = Int64(0.001 * 365.25 * 86_400 * 32_768)
    for index in 0..<Self.ids.count {
      let last = Int64(transmitters.lives[index]) - 1
      let period = Int64(transmitters.periods[index])
      let nominal = Int64(transmitters.phases[index]) + last * period
      #expect(nominal < end && nominal + period >= end)
    }
  }

  @Test("transmissions are counted one by one", arguments: 1...20 as ClosedRange<UInt64>)
  func counting(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var scenario = Scenario()
    scenario.seed = seed
    scenario.endpoints.intervalS = 1 + Int(random.next() % 5)
    scenario.endpoints.jitterMs = [0, 100, 900][Int(seed % 3)]
    scenario.faults.silentModuleShare = 0.2
    scenario.endpoints.driftPpbPerK2 = [0, 50][Int(seed % 2)]
    scenario.endpoints.batteryYears = [0, 1e-6][Int(seed / 2 % 2)]
    scenario.endpoints.batterySpreadYears = 5e-7
    let transmitters = Transmitters(scenario, endpointIDs: Array(Self.ids[0..<60]))
    for _ in 0..<10 {
      let end = Int64(random.next() % 2_000_000)
      // Two stretches on the air, with a gap between them.
      let begin = Int64(random.next() % 100_000)
      let gap = begin + Int64(random.next() % 500_000)
      let onAir = [begin..<gap, gap + Int64(random.next() % 300_000)..<Int64.max]
      var count = 0
      for index in 0..<60 where !transmitters.silent[index] {
        for k in 0..<min(100, transmitters.lives[index])
        where transmitters.start(index, k: Int64(k)) < end {
          let nominal =
            Int64(transmitters.phases[index]) + Int64(k) * Int64(transmitters.periods[index])
          if onAir.contains(where: { $0.contains(nominal) }) { count += 1 }
        }
      }
      let counted = transmitters.transmissions(before: end) { _ in onAir }
      #expect(counted == count, "seed \(seed), end \(end)")
    }
  }
}
