import PortableMath
import RandomStreams

/// How much the meters of one class use, and when: a pure function of (seed, endpoint, day).
///
/// Energy is in whole watt-hours and every factor is a fixed-point integer, so that a register
/// shows the same count whoever asks, in whatever order.
///
/// use(endpoint, day) = mean(endpoint) × season(day) × weekday(day) × weather(day) × own(day)
public struct ConsumptionModel: Sendable {
  /// What one class of meters has in common.
  public struct Class: Sendable {
    /// Median of the log-normal distribution of mean daily use, in Wh.
    public let medianWattHours: Double
    /// Standard deviation of the natural logarithm of mean daily use.
    public let spreadLog: Double
    /// Use on a Saturday or Sunday relative to a weekday.
    public let weekendFactor: Double

    public init(medianWattHours: Double, spreadLog: Double, weekendFactor: Double) {
      self.medianWattHours = medianWattHours
      self.spreadLog = spreadLog
      self.weekendFactor = weekendFactor
    }
  }

  /// Fractional bits of the factors.
  private static let one = 4096.0

  private let seed: UInt64
  private let classes: [Class]
  private let seasonAmplitude: Double
  private let seasonPeakDay: Int
  private let weatherSigma: Double
  private let dailySigma: Double
  private let weather: RandomStream

  /// - Parameters:
  ///   - seasonAmplitude: relative amplitude of the yearly cosine, below 1.
  ///   - seasonPeakDay: day of the year on which it peaks.
  ///   - weatherSigma: standard deviation of the territory's factor from day to day.
  ///   - dailySigma: standard deviation of a meter's own factor from day to day.
  public init(
    seed: UInt64, classes: [Class], seasonAmplitude: Double, seasonPeakDay: Int,
    weatherSigma: Double, dailySigma: Double
  ) {
    self.seed = seed
    self.classes = classes
    self.seasonAmplitude = seasonAmplitude
    self.seasonPeakDay = seasonPeakDay
    self.weatherSigma = weatherSigma
    self.dailySigma = dailySigma
    weather = RandomStream(seed: seed, .weather, entity: 0)
  }

  /// An endpoint's mean use in Wh per day from a draw, at most 100 MWh.
  public func meanWattHours(classIndex: Int, draw: UInt32) -> Int32 {
    let shape = classes[classIndex]
    let mean = shape.medianWattHours * exponential(shape.spreadLog * normalVariate(draw))
    return Int32(min(1e8, mean.rounded()))
  }

  /// The factors that all meters of a class share on a day, one for each class.
  public func factors(on day: CivilDay) -> [DayFactor] {
    let angle = 2 * Double.pi * Double(day.dayOfYear - seasonPeakDay) / 365
    let season = 1 + seasonAmplitude * cosine(angle)
    let sky = normalVariate(weather.word(UInt32(truncatingIfNeeded: day.number)))
    let common = season * max(0.2, 1 + weatherSigma * sky)
    return classes.map {
      let factor = common * (day.isWeekend ? $0.weekendFactor : 1)
      return DayFactor(value: Int64((factor * Self.one).rounded()))
    }
  }

  /// An endpoint's use on a day, given its mean and the factor of its class on that day.
  @inline(__always)
  public func use(
    endpoint: EndpointID, meanWattHours: Int32, factor: DayFactor, day: CivilDay
  ) -> DayUse {
    let words = RandomStream(seed: seed, .dailyUse, entity: endpoint.rawValue)
      .words(UInt32(truncatingIfNeeded: day.number))
    let own = max(0.1, 1 + dailySigma * normalVariate(words.x))
    let ownFactor = Int64(own * Self.one + 0.5)
    let wattHours = (((Int64(meanWattHours) * factor.value) >> 12) * ownFactor) >> 12
    return DayUse(wattHours: wattHours, mixture: UInt8(words.y >> 24))
  }
}

/// The factor that all meters of one class share on one day, in units of 1/4096.
public struct DayFactor: Sendable, Equatable {
  let value: Int64
}

/// What one endpoint uses on one day.
public struct DayUse: Sendable, Equatable {
  /// The use above the mixture: a run holds one of these for each module.
  private let packed: Int64

  init(wattHours: Int64, mixture: UInt8) { packed = wattHours << 8 | Int64(mixture) }

  /// The whole day's use in Wh.
  public var wattHours: Int64 { packed >> 8 }

  /// How much of the day's shape is the morning and evening peaks, 0…255; the rest is even.
  public var mixture: UInt8 { UInt8(truncatingIfNeeded: packed) }

  /// Use from the start of the day to the end of its n-th five minutes, n = 0…288, in Wh.
  ///
  /// Never falls with n, is 0 at 0 and the whole use at 288.
  @inline(__always)
  public func wattHours(afterFiveMinutes n: Int) -> Int64 {
    let share = DayShape.share(afterFiveMinutes: n, mixture: mixture)
    return (wattHours * share) >> 24
  }
}

/// The shape of use within a day.
enum DayShape {
  /// Relative use in each hour of a household with morning and evening peaks.
  private static let peakedHours: [Int64] = [
    24, 20, 18, 17, 18, 22, 34, 46, 44, 38, 36, 36, 38, 36, 36, 38, 46, 60, 72, 76, 72, 62, 48, 34,
  ]

  /// Share of the peaked shape after n five-minute steps, in units of 2⁻¹⁶.
  private static let peaked: [Int64] = {
    let total = peakedHours.reduce(0, +) * 12
    var sum: Int64 = 0
    var shares: [Int64] = [0]
    for n in 0..<288 {
      sum += peakedHours[n / 12]
      shares.append(sum * 65_536 / total)
    }
    return shares
  }()

  /// Share of a day's use after n five-minute steps, in units of 2⁻²⁴.
  @inline(__always)
  static func share(afterFiveMinutes n: Int, mixture: UInt8) -> Int64 {
    let even = Int64(n) * 65_536 / 288
    return peaked[n] * Int64(mixture) + even * (256 - Int64(mixture))
  }
}
