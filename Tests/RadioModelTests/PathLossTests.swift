import Glibc
import RadioModel
import TestSupport
import Testing

@Suite("Path loss")
struct PathLossTests {
  /// Hata's heights are 30 m and 1.5 m; without a difference of heights the ground distance is the
  /// slant one.
  static func loss(
    _ model: PropagationModel, _ environment: RadioEnvironment = .mediumCity,
    frequencyMHz: Double = 915, exponent: Double = 3.5, collectorHeightM: Double = 30,
    endpointHeightM: Double = 1.5
  ) -> PathLoss {
    PathLoss(
      model, frequencyMHz: frequencyMHz, exponent: exponent, environment: environment,
      collectorHeightM: collectorHeightM, endpointHeightM: endpointHeightM)
  }

  /// Six significant digits are given.
  static func agrees(_ value: Double, _ checkpoint: Double) -> Bool {
    abs(value - checkpoint) < (checkpoint >= 100 ? 6e-4 : 6e-5)
  }

  @Test(
    "known losses of free space and log-distance at 915 MHz",
    arguments: [
      (2.0, 1.0, 31.6762), (2, 100, 71.6762), (2, 300, 81.2186), (2, 1000, 91.6762),
      (2.7, 100, 85.6762), (3.5, 300, 118.375), (4, 1000, 151.676),
    ])
  func checkpoints(exponent: Double, metres: Double, loss: Double) {
    let model = Self.loss(.logDistance, exponent: exponent, endpointHeightM: 30)
    let value = model.db(squaredMetres: metres * metres)
    #expect(Self.agrees(value, loss), "\(value)")
    if exponent == 2 {
      let freeSpace = Self.loss(.freeSpace, exponent: 7, endpointHeightM: 30)
      #expect(freeSpace.db(squaredMetres: metres * metres) == value)
    }
  }

  @Test(
    "known losses of Hata's formula at 915 MHz",
    arguments: [
      (RadioEnvironment.mediumCity, [126.590, 137.194, 151.212]),
      (.largeCity, [126.608, 137.212, 151.229]), (.suburban, [116.604, 127.208, 141.226]),
      (.open, [98.0126, 108.616, 122.634]),
    ])
  func hataCheckpoints(environment: RadioEnvironment, losses: [Double]) {
    for (kilometres, loss) in zip([1.0, 2, 5], losses) {
      let value = Self.loss(.okumuraHata, environment)
        .db(squaredMetres: kilometres * kilometres * 1e6)
      #expect(Self.agrees(value, loss), "\(environment) at \(kilometres) km: \(value)")
    }
  }

  @Test("known losses of COST 231, and 3 dB more in large centres")
  func costCheckpoints() {
    let upper = Self.loss(.cost231Hata, frequencyMHz: 1800)
    #expect(Self.agrees(upper.db(squaredMetres: 1e6), 136.197))
    let extrapolated = Self.loss(.cost231Hata)
    #expect(Self.agrees(extrapolated.db(squaredMetres: 1e6), 126.262))
    let centre = Self.loss(.cost231Hata, .largeCity, frequencyMHz: 1800)
    #expect(abs(centre.db(squaredMetres: 1e6) - upper.db(squaredMetres: 1e6) - 3) < 1e-9)
    #expect(
      Self.loss(.cost231Hata, .suburban).db(squaredMetres: 1e6)
        == extrapolated.db(squaredMetres: 1e6))
  }

  @Test("Hata's correction for large cities below 300 MHz")
  func largeCityBelow300() {
    // 8.29 (log 1.54 hm)² − 1.1 instead of 3.2 (log 11.75 hm)² − 4.97, both at hm = 3 m.
    let low = 8.29 * pow(log10(1.54 * 3), 2) - 1.1
    let medium = (1.1 * log10(200) - 0.7) * 3 - (1.56 * log10(200) - 0.8)
    func loss(_ environment: RadioEnvironment) -> Double {
      Self.loss(.okumuraHata, environment, frequencyMHz: 200, endpointHeightM: 3)
        .db(squaredMetres: 4e6)
    }
    #expect(abs(loss(.largeCity) - loss(.mediumCity) - (medium - low)) < 1e-9)
  }

  @Test("free space agrees with 20 log₁₀(4π d f / c) over the slant distance")
  func freeSpace() {
    for frequency in [30.0, 433.92, 915, 2400, 6000] {
      let model = Self.loss(.freeSpace, frequencyMHz: frequency)
      for metres in [0, 1.0, 3, 47.5, 1e3, 1e5] {
        let slant = hypot(metres, 28.5)
        let expected = 20 * log10(4 * Double.pi * slant * frequency * 1e6 / 299_792_458)
        #expect(abs(model.db(squaredMetres: metres * metres) - expected) < 1e-9)
      }
    }
  }

  @Test("the first metre is a floor", arguments: [0, 0.01, 0.999, 1])
  func firstMetre(square: Double) {
    let model = Self.loss(.logDistance, endpointHeightM: 30)
    #expect(Self.agrees(model.db(squaredMetres: square), 31.6762))
  }

  @Test("loss only grows with distance", arguments: PropagationModel.allCases)
  func monotony(model: PropagationModel) {
    let model = Self.loss(model)
    var random = SplitMix64(seed: 31)
    for _ in 0..<5000 {
      let near = Double(random.next() >> 30) * 0x1p-10
      let far = near * (1 + Double(random.next() >> 40) * 0x1p-24)
      #expect(model.db(squaredMetres: near) <= model.db(squaredMetres: far) + 1e-12)
    }
  }

  @Test("an extrapolated formula never falls below free space")
  func neverBelowFreeSpace() {
    var onFloor = 0
    for environment in RadioEnvironment.allCases {
      for model in [PropagationModel.okumuraHata, .cost231Hata] {
        for exponent in 0...20 {
          let square = pow(10, Double(exponent) / 2)
          let free = Self.loss(.freeSpace).db(squaredMetres: square)
          let value = Self.loss(model, environment).db(squaredMetres: square)
          #expect(value >= free)
          if value == free { onFloor += 1 }
        }
      }
    }
    #expect(onFloor > 10, "close to the antenna the formulas alone would fall below it")
  }

  @Test("where the formulas hold")
  func validity() {
    #expect(PropagationModel.freeSpace.validity == nil)
    #expect(PropagationModel.logDistance.validity == nil)
    #expect(PropagationModel.okumuraHata.validity?.frequencyMHz == 150...1500)
    #expect(PropagationModel.cost231Hata.validity?.frequencyMHz == 1500...2000)
    for model in [PropagationModel.okumuraHata, .cost231Hata] {
      #expect(model.validity?.collectorHeightM == 30...200)
      #expect(model.validity?.endpointHeightM == 1...10)
      #expect(model.validity?.distanceKm == 1...20)
    }
  }
}
