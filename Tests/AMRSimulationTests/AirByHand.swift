import Metering
import RadioModel

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

/// Modules that all transmit once a period, heard by one collector with given mean powers.
struct AirByHand {
  var intervalS = 1
  var channels = 1
  var jitterMs = 0
  var hopping = HoppingChoice.random
  var clockErrorPpm = 0.0
  var test = flatTest(threshold: 1e-3, captureDb: 50)
  /// Mean power of each module.
  var means: [Power]
  /// How many draws survive on every link; nil for what the test says.
  var survivingDraws: UInt32?

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
      DrawThreshold(draws: survivingDraws ?? test.survivingDraws(mean: $0, kind: .scm))
    }
    return CollectorAir(
      links: links, collector: CollectorSite(id: CollectorID(rawValue: 9), x: 0, y: 0),
      transmitters: Transmitters(scenario, endpointIDs: ids), scenario: scenario,
      downTime: DownTime())
  }
}
