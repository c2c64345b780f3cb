import Glibc
import Metering
import RadioModel
import TestSupport
import Testing

@testable import AMRSimulation

/// A decode test with one threshold for every kind of frame.
func flatTest(threshold: Double, noise: Power = PowerScale.noise, captureDb: Double = 6)
  -> DecodeTest
{
  DecodeTest(
    DecodeRule(
      thresholds: FrameKind.allCases.map { _ in threshold }, captureDb: captureDb,
      fading: FadingGain(.rayleigh)), noise: noise)
}

/// What is decoded on the air against the closed forms of ALOHA with and without capture.
@Suite("The air against theory")
struct AirStatisticsTests {
  /// Modules that all transmit once a period, heard by one collector with given mean powers.
  struct Setting {
    var intervalS = 1
    var channels = 1
    var jitterMs = 0
    var hopping = HoppingChoice.random
    var clockErrorPpm = 0.0
    var test = flatTest(threshold: 1e-3, captureDb: 50)
    /// Mean power of each module.
    var means: [Power]

    /// The collector's air under a seed.
    func air(seed: UInt64) -> CollectorAir {
      var scenario = Scenario()
      scenario.seed = seed
      scenario.endpoints.intervalS = intervalS
      scenario.endpoints.jitterMs = jitterMs
      scenario.endpoints.hopping = hopping
      scenario.endpoints.clockErrorPpm = clockErrorPpm
      scenario.radio.channels = channels
      let ids = means.indices.map { UInt32(1000 + $0) }
      var links = LinkSet(test: test)
      links.endpoints = means.indices.map(UInt32.init)
      links.means = means
      links.thresholds = means.map {
        DrawThreshold(draws: test.survivingDraws(mean: $0, kind: .scm))
      }
      return CollectorAir(
        links: links, collector: CollectorSite(id: CollectorID(rawValue: 9), x: 0, y: 0),
        transmitters: Transmitters(scenario, endpointIDs: ids), scenario: scenario,
        downTime: DownTime())
    }

    /// The success share of the links chosen, and its standard error, over independent seeds: one
    /// window of less than a period, far from the start, for each seed.
    func success(seeds: Range<UInt64>, of chosen: (Int) -> Bool = { _ in true })
      -> (share: Double, error: Double)
    {
      let period = Int64(intervalS) * Ticks.perSecond
      let length = period - Int64(jitterMs) * Ticks.perSecond / 1000
      var decoded: [Double] = []
      var sent: [Double] = []
      for seed in seeds {
        let air = air(seed: seed)
        let from = 5 * period
        let result = PlainCensus.evaluate(air, from: from, to: from + length)
        var count = 0
        for link in means.indices where chosen(link) {
          for k in 0..<12 as Range<UInt32> {
            let start =
              air.nominalStart(link: link, k: Int64(k)) + Int64(air.hop(link: link, k: k).jitter)
            if start >= from && start < from + length { count += 1 }
          }
        }
        decoded.append(Double(result.receptions.count { chosen($0.link) }))
        sent.append(Double(count))
      }
      // Frames of one seed share their interferers: the error is that of a ratio over seeds.
      let total = sent.reduce(0, +)
      let share = decoded.reduce(0, +) / total
      let squares = zip(decoded, sent).reduce(0) { $0 + pow($1.0 - share * $1.1, 2) }
      return (share, squares.squareRoot() / total)
    }
  }

  /// The probability that one other module's frame overlaps a given one on its channel.
  private static func overlap(_ setting: Setting) -> Double {
    383 / (Double(setting.intervalS) * 32_768 * Double(setting.channels))
  }

