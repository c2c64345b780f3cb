import Glibc
import Metering
import RandomStreams
import TestSupport
import Testing

@Suite("Consumption")
struct ConsumptionTests {
  static func model(
    seed: UInt64 = 3, spreadLog: Double = 0.5, weekendFactor: Double = 1.1,
    seasonAmplitude: Double = 0, weatherSigma: Double = 0, dailySigma: Double = 0
  ) -> ConsumptionModel {
    ConsumptionModel(
      seed: seed,
      classes: [
        .init(medianWattHours: 18_000, spreadLog: spreadLog, weekendFactor: weekendFactor),
        .init(medianWattHours: 5_000_000, spreadLog: 1, weekendFactor: 0.25),
      ], seasonAmplitude: seasonAmplitude, seasonPeakDay: 200, weatherSigma: weatherSigma,
      dailySigma: dailySigma)
  }

  private static func use(
    _ model: ConsumptionModel, _ id: UInt32, _ mean: Int32, _ day: CivilDay, classIndex: Int = 0
  ) -> DayUse {
    model.use(
      endpoint: EndpointID(rawValue: id), meanWattHours: mean,
      factor: model.factors(on: day)[classIndex], day: day)
  }

  /// A Tuesday.
  static let tuesday = CivilDay(year: 1998, month: 6, day: 30)

