import Metering
import RadioModel

/// Finds every rollover of the meters, day by day, at the price of one comparison for each.
struct RolloverWatch: Sendable {
  /// A rollover that a module transmits.
  struct Rollover: Sendable, Equatable {
    /// Of the module.
    let index: Int
    /// Ticks since the start of the run: the first 5-minute boundary behind it.
    let tick: Int64
  }

  /// A meter that replaces the one at an index.
  private struct NewMeter: Sendable {
    let index: Int
    /// As of `next`.
    var next: Int64
  }

  /// Wh since the last bill at which each register, as it stands at the start, next rolls over.
  private var next: [Int64]
  private var newMeters: [NewMeter] = []
  /// In the order in which they were found.
  private(set) var found: [Rollover] = []

  /// - Parameter next: Wh since the last bill at which each register next rolls over.
  init(next: [Int64]) { self.next = next }

  /// Replaces that of a register that was set otherwise.
  mutating func set(next wattHours: Int64, of index: Int) { next[index] = wattHours }

  /// Watches the meter that replaces the one at an index, too.
  mutating func addMeter(at index: Int, next wattHours: Int64) {
    newMeters.append(NewMeter(index: index, next: wattHours))
  }

  /// Notes the rollovers of a day, up to its last 5-minute boundary before midnight.
  ///
  /// - Parameters:
  ///   - start: of the day, in ticks since the start of the run.
  ///   - used: Wh from each last bill to the start of the day.
  ///   - counter: of the meter at an index.
  mutating func take(
    dayFrom start: Int64, used: [Int64], today: [DayUse], changes: MeterChanges,
    counter: (Int) -> DialCounter
  ) {
    for index in used.indices where used[index] + today[index].wattHours >= next[index] {
      let period = counter(index).wattHoursPerRollover
      while let step = Self.step(of: next[index] - used[index], in: today[index]) {
        let tick = start + step * 300 * Ticks.perSecond
        if let module = Self.transmitter(of: index, at: tick, changes) {
          found.append(Rollover(index: module, tick: tick))
        }
        next[index] += period
      }
    }
    for number in newMeters.indices {
      let index = newMeters[number].index
      while let step = Self.step(of: newMeters[number].next - used[index], in: today[index]) {
        found.append(Rollover(index: index, tick: start + step * 300 * Ticks.perSecond))
        newMeters[number].next += counter(index).wattHoursPerRollover
      }
    }
  }

  /// The first five-minute boundary of a day, 0…287, at which so many Wh of it have been used.
  private static func step(of wattHours: Int64, in day: DayUse) -> Int64? {
    guard wattHours <= day.wattHours else { return nil }
    return (0..<288).first { day.wattHours(afterFiveMinutes: $0) >= wattHours }.map(Int64.init)
  }

  /// The module that transmits a rollover of the first meter at an index; nil where none does.
  ///
  /// A meter that is replaced or stops at the very boundary shows it with its last count. A swap at
  /// the boundary hides it: one module shows the count before, and the other that behind it.
  private static func transmitter(of index: Int, at tick: Int64, _ changes: MeterChanges)
    -> Int?
  {
    guard let change = changes[index] else { return index }
    let instant = change.trouble.tick
    if let partner = change.trouble.partner {
      return tick < instant ? index : tick > instant ? partner : nil
    }
    return tick <= instant ? index : nil
  }
}
