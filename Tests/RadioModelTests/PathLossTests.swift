import Glibc
import RadioModel
import TestSupport
import Testing

@Suite("Path loss")
struct PathLossTests {
  @Test(
    "known losses at 915 MHz",
    arguments: [
      (2.0, 1.0, 31.6762), (2, 100, 71.6762), (2, 300, 81.2186), (2, 1000, 91.6762),
      (2.7, 100, 85.6762), (3.5, 300, 118.375), (4, 1000, 151.676),
    ])
  func checkpoints(exponent: Double, metres: Double, loss: Double) {
    let model = PathLoss(frequencyMHz: 915, exponent: exponent)
    let value = model.db(squaredMetres: metres * metres)
    // Six significant digits are given.
    #expect(abs(value - loss) < 6e-4 * (loss > 100 ? 1 : 0.1), "\(value)")
    #expect(abs(model.metres(atDb: value) / metres - 1) < 1e-12)
  }

  @Test("free space agrees with 20 log₁₀(4π d f / c)")
  func freeSpace() {
    for frequency in [30.0, 433.92, 915, 2400, 6000] {
      let model = PathLoss(frequencyMHz: frequency, exponent: 2)
      for metres in [1.0, 3, 47.5, 1e3, 1e5] {
        let expected = 20 * log10(4 * Double.pi * metres * frequency * 1e6 / 299_792_458)
        #expect(abs(model.db(squaredMetres: metres * metres) - expected) < 1e-9)
      }
    }
  }

  @Test("the first metre is a floor, and beyond it loss only grows")
  func floorAndMonotony() {
    let model = PathLoss(frequencyMHz: 915, exponent: 3.5)
    for square in [0, 0.01, 0.999, 1] {
      #expect(model.db(squaredMetres: square) == model.firstMetreDb)
    }
    #expect(model.metres(atDb: -200) == 1)
    var random = SplitMix64(seed: 31)
    for _ in 0..<5000 {
      let near = Double(random.next() >> 30) * 0x1p-10
      let far = near * (1 + Double(random.next() >> 40) * 0x1p-24)
      #expect(model.db(squaredMetres: near) <= model.db(squaredMetres: far) + 1e-12)
    }
  }
}
