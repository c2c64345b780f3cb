import TestSupport
import Testing

@testable import HeadEnd

@Suite("Sequence set")
struct SequenceSetTests {
  @Test(
    "holds what a set holds, in as few runs as there are", arguments: 1...20 as ClosedRange<UInt64>)
  func set(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var numbers: Set<UInt64> = []
    var sequences = SequenceSet()
    let range: ClosedRange<UInt64> = seed % 2 == 0 ? 0...60 : UInt64.max - 60...UInt64.max
    for _ in 0..<80 {
      let number = UInt64.random(in: range, using: &random)
      #expect(sequences.contains(number) == numbers.contains(number), "seed \(seed)")
      numbers.insert(number)
      sequences.insert(number)
    }
    #expect(range.allSatisfy { sequences.contains($0) == numbers.contains($0) }, "seed \(seed)")
    let starts = numbers.filter { $0 == 0 || !numbers.contains($0 - 1) }.sorted()
    #expect(sequences.runs.map(\.lowerBound) == starts, "seed \(seed)")
  }
}
