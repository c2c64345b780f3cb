import Metering
import PortableMath
import RandomStreams

/// Work that is done piece by piece, from Monday to Friday: which piece is finished when.
///
/// A day's work is the same for all days of a month: the planned one times the month's productivity,
/// which is log-normal with mean 1.
struct WorkSchedule: Sendable {
  /// What is being done, so that each kind of work has draws of its own.
  enum Kind: UInt32 {
    case installation = 0
    case construction = 1
  }

  private let seed: UInt64
  private let kind: Kind
  private let from: CivilDay
  private let perDay: Double
  private let spread: Double

  /// - Parameters:
  ///   - perDay: pieces planned for a working day, above 0.
  ///   - spread: standard deviation of the natural logarithm of a month's productivity.
  init(seed: UInt64, _ kind: Kind, from: CivilDay, perDay: Double, spread: Double) {
    self.seed = seed
    self.kind = kind
    self.from = from
    self.perDay = perDay
    self.spread = spread
  }

  /// The day on which each of so many pieces is finished, in order; ascending.
  ///
  /// - Parameter limit: pieces that are not finished by the end of this day have the day after it.
  func days(count: Int, limit: CivilDay) -> [CivilDay] {
    var days: [CivilDay] = []
    days.reserveCapacity(count)
    var done = 0.0
    var day = from
    while days.count < count, day <= limit {
      if !day.isWeekend {
        done += perDay * productivity(day)
        let finished = min(count, Int(done))
        days += repeatElement(day, count: max(0, finished - days.count))
      }
      day = day + 1
    }
    return days + repeatElement(limit + 1, count: count - days.count)
  }

  private func productivity(_ day: CivilDay) -> Double {
    if spread == 0 { return 1 }
    let month = UInt32(day.year * 12 + day.month)
    let draw = RandomStream(seed: seed, .productivity, entity: kind.rawValue).word(month)
    return exponential(spread * normalVariate(draw) - spread * spread / 2)
  }
}

/// The first day of the work week on or after a day.
func workday(from day: CivilDay) -> CivilDay {
  var day = day
  while day.isWeekend { day = day + 1 }
  return day
}
