import Testing

@testable import Metering

@Suite("Daylight saving")
struct DaylightSavingTests {
  private let clock = LocalClock(utcOffsetMinutes: -300)

  @Test(
    "begins and ends at 02:00 civil time on the Sundays of the law",
    arguments: [
      (1986, (4, 27), (10, 26)), (1987, (4, 5), (10, 25)), (1996, (4, 7), (10, 27)),
      (1998, (4, 5), (10, 25)), (2006, (4, 2), (10, 29)), (2007, (3, 11), (11, 4)),
      (2010, (3, 14), (11, 7)), (2026, (3, 8), (11, 1)),
    ])
  func changes(year: Int, first: (Int, Int), last: (Int, Int)) {
    let start = clock.startOfDay(CivilDay(year: year, month: first.0, day: first.1)) + 7_200_000
    let end = clock.startOfDay(CivilDay(year: year, month: last.0, day: last.1)) + 3_600_000
    #expect(DaylightSaving.us.minutes(at: start - 1, clock) == 0)
    #expect(DaylightSaving.us.minutes(at: start, clock) == 60)
    #expect(DaylightSaving.us.minutes(at: end - 1, clock) == 60)
    #expect(DaylightSaving.us.minutes(at: end, clock) == 0)
    for instant in [start, end - 1] {
      #expect(DaylightSaving.none.minutes(at: instant, clock) == 0)
    }
  }

  @Test("two Sundays in every year of a century, and the New Year is never among them")
  func everyYear() {
    for year in 1970...2099 {
      let (start, end) = DaylightSaving.summer(year, clock)
      let days = [start, end].map { clock.day(of: $0) }
      #expect(days.allSatisfy { $0.weekday == 6 && $0.year == year })
      #expect(
        (start - clock.startOfDay(days[0]), end - clock.startOfDay(days[1]))
          == (7_200_000, 3_600_000))
      #expect((180...240).contains(days[1] - days[0]))
      #expect(
        DaylightSaving.us.minutes(
          at: clock.startOfDay(CivilDay(year: year, month: 1, day: 1)), clock) == 0)
    }
  }
}
