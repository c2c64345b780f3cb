import Metering
import TestSupport
import Testing

@Suite("Civil days")
struct CivilDayTests {
  /// Prints number, ISO date, weekday and day of the year of every day of 1900 … 2200.
  private static let calendar = """
    import datetime
    epoch = datetime.date(1970, 1, 1)
    day = datetime.date(1900, 1, 1)
    while day.year <= 2200:
        print((day - epoch).days, day.isoformat(), day.weekday(), day.timetuple().tm_yday)
        day += datetime.timedelta(1)
    """

  @Test(
    "agrees with Python's calendar on every day of three centuries",
    .enabled(if: Witness.shouldRun("datetime"), "needs python3"))
  func python() throws {
    let result = try Witness.run(Self.calendar)
    #expect(result.exitCode == 0, "\(result.errorText)")
    var lines = 0
    for line in result.outputText.split(separator: "\n") {
      let fields = line.split(separator: " ")
      let day = CivilDay(number: try #require(Int(fields[0])))
      let ours = "\(day.number) \(day) \(day.weekday) \(day.dayOfYear)"
      let (year, month, dayOfMonth) = day.date
      guard ours == line, CivilDay(iso: String(fields[1])) == day,
        CivilDay(year: year, month: month, day: dayOfMonth) == day,
        CivilDay(year: year, month: month, dayOfMonth: dayOfMonth) == day,
        day.monthName == fields[1].prefix(7), day.isWeekend == (day.weekday > 4)
      else {
        Issue.record("\(line): \(ours)")
        return
      }
      lines += 1
    }
    #expect(lines == 301 * 365 + 73)
  }

  @Test("days that the project speaks of")
  func knownDays() {
    let delivery = CivilDay(year: 1998, month: 6, day: 30)
    #expect(delivery.number == 10_407 && delivery.weekday == 1 && delivery.dayOfYear == 181)
    #expect(CivilDay(number: 0).description == "1970-01-01")
    #expect(CivilDay(number: -1).description == "1969-12-31")
    #expect(CivilDay(year: 2000, month: 2, day: 29).description == "2000-02-29")
    #expect(CivilDay(year: 1900, month: 2, day: 28) + 1 == CivilDay(year: 1900, month: 3, day: 1))
    #expect(delivery - 181 == CivilDay(year: 1997, month: 12, day: 31))
    #expect(delivery - CivilDay(year: 1998, month: 6, day: 1) == 29)
  }

  @Test("number and date are inverse over thousands of years, also before year 1")
  func inverse() {
    var last = CivilDay(number: -1_000_001).date
    for number in -1_000_000...1_000_000 {
      let date = CivilDay(number: number).date
      let follows =
        date == (last.year, last.month, last.day + 1) || date == (last.year, last.month + 1, 1)
        || date == (last.year + 1, 1, 1) && last.month == 12 && last.day == 31
      if !follows || CivilDay(year: date.year, month: date.month, day: date.day).number != number {
        Issue.record("\(number): \(last) then \(date)")
        return
      }
      last = date
    }
  }

  @Test(
    "refuses dates that no calendar has",
    arguments: [
      "", "1998", "1998-06", "1998-6-30", "98-06-30", "1998-06-31", "1998-02-29", "1900-02-29",
      "1998-00-10", "1998-13-01", "1998-01-00", "1998-01-32", "0000-01-01", "1998/06/30",
      "1998-06-30 ", " 1998-06-30", "1998-06-30Z", "+998-06-30", "-998-06-30", "1998-06--3",
      "1998-06-3a", "١٩٩٨-06-30", "19980630", "1998-06-30-", "--", "1998-0b-30",
    ])
  func refusals(text: String) {
    #expect(CivilDay(iso: text) == nil)
  }

  @Test("accepts the first and last dates of four digits")
  func extremes() {
    #expect(CivilDay(iso: "0001-01-01")?.description == "0001-01-01")
    #expect(CivilDay(iso: "9999-12-31")?.description == "9999-12-31")
    #expect(CivilDay(iso: "2000-02-29")?.number == 11_016)
    #expect(CivilDay(year: 10_000, month: 1, dayOfMonth: 1) == nil)
    #expect(CivilDay(year: 1998, month: 1, dayOfMonth: Int.min) == nil)
    #expect(CivilDay(year: Int.max, month: 1, dayOfMonth: 1) == nil)
  }
}
