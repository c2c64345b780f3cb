/// The winners of one slot so far, addressed by the endpoint's row in the registry.
struct SlotTable: Sendable {
  private(set) var reads: [ReceivedRead]
  /// Whether anything changed since the slot was last stored.
  var isChanged = false

  init(endpointCount: Int) {
    reads = [ReceivedRead](repeating: .none, count: endpointCount)
  }

  /// Lets a reception compete for its endpoint's read.
  @inline(__always)
  mutating func offer(_ read: ReceivedRead, row: Int) {
    guard reads[row] < read else { return }
    reads[row] = read
    isChanged = true
  }

  /// Whether the endpoint of a row has a read.
  func hasRead(row: Int) -> Bool { !reads[row].isNone }
}
