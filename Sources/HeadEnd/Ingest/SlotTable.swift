/// The winners of one slot so far, addressed by the endpoint's row in the registry.
struct SlotTable: Sendable {
  private(set) var reads: [ReceivedRead]
  private(set) var readCount = 0
  /// Whether anything changed since the slot was last stored.
  var isChanged = false

  init(endpointCount: Int) {
    reads = [ReceivedRead](repeating: .none, count: endpointCount)
  }

  /// Lets a reception compete for its endpoint's read; returns whether it won.
  @inline(__always)
  @discardableResult
  mutating func offer(_ read: ReceivedRead, row: Int) -> Bool {
    guard reads[row] < read else { return false }
    if reads[row].isNone { readCount += 1 }
    reads[row] = read
    isChanged = true
    return true
  }

  /// Whether the endpoint of a row has a read.
  func hasRead(row: Int) -> Bool { !reads[row].isNone }
}
