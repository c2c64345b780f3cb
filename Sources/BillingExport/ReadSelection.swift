import Metering
import VEE

/// What the dials showed, and when.
public struct RegisterRead: Hashable, Sendable {
  /// Dial counts.
  public var count: Int64
  public var at: UTCMilliseconds

  public init(count: Int64, at: UTCMilliseconds) {
    self.count = count
    self.at = at
  }

  var point: RegisterPoint { (count, at) }
}

/// A read that can be billed.
struct BillableRead: Hashable, Sendable {
  let read: RegisterRead
  /// `verified`, `actual`, `customer` or `estimated`.
  let quality: Quality
  /// Of an estimate.
  let method: EstimateMethod?
}

/// Chooses the read that each meter is billed from: of the reads in the window, taken after the
/// last billed one and while the meter was there, one of the most preferred quality, of these the
/// nearest to the scheduled date, of two equally near ones the earlier.
///
/// That is the rule of `VEERules.readIndex`, for many meters and day by day.
struct ReadSelection {
  /// The qualities that are billed, the most preferred first.
  static let preference = Quality.allCases.filter { ($0.preference ?? 0) > 0 }
    .sorted { ($0.preference ?? 0) > ($1.preference ?? 0) }

  /// One element per meter; nil where the window has no read for it.
  private(set) var reads: [BillableRead?]
  /// Meters without a read so far, ascending.
  private var pending: [Int]
  let meters: CycleMeters

  init(meters: CycleMeters) {
    self.meters = meters
    reads = Array(repeating: nil, count: meters.rows.count)
    pending = meters.rows.indices.filter { meters.takesReads($0) }
  }

  /// Whether every meter has its read, so that no further day needs to be looked at.
  var isComplete: Bool { pending.isEmpty }

  /// Takes the reads of a window's days.
  ///
  /// - Parameter days: in order of preference.
  mutating func choose(from days: [DayOfReads]) {
    for quality in Self.preference {
      for day in days where !isComplete && day.qualitiesPresent.contains(quality) {
        offer(day, quality)
      }
    }
  }

  /// Gives the meters that have no read yet the one of this day, if it is of this quality.
  private mutating func offer(_ day: DayOfReads, _ quality: Quality) {
    var kept = 0
    var place = 0
    for meter in pending {
      let wanted = meters.endpointIDs[meter]
      place = firstIndex(in: day.endpointIDs, from: place, notBelow: wanted)
      if place < day.endpointIDs.count, day.endpointIDs[place] == wanted,
        day.qualities[place] == quality, day.readAt[place] > meters.after[meter],
        day.readAt[place] < meters.before[meter]
      {
        reads[meter] = BillableRead(
          read: RegisterRead(count: day.registers[place], at: day.readAt[place]),
          quality: quality, method: quality == .estimated ? day.methods[place] : nil)
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