  @Test("use within a day starts at 0, never falls and ends at the whole")
  func withinADay() {
    let model = Self.model(weatherSigma: 0.3, dailySigma: 0.5)
    var mixtures: Set<UInt8> = []
    for id in 1...600 as ClosedRange<UInt32> {
      for mean in [0, 1, 17, 18_000, 100_000_000] as [Int32] {
        let use = Self.use(model, id, mean, Self.tuesday)
        mixtures.insert(use.mixture)
        let steps = (0...288).map { use.wattHours(afterFiveMinutes: $0) }
        #expect(steps[0] == 0 && steps[288] == use.wattHours, "endpoint \(id), mean \(mean)")
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 <= $1 }, "endpoint \(id)")
        // The shape is even but for the peaks: no hour takes more than a tenth of the day.
        for hour in 0..<24 {
          #expect(steps[12 * hour + 12] - steps[12 * hour] <= use.wattHours / 10 + 1)
        }
      }
    }
    #expect(mixtures.count > 200, "every endpoint has its own shape")
    #expect(mixtures.contains { $0 < 10 } && mixtures.contains { $0 > 245 })
  }

  @Test("evenings of a peaked day are busier than its nights")
  func shape() {
    let model = Self.model()
    let ids = 1...200 as ClosedRange<UInt32>
    let day = ids.map { Self.use(model, $0, 1_000_000, Self.tuesday) }
    for use in day where use.mixture > 128 {
      func share(_ hours: Range<Int>) -> Int64 {
        use.wattHours(afterFiveMinutes: 12 * hours.upperBound)
          - use.wattHours(afterFiveMinutes: 12 * hours.lowerBound)
      }
      #expect(share(18..<21) > 3 * share(1..<4) / 2)
    }
  }

  @Test("mean use is log-normal about the median", arguments: [(0, 0.5), (1, 1.0)])
  func logNormal(classIndex: Int, spread: Double) {
    let model = Self.model()
    let median = [18_000.0, 5_000_000][classIndex]
    let count = 40_000
    var random = SplitMix64(seed: 51)
    var logs: [Double] = []
    for _ in 0..<count {
      let draw = UInt32(truncatingIfNeeded: random.next())
      logs.append(log(Double(model.meanWattHours(classIndex: classIndex, draw: draw)) / median))
    }
    let mean = logs.reduce(0, +) / Double(count)
    let deviation = (logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)).squareRoot()
    #expect(abs(mean) < 4 * spread / Double(count).squareRoot(), "\(mean)")
    #expect(abs(deviation - spread) < 4 * spread / (2 * Double(count)).squareRoot(), "\(deviation)")
    for (sigmas, expected) in [(-1.0, 0.158655), (0, 0.5), (2, 0.977250)] {
      let share = Double(logs.count { $0 < sigmas * spread }) / Double(count)
      let error = (expected * (1 - expected) / Double(count)).squareRoot()
      #expect(abs(share - expected) < 4 * error, "\(sigmas) σ: \(share)")
    }
    #expect(model.meanWattHours(classIndex: classIndex, draw: 1 << 31) == Int32(median))
  }

  @Test("no mean exceeds 100 MWh a day, and the whole day's shape stays in range")
  func limits() {
    let model = ConsumptionModel(
      seed: 1, classes: [.init(medianWattHours: 1e9, spreadLog: 3, weekendFactor: 10)],
      seasonAmplitude: 1, seasonPeakDay: 184, weatherSigma: 2, dailySigma: 2)
    #expect(model.meanWattHours(classIndex: 0, draw: .max) == 100_000_000)
    #expect(model.meanWattHours(classIndex: 0, draw: 0) < 100_000_000)
    var greatest: Int64 = 0
    for year in 1990..<2000 {
      for offset in 0..<30 {
        let day = CivilDay(year: year, month: 6, day: 20) + offset
        for id in 1...20 as ClosedRange<UInt32> {
          let use = Self.use(model, id, 100_000_000, day)
          greatest = max(greatest, use.wattHours)
          #expect(use.wattHours >= 0 && use.wattHours(afterFiveMinutes: 288) == use.wattHours)
        }
      }
    }
    #expect(greatest > 20_000_000_000, "the greatest factors were met: \(greatest)")
  }

  @Test("weekends, by class")
  func weekends() {
    let model = Self.model()
    let saturday = Self.tuesday + 4
    #expect(saturday.weekday == 5)
    for (classIndex, factor) in [(0, 1.1), (1, 0.25)] {
      let week = Self.use(model, 5, 10_000_000, Self.tuesday, classIndex: classIndex)
      #expect(week.wattHours == 10_000_000, "every other factor is 1")
      for day in [saturday, saturday + 1] {
        let use = Self.use(model, 5, 10_000_000, day, classIndex: classIndex)
        #expect(abs(Double(use.wattHours) / 1e7 - factor) < 2e-4)
      }
      let monday = Self.use(model, 5, 10_000_000, saturday + 2, classIndex: classIndex)
      #expect(monday.wattHours == 10_000_000)
    }
  }

  @Test("the season peaks on its day and averages out over a year")
  func season() {
    let model = Self.model(weekendFactor: 1, seasonAmplitude: 0.4)
    let year = (1...365).map { day -> Double in
      let date = CivilDay(year: 1998, month: 1, day: 1) + (day - 1)
      return Double(Self.use(model, 1, 1_000_000, date).wattHours) / 1e6
    }
    #expect(abs(year[199] - 1.4) < 1e-3 && abs(year.max()! - year[199]) < 1e-9)
    #expect(abs(year.min()! - 0.6) < 1e-3)
    #expect(abs(year.reduce(0, +) / 365 - 1) < 2e-4)
    #expect(abs(year[199 + 91] - 1) < 0.01)
  }

  @Test("weather is one factor for all on a day, with the stated deviation")
  func weather() {
    let model = Self.model(weekendFactor: 1, weatherSigma: 0.08)
    let days = 4000
    var values: [Double] = []
    for offset in 0..<days {
      let day = Self.tuesday + offset
      let one = Self.use(model, 1, 10_000_000, day).wattHours
      #expect(one == Self.use(model, 2, 10_000_000, day).wattHours)
      values.append(Double(one) / 1e7)
    }
    let mean = values.reduce(0, +) / Double(days)
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(days))
      .squareRoot()
    #expect(abs(mean - 1) < 4 * 0.08 / Double(days).squareRoot(), "\(mean)")
    #expect(abs(deviation - 0.08) < 4 * 0.08 / (2 * Double(days)).squareRoot(), "\(deviation)")
  }

  @Test("a meter's own days vary with the stated deviation, independent of its neighbour's")
  func ownDays() {
    let model = Self.model(weekendFactor: 1, dailySigma: 0.2)
    let days = 4000
    var products = 0.0
    var squares = 0.0
    var mixtures = 0.0
    for offset in 0..<days {
      let day = Self.tuesday + offset
      let one = Self.use(model, 1, 10_000_000, day)
      let other = Self.use(model, 2, 10_000_000, day)
      let x = Double(one.wattHours) / 1e7 - 1
      squares += x * x
      products += x * (Double(other.wattHours) / 1e7 - 1)
      mixtures += x * (Double(one.mixture) / 255 - 0.5)
    }
    let root = Double(days).squareRoot()
    #expect(abs((squares / Double(days)).squareRoot() - 0.2) < 4 * 0.2 / (2.0.squareRoot() * root))
    #expect(abs(products / Double(days)) < 4 * 0.04 / root, "no correlation between meters")
    #expect(abs(mixtures / Double(days)) < 4 * 0.2 * 0.2887 / root, "none with the day's shape")
  }

  @Test("another seed gives other days, the same seed the same")
  func seeds() {
    let days = (0..<50).map { Self.tuesday + $0 }
    func series(_ seed: UInt64) -> [DayUse] {
      let model = Self.model(seed: seed, weatherSigma: 0.1, dailySigma: 0.2)
      return days.map { Self.use(model, 9, 18_000, $0) }
    }
    #expect(series(1) == series(1))
    #expect(zip(series(1), series(2)).count { $0 == $1 } < 5)
  }
}
