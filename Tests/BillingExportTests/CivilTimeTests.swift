import Metering
import Testing

@testable import BillingExport

@Suite("Civil time in billing files")
struct CivilTimeTests {
  private func text(_ instants: [String], _ saving: DaylightSaving = .us, offset: Int = -300)
    throws -> [String]
  {
    var text = InstantText(
      InstantLabels(clock: LocalClock(utcOffsetMinutes: offset), daylightSaving: saving))
    return try instants.map {
      let instant = Metering.instant(iso8601: $0)
      text.set(try #require(instant))
      return String(decoding: text.bytes, as: UTF8.self)
    }
  }

  @Test(
    "the clock skips an hour in spring, and tells two of one name apart in autumn, by both rules")
  func changes() throws {
    #expect(
      try text([
        "1998-04-05T06:59:59Z", "1998-04-05T07:00:00Z", "1998-10-25T05:30:00Z",
        "1998-10-25T06:30:00Z", "2007-03-11T06:59:59Z", "2007-03-11T07:00:00Z",
        "2007-11-04T05:59:59Z", "2007-11-04T06:00:00Z", "2007-04-01T04:00:00Z",
      ]) == [
        "1998-04-05T01:59:59-05:00", "1998-04-05T03:00:00-04:00", "1998-10-25T01:30:00-04:00",
        "1998-10-25T01:30:00-05:00", "2007-03-11T01:59:59-05:00", "2007-03-11T03:00:00-04:00",
        "2007-11-04T01:59:59-04:00", "2007-11-04T01:00:00-05:00", "2007-04-01T00:00:00-04:00",
      ])
  }

  @Test("the last minutes of a day of standard time bear the date of the next one in summer")
  func dates() throws {
    #expect(
      try text(["1998-07-01T04:59:00Z", "1998-12-02T04:59:00Z"])
        == ["1998-07-01T00:59:00-04:00", "1998-12-01T23:59:00-05:00"])
    #expect(try text(["1998-07-01T00:00:00Z"], offset: 330) == ["1998-07-01T06:30:00+06:30"])
    #expect(try text(["1998-07-01T04:59:00Z"], .none) == ["1998-07-01T04:59:00Z"])
  }
}
