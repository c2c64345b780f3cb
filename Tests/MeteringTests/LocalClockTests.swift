import Metering
import TestSupport
import Testing

@Suite("Local time")
struct LocalClockTests {
  @Test("days start at the offset's midnight, on both sides of 1970")
  func starts() {
    let pittsburgh = LocalClock(utcOffsetMinutes: -300)
    let day = CivilDay(year: 1998, month: 6, day: 30)
    #expect(iso8601(pittsburgh.startOfDay(day)) == "1998-06-30T05:00:00Z")
    #expect(iso8601(LocalClock(utcOffsetMinutes: 330).startOfDay(day)) == "1998-06-29T18:30:00Z")
    #expect(pittsburgh.day(of: 0).number == -1)
    #expect(pittsburgh.day(of: 5 * 3_600_000 - 1).number == -1)
    #expect(pittsburgh.day(of: 5 * 3_600_000).number == 0)
    #expect(LocalClock(utcOffsetMinutes: 0).day(of: -1).number == -1)
    #expect(LocalClock(utcOffsetMinutes: 0).day(of: -millisecondsPerDay).number == -1)
    #expect(LocalClock(utcOffsetMinutes: 0).day(of: -millisecondsPerDay - 1).number == -2)
  }

  @Test("a day holds its first and last millisecond and no other day's")
  func days() {
    var random = SplitMix64(seed: 24)
    for _ in 0..<20_000 {
      let clock = LocalClock(utcOffsetMinutes: Int(random.next() % 1681) - 840)
      let day = CivilDay(number: Int(random.next() % 400_000) - 200_000)
      let start = clock.startOfDay(day)
      #expect(clock.day(of: start) == day)
      #expect(clock.day(of: start - 1) == day - 1)
      #expect(clock.day(of: start + millisecondsPerDay - 1) == day)
    }
  }

  @Test(
    "ISO 8601 cuts fractions towards the past",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (999, "1970-01-01T00:00:00Z"), (1000, "1970-01-01T00:00:01Z"),
      (-1, "1969-12-31T23:59:59Z"), (-1000, "1969-12-31T23:59:59Z"),
      (-1001, "1969-12-31T23:59:58Z"), (899_182_800_000, "1998-06-30T05:00:00Z"),
      (951_827_696_789, "2000-02-29T12:34:56Z"),
    ] as [(Int64, String)])
  func text(instant: Int64, expected: String) {
    #expect(iso8601(instant) == expected)
  }

  @Test("milliseconds are those of the instant, before 1970 too")
  func milliseconds() {
    #expect(iso8601WithMilliseconds(0) == "1970-01-01T00:00:00.000Z")
    #expect(iso8601WithMilliseconds(1_007) == "1970-01-01T00:00:01.007Z")
    #expect(iso8601WithMilliseconds(-1) == "1969-12-31T23:59:59.999Z")
  }
}
