import Glibc
import Metering
import RadioModel
import Testing

@testable import AMRSimulation

@Suite("External noise")
struct ExternalNoiseTests {
  private static func noise(probability: Double, riseDb: Double, channels: Int = 50)
    -> ExternalNoise?
  {
    var scenario = Scenario()
    scenario.seed = 5
    scenario.radio.channels = channels
    scenario.radio.ismProbability = probability
    scenario.radio.ismRiseDb = riseDb
    return ExternalNoise(scenario, collector: CollectorID(rawValue: 7))
  }

  @Test("channels are disturbed as often as stated, and only those have a rise")
  func probability() throws {
    #expect(Self.noise(probability: 0, riseDb: 10) == nil)
    for probability in [0.02, 0.3, 1] {
      let noise = try #require(Self.noise(probability: probability, riseDb: 30))
      var disturbed = 0
      var tooSmall = 0
      let hours = 2000
      for hour in 0..<hours {
        let set = noise.disturbedChannels(hour: hour)
        let channels = (0..<50 as Range<UInt8>).filter(set.contains)
        let risen = (0..<50).filter { noise.rise(channel: $0, hour: hour) != .none }
        #expect(risen.allSatisfy(set.contains))
        tooSmall += channels.count - risen.count
        #expect(set.isEmpty == channels.isEmpty)
        disturbed += channels.count
      }
      let total = Double(50 * hours)
      // Of a rise of 30 dB on average one in 3,500 is less than 0.0085 dB, which rounds to none.
      #expect(Double(tooSmall) < 2 * total / 3500)
      let error = 4 * (probability * (1 - probability) * total).squareRoot()
      #expect(abs(Double(disturbed) - probability * total) <= error, "\(disturbed)")
    }
  }

  @Test("the rise in dB is exponential and at most 60")
  func rise() throws {
    let noise = try #require(Self.noise(probability: 1, riseDb: 20, channels: 255))
    var sum = 0.0
    var count = 0.0
    var capped = 0.0
    for hour in 0..<200 {
      for channel in 0..<255 as Range<UInt8> {
        let factor = Double(noise.rise(channel: channel, hour: hour).applied(to: 1 << 20)) * 0x1p-20
        let db = 10 * log10(factor)
        #expect(db > -1e-9 && db < 60.001)
        sum += db
        count += 1
        capped += db > 59.99 ? 1 : 0
      }
    }
    // An exponential of mean m cut at c has mean m (1 − e^(−c/m)), and reaches c with e^(−c/m).
    let mean = 20 * (1 - exp(-3.0))
    #expect(abs(sum / count - mean) < 4 * 20 / count.squareRoot(), "\(sum / count)")
    #expect(abs(capped / count - exp(-3.0)) < 4 * (exp(-3.0) / count).squareRoot())
  }

  @Test("a noise power after its rise stays in range")
  func range() {
    #expect(NoiseRise.none.applied(to: 12_345) == 12_345)
    #expect(NoiseRise(ratio: 2.5).applied(to: 1000) == 2500)
    #expect(NoiseRise(ratio: 1e6).applied(to: 1 << 44) == 1 << 44)
    #expect(NoiseRise(ratio: 1e6).applied(to: .max) == 1 << 44)
  }
}
