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

  @Test("every cycle's reads are those of the plain search", arguments: [1, 2, 3] as [UInt64])
  func oracle(seed: UInt64) throws {
    let days = CivilDay(year: 1998, month: 5, day: 27).number...10_410
    let territory = try RandomTerritory(seed: seed, meters: 600, days: days)
    let run = try juneRun()
    let reads = try MemoryReads(territory.reads)
    var found = 0
    for cycle in BillingCycle.allCases {
      let window = run.window(of: cycle)
      var meters = CycleMeters(scheduled: window.scheduled, clock: clock)
      for (row, point) in territory.registry.enumerated() where point.cycle == cycle {
        meters.add(point, row: row)
      }
      var selection = ReadSelection(meters: meters)
      for day in window.daysByPreference {
        if let columns = reads.days[day] { selection.offer(columns) }
      }
      let expected = oracleLines(territory, cycle: cycle, window: window)
      #expect(
        meters.endpointIDs == expected.map(\.0.endpoint.rawValue), "\(cycle) seed \(seed)")
      #expect(
        selection.reads
          == expected.map { line in
            line.1.map { RegisterRead(count: $0.count, at: $0.at) }
          }, "\(cycle) seed \(seed)")
      #expect(selection.isComplete == expected.allSatisfy { $0.1 != nil })
      found += selection.reads.count { $0 != nil }
    }
    #expect(found > 300, "the territory gives most meters a read, seed \(seed)")
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
        + "2 qualities; expected one of each a read")
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
