/// Finds an endpoint's row in the registry by its ID.
///
/// IDs of one utility mostly lie close together, so that a table over their range answers with
/// one load. Where they are too sparse for that a binary search does.
struct EndpointIndex: Sendable {
  /// A table may be at most this many times as long as the registry.
  private static let sparsenessMax = 16

  /// Strictly ascending.
  let ids: [UInt32]
  private let base: UInt32
  /// Row of ID `base + offset`, or −1.
  private let table: [Int32]

  init(_ ids: [UInt32]) {
    self.ids = ids
    base = ids.first ?? 0
    let range = ids.isEmpty ? 0 : Int(ids.last! - base) + 1
    guard range <= ids.count * Self.sparsenessMax else {
      table = []
      return
    }
    var table = [Int32](repeating: -1, count: range)
    for (row, id) in ids.enumerated() { table[Int(id - base)] = Int32(row) }
    self.table = table
  }

  /// The row of an endpoint, or nil when the registry does not know it.
  @inline(__always)
  func row(of id: UInt32) -> Int? {
    if !table.isEmpty {
      let offset = Int(id) - Int(base)
      guard offset >= 0, offset < table.count, table[offset] >= 0 else { return nil }
      return Int(table[offset])
    }
    return search(id)
  }

  private func search(_ id: UInt32) -> Int? {
    var low = 0
    var high = ids.count
    while low < high {
      let middle = (low + high) / 2
      if ids[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low < ids.count && ids[low] == id ? low : nil
  }
}
