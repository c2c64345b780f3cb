import Metering
import VEE

/// What a month's days count as where an endpoint is read once a month.
///
/// Of the days of such a row of the registry one counts: the scheduled read day of its billing cycle,
/// if the row holds when that day ends. It counts as the best value of its read window, received
/// before entered, since a read of any of these days is billed; without one it counts as its own
/// value, an estimate. The others count as nothing, whatever they have.
///
/// A window may reach over either edge of the month. Of the days before it the state of the month
/// before tells the last good read and the last good reception, which is all that matters as the
/// window goes up to the month; the days behind it are in the grid, as far as they have come.
extension SegmentWalk {
  /// Counts the walked days anew, each by the row of the registry that holds when it ends.
  ///
  /// - Parameter before: the counts without those of this walk.
  func countDaysByService(_ month: inout EndpointMonth, before: ReadCounts) {
    var counts = before
    counts.inService = month.counts.inService
    counts.rejected = month.counts.rejected
    for day in validated {
      let place = registryRow(on: day)
      let point = context.registry[place]
      if point.isReadMonthly {
        month.count(day, as: isDue(day, point) ? valueOfWindow(around: day, place) : .none)
      }
      counts.add(grid.counted(day, row))
    }
    month.counts = counts
  }

  /// When the last good reception up to the end of the validated days was; nil where no read window
  /// of the month behind them can ask for it.
  var lastReceivedAt: UTCMilliseconds? {
    let end = grid.start(ofDay: validated.upperBound + context.schedule.window.before)
    let isAskedFor = segment.rows.contains {
      context.registry[$0].isReadMonthly && context.registry[$0].installedAt < end
    }
    guard isAskedFor else { return nil }
    return validated.last { grid.value($0, row) == .actual }.map { grid.stamp($0, row) }
      ?? carried.receivedAt
  }

  /// Whether the endpoint is read once a month as a day ends.
  func isReadMonthly(on day: Int) -> Bool { context.registry[registryRow(on: day)].isReadMonthly }

  /// Whether no good read has come for so long that one was missed.
  ///
  /// - Parameters:
  ///   - goodDay: of the last good read.
  ///   - last: the last validated day, of the grid.
  func lacksRead(since goodDay: CivilDay, on last: Int) -> Bool {
    let rules = context.rules
    let days = grid.firstDay + last - goodDay
    guard segment.hasMonthlyService else { return days >= rules.stuckDays }
    var place = registryRow(on: last)
    if context.registry[place].isReadMonthly { return days >= rules.noReadDaysMonthly }
    while place > segment.rows.lowerBound, !context.registry[place - 1].isReadMonthly { place -= 1 }
    if place == segment.rows.lowerBound { return days >= rules.stuckDays }
    // Before it was read every day nothing was missed.
    let firstDay = context.clock.day(of: context.registry[place].installedAt)
    return min(days, grid.firstDay + last - firstDay + 1) >= rules.stuckDays
  }

  /// The row of the registry that holds when a day ends, or the last one before.
  private func registryRow(on day: Int) -> Int {
    let end = grid.start(ofDay: day + 1)
    return segment.rows.last { context.registry[$0].installedAt < end } ?? segment.rows.lowerBound
  }

  private func isDue(_ day: Int, _ point: ServicePoint) -> Bool {
    context.schedule.day(of: point.cycle) == day
      && point.removedAt.map { $0 >= grid.start(ofDay: day + 1) } ?? true
  }

  // MARK: - Read windows

  /// The best value that a read window has.
  ///
  /// - Parameters:
  ///   - due: the scheduled day.
  ///   - place: of the row of the registry that holds when that ends.
  private func valueOfWindow(around due: Int, _ place: Int) -> DayValue {
    let window = context.schedule.window(around: due)
    let billed = billedTogether(place)
    var entered: DayValue?
    if window.lowerBound < 0 {
      let start = max(billed.from + 1, grid.start(ofDay: window.lowerBound))
      if let at = carried.receivedAt, at >= start { return .actual }
      // The state does not tell who entered it, and nobody asks.
      if let at = carried.readAt, at >= start { entered = .customer }
    }
    for day in max(window.lowerBound, days.lowerBound)...min(window.upperBound, days.upperBound - 1)
    {
      guard let (value, at) = goodValue(day), at > billed.from, at < billed.to else { continue }
      if value == .actual { return value }
      entered = entered ?? value
    }
    return entered ?? grid.value(due, row)
  }

  /// The time in which reads are billed with those of a row: that of rows around it that only differ
  /// in how often the endpoint is read.
  private func billedTogether(_ place: Int) -> (from: UTCMilliseconds, to: UTCMilliseconds) {
    let registry = context.registry
    var (first, last) = (place, place)
    while first > segment.rows.lowerBound, registry[first - 1].isBilledLike(registry[first]) {
      first -= 1
    }
    while last + 1 < segment.rows.upperBound, registry[last].isBilledLike(registry[last + 1]) {
      last += 1
    }
    return (registry[first].installedAt, registry[last].removedAt ?? .max)
  }

  /// The value of a day that is no estimate, and when it was read.
  private func goodValue(_ day: Int) -> (DayValue, UTCMilliseconds)? {
    let entry = context.entries.entry(day: day, row: row)
    if day < context.dayCount {
      let value = grid.value(day, row)
      switch value {
      case .actual: return (value, grid.stamp(day, row))
      case .customer, .verified: return entry.map { (value, $0.stamp) }
      case .none, .missing, .betweenReads, .byHistory, .byClassAverage: return nil
      }
    }
    // Behind the month, as the walk along the next one will find it.
    if let read = nextGood(day) {
      return (entry?.quality == .verified ? .verified : .actual, read.at)
    }
    guard let entry, entry.quality == .customer,
      case .good = track.judge((Int64(entry.register), entry.stamp))
    else { return nil }
    return (.customer, entry.stamp)
  }
}

extension ServicePoint {
  fileprivate func isBilledLike(_ next: ServicePoint) -> Bool {
    accountID == next.accountID && servicePointID == next.servicePointID && cycle == next.cycle
  }
}

extension ReadCounts {
  fileprivate mutating func add(_ value: DayValue) {
    switch value {
    case .none: return
    case .missing: break
    case .actual: actual += 1
    case .customer, .verified: entered += 1
    case .betweenReads, .byHistory, .byClassAverage: estimated += 1
    }
    expected += 1
  }
}
