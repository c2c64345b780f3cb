import Metering
import SystemMemory

/// The winners of one slot so far, addressed by the endpoint's row in the registry.
///
/// Its memory is 16 bytes for each endpoint, which take room only once they are written to: an
/// upload that names a strange day costs little.
///
/// Unchecked: an intake changes a table only while no commit reads it on other threads.
final class SlotTable: @unchecked Sendable {
  /// 00:00 of the slot's day.
  let start: UTCMilliseconds
  let endpointCount: Int
  /// Whether anything changed since the slot was last stored.
  var isChanged = false
  /// Counts up with the uploads, to tell which slot has rested longest.
  var lastUse = 0
  // The value of no reception is all zero bits.
  private let memory: ZeroedMemory<Winner>

  init(start: UTCMilliseconds, endpointCount: Int) {
    self.start = start
    self.endpointCount = endpointCount
    memory = ZeroedMemory(count: endpointCount, for: "a slot of \(endpointCount) endpoints")
  }

  subscript(row: Int) -> Winner {
    precondition(row >= 0 && row < endpointCount)
    return memory.values[row]
  }

  /// Lets receptions compete for their endpoints' reads.
  ///
  /// - Parameter body: is given a function that offers one reception for a row of the registry.
  @inline(__always)
  func offer<Result>(_ body: ((_ winner: Winner, _ row: Int) -> Void) -> Result) -> Result {
    let winners = memory.values
    let count = endpointCount
    var wins: UInt8 = 0
    let result = body { winner, row in
      precondition(row >= 0 && row < count)
      let known = winners[row]
      let isGreater = known < winner
      winners[row] = Winner.max(known, winner, rightWins: isGreater)
      wins |= isGreater ? 1 : 0
    }
    if wins != 0 { isChanged = true }
    return result
  }
}
