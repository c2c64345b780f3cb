import Metering
import Testing

@Suite("Billing cycles")
struct BillingCycleTests {
  @Test("there are 21 of them")
  func range() {
    #expect(BillingCycle.allCases.map(\.rawValue) == Array(1...21))
    for value in [Int.min, -1, 0, 22, Int.max] { #expect(BillingCycle(rawValue: value) == nil) }
  }

  @Test("cycle n is read on the n-th weekday of every month of two centuries")
  func schedule() {
    var short = 0
    for year in 1950...2150 {
      for month in 1...12 {
        let first = CivilDay(year: year, month: month, day: 1)
        let weekdays = (0..<31).map { first + $0 }.filter { $0.month == month && $0.weekday < 5 }
        let dates = BillingCycle.allCases.map { $0.scheduledRead(year: year, month: month) }
        let expected = (0..<21).map { weekdays[min($0, weekdays.count - 1)] }
        #expect(dates == expected, "\(first.monthName)")
        if weekdays.count < 21 {
          short += 1
          #expect(weekdays.count == 20 && dates[19] == dates[20], "\(first.monthName)")
        } else {
          #expect(Set(dates).count == 21, "\(first.monthName)")
        }
      }
    }
    #expect(short > 201, "every February of 28 days, and more")
  }

  @Test("months with only 20 weekdays: February, or one of 30 days that starts on a Saturday")
  func shortMonths() {
    let last = BillingCycle(rawValue: 21)!
    for (month, date) in [
      ((1998, 2), "1998-02-27"), ((2000, 2), "2000-02-29"), ((2002, 6), "2002-06-28"),
      ((1997, 11), "1997-11-28"), ((1998, 6), "1998-06-29"), ((1996, 2), "1996-02-29"),
    ] {
      #expect(last.scheduledRead(year: month.0, month: month.1).description == date)
    }
    #expect(
      BillingCycle(rawValue: 20)!.scheduledRead(year: 1998, month: 2).description == "1998-02-27")
    #expect(
      BillingCycle(rawValue: 1)!.scheduledRead(year: 1998, month: 8).description == "1998-08-03")
  }

  @Test("the date before a day is that of the month before, across the new year")
  func previous() {
    let first = BillingCycle(rawValue: 1)!
    #expect(
      first.scheduledReadBefore(CivilDay(year: 1998, month: 1, day: 31)).description == "1997-12-01"
    )
    #expect(
      first.scheduledReadBefore(CivilDay(year: 1998, month: 3, day: 1)).description == "1998-02-02")
    for number in 9000..<11_000 {
      let day = CivilDay(number: number)
      for cycle in [first, BillingCycle(rawValue: 21)!] {
        let before = cycle.scheduledReadBefore(day)
        let (year, month, _) = (CivilDay(year: day.year, month: day.month, day: 1) - 1).date
        #expect(before == cycle.scheduledRead(year: year, month: month))
      }
    }
  }

  @Test("between two reads of a cycle lie 26 to 35 days, but for the shortest months")
  func lengths() {
    var outside = 0
    for cycle in BillingCycle.allCases {
      var last = cycle.scheduledRead(year: 1989, month: 12)
      for month in 0..<240 {
        let next = cycle.scheduledRead(year: 1990 + month / 12, month: month % 12 + 1)
        #expect((25...36).contains(next - last), "cycle \(cycle.rawValue), \(next)")
        if !(26...35).contains(next - last) { outside += 1 }
        last = next
      }
    }
    #expect(outside < 21 * 240 / 20, "\(outside)")
  }
}
