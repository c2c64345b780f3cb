import Glibc
import RadioModel
import TestSupport
import Testing

@Suite("Decoding over noise and interference")
struct DecodeTestTests {
  static let threshold = Receiver(noiseFigureDb: 6, filterKHz: 200).decodeThreshold(bits: 96)
  static let rayleigh = FadingGain(.rayleigh)
  static let usual = test(threshold: threshold)

  /// A test with one threshold for every kind of frame.
  static func test(threshold: Double, noise: Power = PowerScale.noise, captureDb: Double = 6)
    -> DecodeTest
  {
    DecodeTest(
      DecodeRule(
        thresholds: FrameKind.allCases.map { _ in threshold }, captureDb: captureDb,
        fading: rayleigh), noise: noise)
  }

  /// Weak and strong means, those around one that just reaches the threshold, and random ones.
  static let means: [Power] = {
    let floor = Power(threshold * 1024 / 10)
    var random = SplitMix64(seed: 44)
    return [0, 1, 2, 1023, floor - 1, floor, floor + 1, 10 * floor, PowerScale.meanMax]
      + (0..<200).map { _ in random.next() >> (25 + random.next() % 30) }
  }()

  @Test("constants in their units")
  func constants() {
    #expect(Self.usual.rule.captureRatio == 1019, "256 · 10^0.6 = 1019.2")
    #expect(Self.usual.noiseThreshold(of: .scm) == Power((Self.threshold * 1024).rounded()))
    #expect(Self.test(threshold: 1, captureDb: 0).rule.captureRatio == 256)
    #expect(Self.test(threshold: 1, captureDb: 20).rule.captureRatio == 25_600)
  }

