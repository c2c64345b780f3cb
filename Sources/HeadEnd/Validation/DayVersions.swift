import Metering

/// The versions that a day of `reads` must gain so that its current rows say what validation made
/// of it.
///
/// Only differences are written: the same validation again writes nothing.
struct DayVersions {
  private let month: ValidatedMonth
  private let day: Int
  private let endpoints: [UInt32]
  private(set) var rows = ReadRows()

  /// - Parameter use: of the day.
  init(_ month: ValidatedMonth, day: Int, _ use: DayUse, endpoints: [UInt32]) {
    self.month = month
    self.day = day
    self.endpoints = endpoints
    let others = month.loads[day].others
    let rejections = month.rejections[day]
    var other = 0
    var rejection = 0
    for row in endpoints.indices {
      // All three are in ascending order of endpoint.
      let endpoint = endpoints[row]
      while other < others.count, others.endpoints[other] < endpoint { other += 1 }
      let firstOther = other
      while other < others.count, others.endpoints[other] == endpoint { other += 1 }
      var rejected: Rejection?
      while rejection < rejections.count, rejections[rejection].row == row {
        rejected = rejections[rejection]
        rejection += 1
      }
      let value = use.values[row]
      if firstOther == other && rejected == nil && !value.isEstimated { continue }
      let countsAsItself = use.counted[row] == value
      // An estimate that counts as something else lies between monthly reads.
      let isStored = countsAsItself || !value.isEstimated
      if firstOther == other && rejected == nil && !isStored { continue }
      add(
        row, isStored ? value : .none, rejected, known: others.reads[firstOther..<other],
        withdrawal: countsAsItself ? .afterRemoval : .notDue)
    }
  }

  /// - Parameters:
  ///   - known: versions that are stored, ascending; without the first one where that is a reception.
  ///   - withdrawal: why a day has no value any more that had one.
  private mutating func add(
    _ row: Int, _ value: DayValue, _ rejected: Rejection?, known: ArraySlice<StoredRead>,
    withdrawal: ReadReason
  ) {
    let current = known.last
    let hasReception = value == .actual || rejected != nil
    var version = current?.version ?? (hasReception ? 1 : 0)
    func append(_ read: StoredRead) { rows.append(endpoint: endpoints[row], read) }
    func next(
      _ quality: Quality, _ reason: ReadReason, register: Int64, stamp: UTCMilliseconds
    ) -> StoredRead {
      version += 1
      return StoredRead(
        stamp: stamp, register: UInt32(truncatingIfNeeded: register), version: version,
        quality: quality, source: .vee, reason: reason)
    }
    if let wanted = wanted(row, value, known) {
      if let current, wanted.isSaid(by: current) { return }
      if current == nil && value == .actual { return }
      if let rejected, !known.contains(where: { rejected.isSaid(by: $0) }) {
        append(
          next(
            .rejected, rejected.reason, register: Int64(rejected.register), stamp: rejected.at))
      }
      append(
        next(wanted.quality, wanted.reason, register: wanted.register, stamp: wanted.stamp))
    } else if let rejected {
      if let current, rejected.isSaid(by: current) { return }
      append(
        next(.rejected, rejected.reason, register: Int64(rejected.register), stamp: rejected.at))
    } else if let current, current.source == .vee, current.quality != .missing {
      // The meter is not in service on this day after all, or the day needs no estimate.
      append(
        next(.missing, withdrawal, register: Int64(current.register), stamp: current.stamp))
    }
  }

  /// What the current row must say.
  private struct Wanted {
    let quality: Quality
    let reason: ReadReason
    let register: Int64
    let stamp: UTCMilliseconds

    func isSaid(by read: StoredRead) -> Bool {
      guard read.quality == quality, Int64(read.register) == register else { return false }
      return quality != .estimated || read.reason == reason
    }
  }

  private func wanted(_ row: Int, _ value: DayValue, _ known: ArraySlice<StoredRead>) -> Wanted? {
    let stamp: UTCMilliseconds
    switch value {
    case .none, .missing: return nil
    case .actual: stamp = month.grid.stamp(day, row)
    case .customer, .verified:
      stamp = known.last { $0.source == .person }?.stamp ?? month.grid.end(ofDay: day)
    case .betweenReads, .byHistory, .byClassAverage: stamp = month.grid.end(ofDay: day)
    }
    return Wanted(
      quality: value.quality, reason: value.reason ?? .restored,
      register: month.grid.register(day, row) ?? 0, stamp: stamp)
  }
}

extension Rejection {
  fileprivate func isSaid(by read: StoredRead) -> Bool {
    read.quality == .rejected && read.reason == reason && read.register == register
  }
}
