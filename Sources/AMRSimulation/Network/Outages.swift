import PortableMath
import RadioModel
import RandomStreams

/// Draws the outages of a collector or concentrator: at most one starts each day, at a uniform
/// time, for an exponential length of at most ten times the mean.
struct OutageModel: Sendable {
  let seed: UInt64
  let stream: StreamName
  let perYear: Double
  let meanHours: Double

  /// The outages that start in the days of a run, in ticks, those that touch joined.
  func downTime(entity: UInt32, days: Int) -> DownTime {
    let draws = RandomStream(seed: seed, stream, entity: entity)
    var down = DownTime()
    for day in 0..<days {
      let words = draws.words(UInt32(day))
      guard unit(words.x) < perYear / 365 else { continue }
      let start = Int64(day) * Ticks.perDay + Int64(unit(words.y) * Double(Ticks.perDay))
      let hours = min(10, -naturalLogarithm(unit(words.z))) * meanHours
      let end = start + max(1, Int64(hours * 3600 * Double(Ticks.perSecond)))
      if let last = down.intervals.last, last.upperBound >= start {
        down.intervals[down.intervals.count - 1] =
          last.lowerBound..<max(last.upperBound, end)
      } else {
        down.intervals.append(start..<end)
      }
    }
    return down
  }
}
