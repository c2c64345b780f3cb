import TestSupport
import Testing

@testable import HeadEnd

@Suite("Order of endpoints by their registers")
struct RegisterChainTests {
  private static func links(_ count: Int, below limit: UInt32, seed: UInt64) -> [RegisterChain.Link]
  {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      let first = UInt32.random(in: 0..<limit, using: &random)
      let daily = UInt32.random(in: 0..<40, using: &random)
      return RegisterChain.Link(
        first: first, last: (first + 30 * daily) % limit, meanIncrease: Double(daily))
    }
  }

  /// The rule without the tree: the least use within the window, which doubles until it has any.
  private static func plain(_ links: [RegisterChain.Link]) -> [Int] {
    var left = Set(links.indices)
    let circle = Int(links.map(\.first).max()!) + 1
    var (start, length) = (0, circle)
    var order: [Int] = []
    while !left.isEmpty {
      var found: [Int] = []
      while true {
        found = left.filter { (Int(links[$0].first) - start + circle) % circle < length }
        if !found.isEmpty { break }
        length *= 2
      }
      let next = found.min { (links[$0].meanIncrease, $0) < (links[$1].meanIncrease, $1) }!
      order.append(next)
      left.remove(next)
      start = min(Int(links[next].last), circle)
      let mean = links[next].meanIncrease
      length = max(min(max(Int(16 * mean), 16), 255), Int(mean / 2) + 1)
    }
    return order
  }

  @Test(
    "as by the rule, looked up one by one",
    arguments: [1, 2, 3, 50, 400], [50, 1000, 100_000] as [UInt32])
  func rule(count: Int, limit: UInt32) {
    for seed in 1...6 as ClosedRange<UInt64> {
      let links = Self.links(count, below: limit, seed: seed)
      let order = RegisterChain.order(links)
      #expect(order.sorted() == Array(links.indices), "seed \(seed)")
      #expect(order == Self.plain(links), "seed \(seed)")
    }
    #expect(RegisterChain.order([]) == [])
  }

  @Test("steps from one endpoint to the next are mostly small")
  func smallSteps() {
    let links = Self.links(20_000, below: 100_000, seed: 9)
    let order = RegisterChain.order(links)
    let steps = zip(order, order.dropFirst()).map {
      Int(links[$1].first) - Int(links[$0].last)
    }
    #expect(steps.count { (0...255).contains($0) } > 18_000)
  }
}
