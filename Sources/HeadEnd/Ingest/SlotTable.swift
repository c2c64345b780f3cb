import Glibc
import Metering

/// The winners of one slot so far, addressed by the endpoint's row in the registry.
///
/// Its memory is the system's zeroed pages, 16 bytes for each endpoint, which take room only once
/// they are written to: an upload that names a strange day costs little.
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
  private let winners: UnsafeMutablePointer<Winner>
  private let byteCount: Int

  init(start: UTCMilliseconds, endpointCount: Int) {
    self.start = start
    self.endpointCount = endpointCount
    byteCount = max(endpointCount, 1) * MemoryLayout<Winner>.stride
    // The value of no reception is all zero bits. Not from the heap, which keeps what was used once.
    let memory = mmap(
      nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else {
      fatalError("out of memory for a slot of \(endpointCount) endpoints")
    }
    Self.adviseHugePages(memory, byteCount)
    winners = memory.bindMemory(to: Winner.self, capacity: max(endpointCount, 1))
  }

  deinit { munmap(winners, byteCount) }

  /// Lets the system give memory in pages of 2 MiB where so much is needed: a slot of a large
  /// utility is written from end to end, and taking it 4 KiB at a time takes a tenth of an ingest.
  private static func adviseHugePages(_ memory: UnsafeMutableRawPointer, _ byteCount: Int) {
    let pageByteCount = 2 << 20
    let first = memory.alignedUp(toMultipleOf: pageByteCount)
    let length = (byteCount - (first - memory)) / pageByteCount * pageByteCount
    if length > 0 { madvise(first, length, MADV_HUGEPAGE) }
  }

  subscript(row: Int) -> Winner {
    precondition(row >= 0 && row < endpointCount)
    return winners[row]
  }

  /// Lets receptions compete for their endpoints' reads.
  ///
  /// - Parameter body: is given a function that offers one reception for a row of the registry.
  @inline(__always)
  func offer<Result>(_ body: ((_ winner: Winner, _ row: Int) -> Void) -> Result) -> Result {
    let winners = winners
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
