import Glibc
import RadioModel
import TestSupport
import Testing

@Suite("Decoding by bit errors")
struct BitErrorTests {
  private static let matched = Receiver(noiseFigureDb: 0, filterKHz: 32.768)
  private static let wide = Receiver(noiseFigureDb: 6, filterKHz: 200)
  private static let rule = DecodeRule(
    thresholds: wide.decodeThresholds, captureDb: 6, fading: FadingGain(.rayleigh),
    bitErrors: BitErrorTable(wide))

  @Test("the loss of a bit is −ln(1 − Pb), and never rises with the signal")
  func bitLoss() {
    for receiver in [Self.matched, Self.wide] {
      let table = BitErrorTable(receiver)
      var last = UInt64.max
      for step in 0..<40_000 {
        let signal = Power(step)
        let loss = table.loss(signal: signal, noise: 1024)
        #expect(loss <= last)
        last = loss
        let wrong = receiver.bitErrorProbability(gamma: Double(signal) / 1024)
        // Linear between sixteenths: its curvature is at most 1/2.
        #expect(abs(Double(loss) * 0x1p-32 + log(1 - wrong)) < 1.0 / 2 / 8 / 256 + 1e-9)
      }
      #expect(table.loss(signal: 1 << 43, noise: 1024) == 0)
      #expect(table.loss(signal: 0, noise: 1 << 60) == table.loss(signal: 0, noise: 1024))
    }
  }

  @Test("a stretch is the sum of its bits; a touched chip is a touched bit")
  func stretches() throws {
    let table = try #require(Self.rule.bitErrors)
    var interference = Interference(for: Self.rule)
    interference.add(50_000, from: -100, to: 1, length: 192)
    interference.add(70_000, from: 3, to: 8, length: 192)
    interference.add(90_000, from: 7, to: 400, length: 192)
    #expect(interference.pieces.map(\.bits) == [0..<1, 1..<4, 3..<96])
    #expect(interference.total == 210_000)
    func loss(_ noise: Power) -> UInt64 { table.loss(signal: 300_000, noise: 1024 + noise) }
    let expected = loss(50_000) + 2 * loss(70_000) + loss(160_000) + 92 * loss(90_000)
    #expect(
      table.loss(signal: 300_000, noise: 1024, bits: 96, interference: interference) == expected)
  }

  @Test(
    "mean success over Rayleigh fading is that of the error curve",
    arguments: FrameKind.allCases, [13.0, 16, 20, 30])
  func rayleighMean(kind: FrameKind, db: Double) throws {
    let table = try #require(Self.rule.bitErrors)
    let test = DecodeTest(Self.rule, noise: PowerScale.noise)
    let mean = PowerScale.mean(ratioToNoise: pow(10, db / 10))
    let surviving = test.survivingDraws(mean: mean, kind: kind)
    var random = SplitMix64(seed: UInt64(db) + UInt64(kind.rawValue) * 100)
    let total = 200_000
    var decoded = 0
    for _ in 0..<total {
      let bits = random.next()
      let draw = UInt32(truncatingIfNeeded: bits)
      let loss = table.loss(
        signal: Self.rule.fading.faded(mean, draw), noise: test.noise, bits: kind.bits,
        interference: Interference(for: Self.rule))
      let isDecoded = loss < table.tolerance(UInt32(truncatingIfNeeded: bits >> 32))
      if isDecoded { decoded += 1 }
      #expect(!isDecoded || draw < surviving, "the quick test is an upper bound")
    }
    // ∫ (1 − PER(γ)) e^(−γ/Γ) / Γ dγ by the midpoint rule over the exponential distribution.
    let ratio = pow(10, db / 10)
    var expected = 0.0
    let points = 20_000
    for point in 0..<points {
      let gamma = -ratio * log((Double(point) + 0.5) / Double(points))
      expected += 1 - Self.wide.packetErrorProbability(bits: kind.bits, gamma: min(gamma, 1000))
    }
    expected /= Double(points)
    let error = (expected * (1 - expected) / Double(total)).squareRoot()
    #expect(abs(Double(decoded) / Double(total) - expected) < 3 * error, "\(decoded), \(expected)")
  }

  @Test("a frame survives a short or faint overlap anywhere, and no long and strong one")
  func overlaps() throws {
    let table = try #require(Self.rule.bitErrors)
    let signal: Power = 200 * 1024
    // Median tolerance: −ln ½.
    func survives(_ power: Power, _ ticks: Range<Int64>) -> Bool {
      var interference = Interference(for: Self.rule)
      interference.add(power, from: ticks.lowerBound, to: ticks.upperBound, length: 192)
      return table.loss(signal: signal, noise: 1024, bits: 96, interference: interference)
        < table.tolerance(1 << 31)
    }
    for place in [-191, -190, 0, 95, 190, 191] as [Int64] {
      // Equal power over one bit, or at most over two: Pb of 0.5 each would not do, of 0.3 it does.
      #expect(survives(signal, place..<place + 1 + (place < 0 ? -place : 0)), "\(place)")
      #expect(survives(signal / 100, place..<place + 192), "faint, from \(place)")
    }
    #expect(!survives(signal, -90..<102), "half of the frame")
    #expect(!survives(signal, 90..<282), "the other half")
    #expect(!survives(100 * signal, 90..<94), "two or three bits, drowned")
  }
}
