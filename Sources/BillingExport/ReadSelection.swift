import Metering

/// What the dials showed, and when.
public struct RegisterRead: Hashable, Sendable {
  /// Dial counts.
  public var count: Int64
  public var at: UTCMilliseconds

  public init(count: Int64, at: UTCMilliseconds) {
    self.count = count
    self.at = at
  }
}

/// The meters billed in one cycle, in columns and in order of endpoint.
struct CycleMeters {
  /// Places in the registry.
  private(set) var rows: [Int] = []
  private(set) var endpointIDs: [UInt32] = []
  private(set) var lastBilledAt: [UTCMilliseconds] = []
  private let scheduled: CivilDay
  private let clock: LocalClock

  /// - Parameter scheduled: the date on which the cycle is due to be read.
  init(scheduled: CivilDay, clock: LocalClock) {
    self.scheduled = scheduled
    self.clock = clock
  }

  /// Adds a meter if it is in service on the scheduled date: installed by then and not yet
  /// removed.
  mutating func add(_ point: ServicePoint, row: Int) {
    guard clock.day(of: point.installedAt) <= scheduled else { return }
    if let removed = point.removedAt, clock.day(of: removed - 1) <= scheduled { return }
    rows.append(row)
    endpointIDs.append(point.endpoint.rawValue)
    lastBilledAt.append(point.lastBilledAt)
  }
}

/// Chooses the read that each meter is billed from: of the actual reads in the window, taken
/// after the last billed one, the nearest to the scheduled date, of two equally near ones the
/// earlier.
struct ReadSelection {
  /// One element per meter; nil where the window has no read for it.
  private(set) var reads: [RegisterRead?]
  /// Meters without a read so far, ascending.
  private var pending: [Int]
  let meters: CycleMeters

  init(meters: CycleMeters) {
    self.meters = meters
    reads = Array(repeating: nil, count: meters.rows.count)
    pending = Array(meters.rows.indices)
  }

  /// Whether every meter has its read, so that no further day needs to be looked at.
  var isComplete: Bool { pending.isEmpty }

  /// Gives the meters that have no read yet the one of this day. Days are offered in order of
  /// preference.
  mutating func offer(_ day: DayOfReads) {
    var kept = 0
    var place = 0
    for meter in pending {
      let wanted = meters.endpointIDs[meter]
      place = firstIndex(in: day.endpointIDs, from: place, notBelow: wanted)
      if place < day.endpointIDs.count, day.endpointIDs[place] == wanted,
        case .actual = day.qualities[place], day.readAt[place] > meters.lastBilledAt[meter]
      {
        reads[meter] = RegisterRead(count: day.registers[place], at: day.readAt[place])
      } else {
        pending[kept] = meter
        kept += 1
      }
    }
    pending.removeLast(pending.count - kept)
  }
}

/// The first place at or after `start` whose value is at least `wanted`, in an ascending column.
///
/// Doubling steps, then halving ones: the cost grows with the logarithm of the distance, which is
/// about the number of cycles, not with the length of the column.
func firstIndex(in column: [UInt32], from start: Int, notBelow wanted: UInt32) -> Int {
  var low = start
  var step = 1
  while low + step <= column.count, column[low + step - 1] < wanted {
    low += step
    step *= 2
  }
  var high = min(low + step - 1, column.count)
  while low < high {
    let middle = (low + high) / 2
    if column[middle] < wanted { low = middle + 1 } else { high = middle }
  }
  return low
}