  private static func expectAgreement(
    _ measured: (share: Double, error: Double), _ theory: Double, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(measured.error < 0.01, "\(what): too few frames", sourceLocation: sourceLocation)
    #expect(
      abs(measured.share - theory) < 3.7 * measured.error,
      "\(what): \(measured.share) ± \(measured.error), theory \(theory)",
      sourceLocation: sourceLocation)
  }

  @Test(
    "pure ALOHA: a frame survives when no other one overlaps it on its channel",
    arguments: [(9, 1), (18, 1), (86, 1), (86, 3), (200, 25)])
  func pureALOHA(modules: Int, channels: Int) {
    let setting = Setting(channels: channels, means: Array(repeating: 1 << 24, count: modules))
    let theory = pow(1 - Self.overlap(setting), Double(modules - 1))
    let load = Double(modules) * 192 / 32_768 / Double(channels)
    #expect(abs(theory - exp(-2 * load)) < 0.012 + 1.5 / Double(modules) * load)
    Self.expectAgreement(
      setting.success(seeds: 1..<1200), theory, "\(modules) modules, \(channels) channels")
  }

  @Test("jitter and clock errors change who collides, not how often", arguments: [0.0, 1000])
  func jitteredALOHA(ppm: Double) {
    let setting = Setting(
      intervalS: 2, channels: 1, jitterMs: 700, clockErrorPpm: ppm,
      means: Array(repeating: 1 << 24, count: 120))
    let theory = pow(1 - Self.overlap(setting), 119)
    Self.expectAgreement(setting.success(seeds: 1..<800), theory, "± \(ppm) ppm")
  }

  @Test(
    "capture among equal powers under Rayleigh fading", arguments: [(86, 1), (171, 1), (171, 5)])
  func capture(modules: Int, channels: Int) {
    let test = flatTest(threshold: 1e-3)
    let setting = Setting(
      channels: channels, test: test, means: Array(repeating: 1 << 34, count: modules))
    let z = pow(10, 0.6)
    let theory = pow(1 - Self.overlap(setting) * z / (1 + z), Double(modules - 1))
    let load = Double(modules) * 192 / 32_768
    #expect(abs(theory - exp(-2 * load / Double(channels) * z / (1 + z))) < 0.006)
    Self.expectAgreement(
      setting.success(seeds: 1..<1000), theory, "\(modules) modules, \(channels) channels")
  }

  @Test("capture together with noise multiplies by exp(−γ₀ N/S)")
  func captureAndNoise() {
    let test = flatTest(threshold: 20)
    let mean = 60 * PowerScale.noise
    let setting = Setting(test: test, means: Array(repeating: mean, count: 60))
    let z = pow(10, 0.6)
    let theory = exp(-20.0 / 60) * pow(1 - Self.overlap(setting) * z / (1 + z), 59)
    Self.expectAgreement(setting.success(seeds: 1..<1500), theory, "γ₀ N/S = 1/3")
  }

  @Test("capture of weak among strong: Π (1 − q z r/(1 + z r))")
  func unequalPowers() {
    let test = flatTest(threshold: 1e-3)
    // 30 weak ones, 30 of ten times their power.
    let means = (0..<60).map { Power(1) << 30 * ($0 < 30 ? 1 : 10) }
    let setting = Setting(test: test, means: means)
    let z = 1019.0 / 256
    func theory(_ equal: Int, _ others: Int, _ ratio: Double) -> Double {
      let q = Self.overlap(setting)
      return pow(1 - q * z / (1 + z), Double(equal))
        * pow(1 - q * z * ratio / (1 + z * ratio), Double(others))
    }
    Self.expectAgreement(
      setting.success(seeds: 1..<1500) { $0 < 30 }, theory(29, 30, 10), "weak")
    Self.expectAgreement(
      setting.success(seeds: 1..<1500) { $0 >= 30 }, theory(29, 30, 0.1), "strong")
  }

  @Test("a link alone is heard as often as fading lets it")
  func fadingAlone() {
    for (threshold, mean) in [(20.0, 100.0), (20, 20), (20, 4)] {
      let test = flatTest(threshold: threshold)
      let setting = Setting(
        channels: 255, test: test, means: [PowerScale.mean(ratioToNoise: mean)])
      Self.expectAgreement(
        setting.success(seeds: 1..<8000), exp(-threshold / mean), "γ₀ N/S = \(threshold / mean)")
    }
  }

  @Test("a frame is lost when its collector is down for any of its ticks")
  func downTime() {
    var scenario = Scenario()
    scenario.endpoints.intervalS = 1
    scenario.endpoints.jitterMs = 0
    let setting = Setting(means: [1 << 24])
    let transmitters = Transmitters(scenario, endpointIDs: [1000])
    func heard(_ down: Range<Int64>) -> Bool {
      let air = CollectorAir(
        links: setting.air(seed: 1).links,
        collector: CollectorSite(id: CollectorID(rawValue: 9), x: 0, y: 0),
        transmitters: transmitters, scenario: scenario,
        downTime: DownTime(intervals: [0..<1, start + down.lowerBound..<start + down.upperBound]))
      let result = PlainCensus.evaluate(air, from: start - 10, to: start + 10)
      let onDemand = OnDemandOrder.evaluate(air, from: start - 10, to: start + 10)
      #expect(onDemand.receptions == result.receptions)
      return !result.receptions.isEmpty
    }
    let start = Int64(transmitters.phases[0]) + 3 * Int64(transmitters.periods[0])
    #expect(heard(-500..<0), "up again at the first tick")
    #expect(!heard(-500..<1))
    #expect(!heard(100..<101))
    #expect(!heard(191..<900))
    #expect(heard(192..<900), "down after the last tick")
  }
}
