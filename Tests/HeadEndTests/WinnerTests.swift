import ERTProtocol
import Metering
import TestSupport
import Testing

@testable import HeadEnd

@Suite("Winner")
struct WinnerTests {
  private static let start: UTCMilliseconds = 899_000_000_000

  /// Valid receptions of one endpoint in one slot, alike in much, so that ties are frequent.
  private static func reads(seed: UInt64, count: Int) -> [ReceivedRead] {
    var random = SplitMix64(seed: seed)
    func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random)! }
    let id = UInt32.random(in: 1..<1 << 26, using: &random)
    return (0..<count).map { _ in
      let message = StandardConsumptionMessage(
        endpointID: id, ertType: pick([0, 7, 15]), consumption: pick([0, 1, 4711, 0xFF_FFFF]),
        physicalTamper: pick([0, 1, 3]), encoderTamper: pick([0, 2, 3]),
        reserved: pick([false, true]))
      return ReceivedRead(
        stamp: start + pick([0, 1, 43_200_000, millisecondsPerDay - 1]),
        frame: SCMFrame(message), collector: pick([0, 1, 15, 16, 4711, .max]),
        rssiDbm: pick([-128, -90, -1, 0, 127]))
    }
  }

  @Test(
    "comes back whole, and compares as the receptions do", arguments: 1...5 as ClosedRange<UInt64>)
  func order(seed: UInt64) {
    let reads = Self.reads(seed: seed, count: 200)
    let winners = reads.map { Winner($0, slotStart: Self.start) }
    for (read, winner) in zip(reads, winners) {
      #expect(Winner.none < winner && !winner.isNone)
      #expect(
        winner.read(endpoint: read.frame.endpointID, slotStart: Self.start) == read,
        "seed \(seed)")
    }
    for (one, left) in reads.enumerated() {
      for (other, right) in reads.enumerated() {
        #expect(
          (winners[one] < winners[other]) == (left < right), "seed \(seed): \(left), \(right)")
      }
    }
    #expect(Winner.none.isNone)
  }
}
