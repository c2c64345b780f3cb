import CSV
import Metering
import TestSupport
import Testing

@testable import HeadEnd

@Suite("Laws of the registry")
struct RegistryLawTests {
  @Test(
    "the rows in conflict are those of all pairs compared",
    arguments: 1...300 as ClosedRange<UInt64>)
  func allPairs(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let rows = RegistryFixture.randomRows(
      count: .random(in: 1...40, using: &random), using: &random)
    let ordered = Registry.order(of: rows).map { rows[Int($0)] }
    #expect(Registry.isOrdered(ordered), "seed \(seed)")
    let found = RegistryLaws.conflicts(in: ordered)
    let expected = RegistryFixture.conflictsOfAllPairs(ordered)
    #expect(found.map(\.row) == expected.keys.sorted(), "seed \(seed)")
    for conflict in found {
      #expect(expected[conflict.row] == conflict.law, "seed \(seed)")
      #expect(
        RegistryFixture.breaks(
          conflict.law, ordered[conflict.row], ordered[conflict.other],
          areNeighbours: abs(conflict.row - conflict.other) == 1), "seed \(seed)")
    }
    if expected.isEmpty {
      #expect(try Registry(rows).rows == ordered, "seed \(seed)")
    } else {
      #expect(throws: HeadEndError.self, "seed \(seed)") { try Registry(rows) }
    }
  }

  @Test(
    "a file gives the endpoints of which no row is in conflict, whole",
    arguments: 1...300 as ClosedRange<UInt64>)
  func filesOfRandomRows(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let rows = RegistryFixture.randomRows(
      count: .random(in: 1...25, using: &random), using: &random)
    let ordered = Registry.order(of: rows).map { rows[Int($0)] }
    let charged = Set(
      RegistryFixture.conflictsOfAllPairs(ordered).keys.map { ordered[$0].endpoint })
    let kept = ordered.filter { !charged.contains($0.endpoint) }
    do {
      let reading = try RegistryFile.decode(
        RegistryFixture.encoded(rows), source: "r", clock: Fixture.clock)
      #expect(reading.registry.rows == kept, "seed \(seed)")
      #expect(reading.lines.map { rows[Int($0) - 2] } == kept, "seed \(seed)")
      let refused = rows.indices.filter { charged.contains(rows[$0].endpoint) }
      #expect(reading.refused.map(\.line) == refused.map { $0 + 2 }, "seed \(seed)")
      #expect(reading.refused.map(\.endpoint) == refused.map { rows[$0].endpoint }, "seed \(seed)")
    } catch {
      #expect(kept.isEmpty, "seed \(seed): \(error)")
    }
  }

  @Test("an instant at which nothing holds is no row")
  func emptyRows() {
    var rows = Fixture.registry(3)
    rows[1].removedAt = rows[1].installedAt
    #expect(
      RegistryLaws.conflicts(in: rows) == [RegistryConflict(law: .order, row: 1, other: 1)])
    do {
      _ = try Registry(rows)
      Issue.record("a row without duration was accepted")
    } catch {
      #expect(
        error.description
          == "the registry: removed_on: endpoint 20000001 is removed no later than it is installed, "
          + "at 1998-05-30T05:00:00Z; expected a later instant, or nothing")
    }
  }

  @Test("very many rows that all overlap are found in a moment")
  func manyOverlaps() {
    var point = Fixture.registry(1)[0]
    point.removedAt = .max
    let rows = (0..<200_000).map { number in
      var next = point
      next.installedAt += Int64(number)
      return next
    }
    #expect(RegistryLaws.conflicts(in: rows).count == rows.count)
  }
}
