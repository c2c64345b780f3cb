import Metering
import TestSupport
import Testing

@testable import BillingExport

@Suite struct SelectionTests {
  @Test("days nearest to the scheduled date come first, the earlier of two before the later")
  func preference() {
    let day = CivilDay(year: 1998, month: 6, day: 10)
    let window = ReadWindow(scheduled: day, daysBefore: 3, daysAfter: 1)
    #expect(window.daysByPreference.map { $0 - day } == [0, -1, 1, -2, -3])
    let single = ReadWindow(scheduled: day, daysBefore: 0, daysAfter: 0)
    #expect(single.daysByPreference == [day])
    let ahead = ReadWindow(scheduled: day, daysBefore: 0, daysAfter: 2)
    #expect(ahead.daysByPreference.map { $0 - day } == [0, 1, 2])
  }

  @Test("the search by doubling steps finds what a plain one finds")
  func search() {
    var random = SplitMix64(seed: 11)
    for _ in 0..<2_000 {
      let length = Int.random(in: 0...70, using: &random)
      var column: [UInt32] = []
      var value: UInt32 = 0
      for _ in 0..<length {
        value += UInt32.random(in: 1...5, using: &random)
        column.append(value)
      }
      let start = Int.random(in: 0...length, using: &random)
      let wanted = UInt32.random(in: 0...value + 2, using: &random)
      let plain = column[start...].firstIndex { $0 >= wanted } ?? length
      #expect(
        firstIndex(in: column, from: start, notBelow: wanted) == plain,
        "\(wanted) in \(column) from \(start), seed 11")
    }
  }

  @Test(
    "every cycle's reads are those of the validation library's rule",
    arguments: [1, 2, 3] as [UInt64], [false, true])
  func oracle(seed: UInt64, mixesQualities: Bool) throws {
    let days = CivilDay(year: 1998, month: 5, day: 27).number...10_410
    let territory = try RandomTerritory(
      seed: seed, meters: 600, days: days, mixesQualities: mixesQualities)
    let run = try juneRun()
    let reads = try MemoryReads(territory.reads)
    var found: [Quality: Int] = [:]
    for cycle in BillingCycle.allCases {
      let window = run.window(of: cycle)
      var meters = CycleMeters(
        scheduled: window.scheduled, before: cycle.scheduledReadBefore(window.scheduled),
        clock: clock)
      let chains = try ServiceChains(territory.registry)
      for row in territory.registry.indices where territory.registry[row].cycle == cycle {
        meters.add(row, of: territory.registry, chains: chains)
      }
      meters.settle(territory.registry, chains, BillHistory())
      var selection = ReadSelection(meters: meters)
      selection.choose(from: window.daysByPreference.compactMap { reads.days[$0] })
      let expected = oracleLines(territory, cycle: cycle, window: window)
      #expect(
        meters.endpointIDs == expected.map(\.point.endpoint.rawValue), "\(cycle) seed \(seed)")
      #expect(selection.reads == expected.map(\.billable), "\(cycle) seed \(seed)")
      #expect(selection.isComplete == expected.allSatisfy { $0.read != nil || $0.isFinal })
      for read in selection.reads { if let read { found[read.quality, default: 0] += 1 } }
    }
    if mixesQualities {
      #expect(found.count == 4 && found.values.allSatisfy { $0 > 30 }, "\(found), seed \(seed)")
    }
    #expect(found.values.reduce(0, +) > 300, "the territory gives most meters a read, seed \(seed)")
  }

  @Test("columns that contradict each other are refused")
  func columns() {
    func problem(_ ids: [UInt32], _ counts: [Int64], _ at: [Int64]) -> String? {
      do throws(BillingError) {
        _ = try DayOfReads(
          endpointIDs: ids, registers: counts, readAt: at,
          qualities: ids.map { _ in .actual })
        return nil
      } catch {
        return error.description
      }
    }
    #expect(problem([1, 2], [0, 0], [0, 0]) == nil)
    #expect(
      problem([1, 2], [0], [0, 0])
        == "reads of a day: columns of different lengths: 2 endpoints, 1 registers, 2 instants, "
        + "2 qualities, 0 methods; expected one of each a read")
    #expect(
      problem([2, 2], [0, 0], [0, 0])
        == "reads of a day: row 1: endpoint 2 follows 2; expected each endpoint once, "
        + "in ascending order")
    #expect(
      problem([7], [0], [.max])
        == "reads of a day: row 0: endpoint 7 was read at 9223372036854775807 ms after 1970; "
        + "expected an instant of the years 1900 to 9999")
  }
}
