import Metering
import Testing

@testable import AMRSimulation

@Suite("Schedules of work")
struct WorkScheduleTests {
  private static func schedule(perDay: Double, spread: Double, seed: UInt64 = 1) -> WorkSchedule {
    WorkSchedule(
      seed: seed, .installation, from: CivilDay(year: 1996, month: 3, day: 2), perDay: perDay,
      spread: spread)
  }

  @Test("work is done from Monday to Friday, so many pieces a day")
  func plain() {
    // 2 March 1996 was a Saturday.
    let days = Self.schedule(perDay: 2.5, spread: 0).days(
      count: 13, limit: CivilDay(year: 1997, month: 1, day: 1))
    #expect(
      days.map(\.description) == [
        "1996-03-04", "1996-03-04", "1996-03-05", "1996-03-05", "1996-03-05", "1996-03-06",
        "1996-03-06", "1996-03-07", "1996-03-07", "1996-03-07", "1996-03-08", "1996-03-08",
        "1996-03-11",
      ])
  }

  @Test("what is not finished by the limit has the day after it")
  func limit() {
    let limit = CivilDay(year: 1996, month: 3, day: 5)
    let days = Self.schedule(perDay: 1, spread: 0).days(count: 4, limit: limit)
    #expect(days.map { $0 - limit } == [-1, 0, 1, 1])
  }

  @Test("productivity changes by the month, differs by seed, and has mean 1")
  func productivity() {
    let end = CivilDay(year: 2096, month: 1, day: 1)
    let days = Self.schedule(perDay: 100, spread: 0.4).days(count: 2_000_000, limit: end)
    #expect(zip(days, days.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(days.allSatisfy { !$0.isWeekend })
    let byDay = Dictionary(grouping: days, by: \.self).mapValues(\.count)
    let january = byDay.filter { $0.key.year == 1997 && $0.key.month == 1 }.values
    #expect(january.max()! - january.min()! <= 1, "one productivity in a month")
    // 2,000,000 pieces at 100 a working day are 20,000 working days, over 900 months: the mean of so
    // many log-normal factors is within 4 × 0.42 / 30 of 1.
    let worked = byDay.count
    #expect((Double(worked) / 20_000 - 1).magnitude < 0.06, "\(worked)")
    #expect(
      Self.schedule(perDay: 100, spread: 0.4, seed: 2).days(count: 1000, limit: end)
        != Array(days.prefix(1000)))
  }
}
