import RadioModel

/// Which modules are not on the air all day: those that are not installed, and those that fail.
struct OnAir: Sendable {
  /// A bit for each module that sends nothing on the day; empty where there is none.
  private var silent: [UInt64] = []
  /// Those that send in a part of the day.
  private var partial: [Int: Range<Int64>] = [:]

  /// Every module, all the time.
  static let always = OnAir(modules: 0)

  /// So many modules, all the time.
  init(modules: Int) { silent = [UInt64](repeating: 0, count: (modules + 63) / 64) }

  /// Lets a module send in some ticks only; none if they are empty.
  mutating func restrict(_ module: Int, to ticks: Range<Int64>) {
    if ticks.isEmpty {
      silent[module >> 6] |= 1 << UInt64(module & 63)
    } else {
      partial[module] = ticks
    }
  }

  /// The ticks of the run in which a module sends what it sends on a day of the run; nil for all.
  func ticks(_ module: Int) -> Range<Int64>? {
    if silent.isEmpty { return nil }
    if silent[module >> 6] >> UInt64(module & 63) & 1 != 0 { return 0..<0 }
    return partial.isEmpty ? nil : partial[module]
  }

  /// Those of a day. A module is out of order for a whole day at least, so that one stretch of a day
  /// is left of it at most.
  init(_ history: ServiceHistory, modules: Int, day: Int) {
    self.init(modules: history.isUneventful ? 0 : modules)
    if history.isUneventful { return }
    let ticks = Int64(day) * Ticks.perDay..<Int64(day + 1) * Ticks.perDay
    for module in 0..<modules {
      guard history.isInstalled(module, on: day) else {
        restrict(module, to: 0..<0)
        continue
      }
      // What was installed earlier has been on the air for long; its first day begins at midnight.
      let isNew = Int(history.installedDay(module)) == day
      var sent = isNew ? ticks.lowerBound..<Int64.max : Int64.min..<Int64.max
      history.failures.forEach(of: module) { outage in
        if outage.ticks.upperBound <= ticks.lowerBound {
          if outage.ticks.upperBound == ticks.lowerBound {
            sent = ticks.lowerBound..<sent.upperBound
          }
        } else if outage.ticks.lowerBound < ticks.upperBound {
          sent = sent.lowerBound..<max(sent.lowerBound, outage.ticks.lowerBound)
        }
      }
      if sent.upperBound <= ticks.lowerBound {
        restrict(module, to: 0..<0)
      } else if sent != Int64.min..<Int64.max {
        restrict(module, to: sent)
      }
    }
  }
}
