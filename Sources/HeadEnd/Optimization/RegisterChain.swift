/// An order of endpoints in which the registers of a month are cheap to write one after another: each
/// endpoint's first register lies a little above the last one of the endpoint before, and those with
/// small use come first where there is a choice. So nearly all differences are small, and as neighbours
/// use about as much, deflate meets the same ones again.
struct RegisterChain {
  /// What one endpoint's registers do in a month, in counts.
  struct Link: Sendable {
    var first: UInt32
    var last: UInt32
    /// From one row to the next.
    var meanIncrease: Double
  }

  /// How far above the last register the next endpoint is looked for. An increase of up to 255 is a byte
  /// as those within an endpoint are.
  private static func window(_ meanIncrease: Double) -> Int {
    max(min(max(Int(16 * meanIncrease), 16), 255), Int(meanIncrease / 2) + 1)
  }

  /// The order: places in `links`, each once.
  ///
  /// Costs of the order of n log n: a tournament tree over the registers in order answers which endpoint
  /// within a window uses least.
  static func order(_ links: [Link]) -> [Int] {
    guard let greatest = links.map(\.first).max() else { return [] }
    let byFirst = links.indices.sorted { (links[$0].first, $0) < (links[$1].first, $1) }
    let byUse = links.indices.sorted {
      (links[$0].meanIncrease, $0) < (links[$1].meanIncrease, $1)
    }
    var rank = [Int](repeating: 0, count: links.count)
    for (place, link) in byUse.enumerated() { rank[link] = place }
    var leaf = [Int](repeating: 0, count: links.count)
    for (place, link) in byFirst.enumerated() { leaf[link] = place }
    let firsts = byFirst.map { links[$0].first }
    var tree = LeastRanks(byFirst.map { rank[$0] })

    let circle = Int(greatest) + 1
    func least(from start: Int, length: Int) -> Int? {
      func leaves(_ range: Range<Int>) -> Range<Int> {
        func place(_ value: Int) -> Int {
          value > Int(greatest)
            ? firsts.count : firsts.partitioningIndex(from: 0) { Int($0) >= value }
        }
        return place(range.lowerBound)..<place(range.upperBound)
      }
      let end = start + length
      let above = tree.least(in: leaves(start..<max(start, min(end, circle))))
      // Past the greatest register the lowest ones follow, as on a dial.
      let below = end > circle ? tree.least(in: leaves(0..<min(end - circle, start))) : nil
      switch (above, below) {
      case (let one?, let other?): return min(one, other)
      case (let one, let other): return one ?? other
      }
    }

    var order: [Int] = []
    order.reserveCapacity(links.count)
    var start = 0
    var length = circle
    while order.count < links.count {
      var found = least(from: start, length: min(length, circle))
      while found == nil {
        length *= 2
        found = least(from: start, length: min(length, circle))
      }
      let link = byUse[found!]
      order.append(link)
      tree.remove(leaf[link])
      // Above the greatest first register only the lowest ones are left.
      start = min(Int(links[link].last), circle)
      length = window(links[link].meanIncrease)
    }
    return order
  }
}

/// Ranks in a row of leaves, of which the least within a range is told and any can be removed.
private struct LeastRanks {
  private static let removed = Int.max
  /// The first half are the nodes, 1 the root, and the second half the leaves.
  private var nodes: [Int]
  private var leafCount: Int { nodes.count / 2 }

  init(_ ranks: [Int]) {
    nodes = [Int](repeating: Self.removed, count: ranks.count) + ranks
    for node in stride(from: ranks.count - 1, to: 0, by: -1) { update(node) }
  }

  private mutating func update(_ node: Int) {
    nodes[node] = min(nodes[2 * node], nodes[2 * node + 1])
  }

  mutating func remove(_ leaf: Int) {
    var node = leafCount + leaf
    nodes[node] = Self.removed
    while node > 1 {
      node /= 2
      update(node)
    }
  }

  /// Nil where all are removed.
  func least(in leaves: Range<Int>) -> Int? {
    var (low, high) = (leaves.lowerBound + leafCount, leaves.upperBound + leafCount)
    var least = Self.removed
    while low < high {
      if low & 1 == 1 {
        least = min(least, nodes[low])
        low += 1
      }
      if high & 1 == 1 {
        high -= 1
        least = min(least, nodes[high])
      }
      low /= 2
      high /= 2
    }
    return least == Self.removed ? nil : least
  }
}
