import Glibc
import RadioModel
import Testing

@Suite("Receiver")
struct ReceiverTests {
  static let matched = Receiver(noiseFigureDb: 0, filterKHz: 32.768)
  static let collector = Receiver(noiseFigureDb: 6, filterKHz: 200)

  @Test("noise in the chip rate's bandwidth")
  func noise() {
    #expect(abs(Self.matched.noiseDbm - -128.821) < 5e-4)
    // 200 kHz with 6 dB: −114.965 dBm, of which 32,768 Hz are 7.856 dB less.
    let wide = Self.collector.noiseDbm + 10 * log10(200_000 / 32_768)
    #expect(abs(wide - -114.965) < 5e-4)
    let van = Receiver(noiseFigureDb: 8, filterKHz: 600)
    #expect(abs(van.noiseDbm + 10 * log10(600_000 / 32_768) - -108.194) < 5e-4)
  }

  @Test(
    "noise cells are the filter's bandwidth in chip rates",
    arguments: [(1.0, 1), (32.768, 1), (49, 1), (49.2, 2), (200, 6), (600, 18), (2000, 61)])
  func cells(filterKHz: Double, cells: Int) {
    #expect(Receiver(noiseFigureDb: 0, filterKHz: filterKHz).noiseCells == cells)
  }

  @Test(
    "known bit and packet error probabilities",
    arguments: [
      (8.0, 0.0213237, 0.873716, 0.936642, 1.0, 0.0906728),
      (10, 0.00336897, 0.276726, 0.350762, 0.916570, 0.0278611),
      (12, 0.000180892, 0.0172172, 0.0228902, 0.124665, 0.00363039),
    ])
  func errors(
    db: Double, bit: Double, per96: Double, per128: Double, per736: Double, bitWide: Double
  ) {
    let gamma = pow(10, db / 10)
    func equal(_ value: Double, _ expected: Double) -> Bool { abs(value / expected - 1) < 4e-6 }
    #expect(equal(Self.matched.bitErrorProbability(gamma: gamma), bit))
    #expect(equal(Self.matched.packetErrorProbability(bits: 96, gamma: gamma), per96))
    #expect(equal(Self.matched.packetErrorProbability(bits: 128, gamma: gamma), per128))
    #expect(equal(Self.matched.packetErrorProbability(bits: 736, gamma: gamma), per736))
    #expect(equal(Self.collector.bitErrorProbability(gamma: gamma), bitWide))
  }

  @Test("without a carrier every second bit is wrong; with more of it errors only fall")
  func errorCurve() {
    for filter in [32.768, 100, 200, 600, 2000] {
      let receiver = Receiver(noiseFigureDb: 0, filterKHz: filter)
      #expect(abs(receiver.bitErrorProbability(gamma: 0) - 0.5) < 1e-12, "\(filter) kHz")
      var last = 1.0
      for step in 0...400 {
        let value = receiver.packetErrorProbability(bits: 96, gamma: Double(step) / 2)
        #expect(value >= -1e-15 && value <= last + 1e-15, "\(filter) kHz, step \(step)")
        last = value
      }
    }
  }

  @Test(
    "the threshold of a matched filter is 2 Σ (1 − 2⁻ᵏ)/k",
    arguments: [(1, 1.0), (96, 8.90723), (128, 9.48000), (736, 12.9720)])
  func matchedThreshold(bits: Int, expected: Double) {
    let value = Self.matched.decodeThreshold(bits: bits)
    #expect(abs(value / expected - 1) < 4e-6, "\(value)")
    var closedForm = 0.0
    for k in 1...bits { closedForm += 2 * (1 - pow(0.5, Double(k))) / Double(k) }
    #expect(abs(value - closedForm) < 1e-8, "\(value) and \(closedForm)")
  }

  @Test("the threshold is the integral of the error curve for wide filters too")
  func wideThreshold() {
    for filter in [200.0, 600, 2000] {
      let receiver = Receiver(noiseFigureDb: 0, filterKHz: filter)
      // The trapezoid rule on another grid and a longer range.
      let step = 0.03
      var sum = receiver.packetErrorProbability(bits: 96, gamma: 0) / 2
      for index in 1..<40_000 {
        sum += receiver.packetErrorProbability(bits: 96, gamma: Double(index) * step)
      }
      let value = receiver.decodeThreshold(bits: 96)
      #expect(abs(value / (sum * step) - 1) < 1e-6, "\(filter) kHz: \(value)")
      #expect(value > 8.90723, "more noise needs more signal")
    }
  }

  @Test("exp(−γ₀ / mean Eb/N0) is the mean success over Rayleigh fading")
  func rayleighAverage() {
    // Monte Carlo means of the error curve; see also the closed form beside them.
    let table = [
      (15.0, 96, 0.754522, 0.7564), (15, 128, 0.740978, 0.7430), (15, 736, 0.663511, 0.6663),
      (20, 96, 0.914779, 0.9151), (20, 736, 0.878342, 0.8784), (30, 96, 0.991132, 0.9910),
    ]
    for (db, bits, closedForm, sampled) in table {
      let mean = pow(10, db / 10)
      let value = exp(-Self.matched.decodeThreshold(bits: bits) / mean)
      #expect(abs(value - closedForm) < 2e-6, "\(db) dB, \(bits) bits")
      #expect(abs(value - sampled) < 4e-3, "\(db) dB, \(bits) bits")
      // The exact mean, by the midpoint rule over the exponential distribution.
      var exact = 0.0
      let points = 20_000
      for point in 0..<points {
        let gamma = -mean * log((Double(point) + 0.5) / Double(points))
        exact += 1 - Self.matched.packetErrorProbability(bits: bits, gamma: min(gamma, 1000))
      }
      #expect(abs(value - exact / Double(points)) < 6e-3, "\(db) dB, \(bits) bits")
    }
  }

  @Test("link examples: power at the antenna, Eb/N0 and success")
  func linkExamples() {
    let noise = -173.975 + 6 + 45.154
    let receiver = Receiver(noiseFigureDb: 6, filterKHz: 32.768)
    #expect(abs(receiver.noiseDbm - noise) < 2e-3)
    let threshold = receiver.decodeThreshold(bits: 96)
    for (eirp, loss, ratioDb, success) in [
      (10.0, 118.375, 16.446, 0.81716), (0, 110, 14.821, 0.74562), (24, 130, 18.821, 0.88971),
    ] {
      let ratio = eirp - loss + 2 - receiver.noiseDbm
      #expect(abs(ratio - ratioDb) < 2e-3)
      #expect(abs(exp(-threshold / pow(10, ratio / 10)) - success) < 1e-4)
    }
  }
}