  @Test("exactly the draws below the count survive", arguments: [1024, 1500, 1 << 31] as [Power])
  func survivingDraws(noise: Power) {
    let test = Self.test(threshold: Self.threshold, noise: noise)
    for mean in Self.means {
      let count = test.survivingDraws(mean: mean, kind: .scm)
      for offset in -300...300 as ClosedRange<Int64> {
        let draw = Int64(count) + offset
        guard (0...0xFFFF_FFFF).contains(draw) else { continue }
        let power = Self.rayleigh.faded(mean, UInt32(draw))
        #expect(
          test.passes(signal: power, interference: 0) == (offset < 0), "mean \(mean), draw \(draw)")
      }
      #expect(!test.passes(signal: Self.rayleigh.faded(mean, .max), interference: 0))
      #expect(test.passes(signal: Self.rayleigh.faded(mean, 0), interference: 0) == (count > 0))
    }
  }

  @Test("the share of surviving draws is exp(−γ₀ N / mean)")
  func rayleighSuccess() {
    for db in [5.0, 10, 15, 20, 30, 60] {
      for noise in [PowerScale.noise, 3000] {
        let test = Self.test(threshold: Self.threshold, noise: noise)
        let mean = PowerScale.mean(ratioToNoise: pow(10, db / 10))
        let share = Double(test.survivingDraws(mean: mean, kind: .scm)) * 0x1p-32
        let expected = exp(-Self.threshold * Double(noise) / Double(mean))
        // Gains are right to 3 · 10⁻⁶, powers to one unit.
        let tolerance = 4e-6 + 2 / Double(mean)
        #expect(abs(share - expected) < tolerance, "\(db) dB: \(share), \(expected)")
      }
    }
  }

  @Test("agrees with the inequality in wide arithmetic, up to the greatest values")
  func inequality() {
    var random = SplitMix64(seed: 6)
    func power() -> Power { random.next() >> (20 + random.next() % 44) }
    for captureDb in [0.0, 6, 20] {
      for noise in [PowerScale.noise, 1 << 34] {
        let test = Self.test(threshold: Self.threshold, noise: noise, captureDb: captureDb)
        var cases = (0..<4000).map { _ in (power(), power()) }
        for most in [(1 << 44) - 1, 1 << 44, 1 << 58, Power.max] as [Power] {
          cases += [((1 << 44) - 1, most), (0, most)]
        }
        for (signal, interference) in cases {
          let needed =
            UInt128(test.noiseThreshold(of: .scm)) * 256 + UInt128(test.rule.captureRatio)
            * UInt128(interference)
          #expect(
            test.passes(signal: signal, interference: interference)
              == (UInt128(signal) * 256 >= needed), "\(signal) over \(interference)")
        }
      }
    }
  }

  @Test("more signal never harms and more interference never helps")
  func monotone() {
    var random = SplitMix64(seed: 7)
    for _ in 0..<20_000 {
      let signal = random.next() >> (20 + random.next() % 34)
      let interference = random.next() >> (20 + random.next() % 44)
      let more = random.next() >> (20 + random.next() % 44)
      guard signal + more < 1 << 44 else { continue }
      let passes = Self.usual.passes(signal: signal, interference: interference)
      if passes { #expect(Self.usual.passes(signal: signal + more, interference: interference)) }
      if !passes { #expect(!Self.usual.passes(signal: signal, interference: interference + more)) }
    }
  }

  @Test("one equal interferer is beaten with probability 1/(1 + z)")
  func oneInterferer() {
    var random = SplitMix64(seed: 8)
    for (db, expected) in [(0.0, 0.5), (3, 0.333861), (6, 0.200760), (10, 0.0909091)] {
      let test = Self.test(threshold: 1e-6, captureDb: db)
      let total = 100_000
      var passed = 0
      for _ in 0..<total {
        let bits = random.next()
        let signal = Self.rayleigh.faded(1 << 30, UInt32(truncatingIfNeeded: bits))
        let other = Self.rayleigh.faded(1 << 30, UInt32(truncatingIfNeeded: bits >> 32))
        if test.passes(signal: signal, interference: other) { passed += 1 }
      }
      let error = (expected * (1 - expected) / Double(total)).squareRoot()
      #expect(abs(Double(passed) / Double(total) - expected) < 4 * error, "\(db) dB: \(passed)")
    }
  }

  @Test("several interferers of unequal power: Π 1/(1 + z r)")
  func unequalInterferers() {
    var random = SplitMix64(seed: 9)
    for (ratios, expected) in [([0.1, 0.5], 0.239172), ([0.1], 0.715253)] {
      let total = 100_000
      var passed = 0
      for _ in 0..<total {
        var interference: Power = 0
        for ratio in ratios {
          let mean = Power(ratio * 0x1p30)
          interference += Self.rayleigh.faded(mean, UInt32(truncatingIfNeeded: random.next()))
        }
        let signal = Self.rayleigh.faded(1 << 30, UInt32(truncatingIfNeeded: random.next()))
        if Self.usual.passes(signal: signal, interference: interference) { passed += 1 }
      }
      let error = (expected * (1 - expected) / Double(total)).squareRoot()
      #expect(abs(Double(passed) / Double(total) - expected) < 4 * error, "\(ratios): \(passed)")
    }
  }
}

@Suite("Power scale")
struct PowerScaleTests {
  @Test("a mean is rounded to units of noise/1024 and limited at 87 dB")
  func means() {
    #expect(PowerScale.mean(ratioToNoise: 1) == PowerScale.noise)
    #expect(PowerScale.mean(ratioToNoise: 0) == 0)
    #expect(PowerScale.mean(ratioToNoise: 0.49 / 1024) == 0)
    #expect(PowerScale.mean(ratioToNoise: 0.51 / 1024) == 1)
    #expect(PowerScale.mean(ratioToNoise: 1e300) == PowerScale.meanMax)
    #expect(PowerScale.mean(ratioToNoise: .infinity) == PowerScale.meanMax)
    #expect(PowerScale.mean(ratioToNoise: 0x1p29) == PowerScale.meanMax)
    #expect(PowerScale.mean(ratioToNoise: 0x1p28) == 1 << 38)
    #expect(abs(10 * log10(Double(PowerScale.meanMax) / 1024) - 87.3) < 0.01)
  }

  @Test("dBm are rounded and stay within an RSSI's range")
  func decibelMilliwatts() {
    let noise = -122.8
    #expect(PowerScale.dbm(PowerScale.noise, noiseDbm: noise) == -123)
    #expect(PowerScale.dbm(10 * PowerScale.noise, noiseDbm: noise) == -113)
    #expect(PowerScale.dbm(100 * PowerScale.noise, noiseDbm: -120.4) == -100)
    #expect(PowerScale.dbm(100 * PowerScale.noise, noiseDbm: -120.6) == -101)
    #expect(PowerScale.dbm(0, noiseDbm: noise) == -128)
    #expect(PowerScale.dbm(1, noiseDbm: noise) == -128)
    #expect(PowerScale.dbm((1 << 44) - 1, noiseDbm: noise) == -20)
    #expect(PowerScale.dbm((1 << 44) - 1, noiseDbm: -60) == 0)
    #expect(PowerScale.dbm(.max, noiseDbm: 0) == 0)
  }

  @Test("frames of 96, 128 and 736 bits take two ticks for each")
  func ticks() {
    #expect(FrameKind.allCases.map(\.ticks) == [192, 256, 1472])
    #expect(Ticks.perDay == 24 * 60 * 60 * 32_768)
  }
}

extension DecodeTest {
  /// Whether an SCM frame is decoded.
  fileprivate func passes(signal: Power, interference: Power) -> Bool {
    passes(signal: signal, interference: interference, noiseThreshold: noiseThreshold(of: .scm))
  }
}
