import CSV
import Metering
import TestSupport
import Testing

@testable import HeadEnd

/// What a registry file is refused with, letter by letter.
@Suite("Refused rows of the registry")
struct RegistryRefusalTests {
  private static let names = RegistryFixture.header.split(separator: ",").map(String.init)
  private static let good = [
    "7", "M7", "S7", "A7", "electric", "5", "1", "1", "1997-02-03", "", "", "", "0",
    "1998-06-01T05:00:00Z", "daily",
  ]
  private static let aDay =
    "expected a day such as 1998-06-01, or an instant such as 1998-06-01T14:30:00Z"

  /// A good row, and one with other values in some fields.
  private func refusals(_ values: [String: String]) throws -> [RefusedRow] {
    var fields = ["8", "M8", "S8", "A8"] + Self.good[4...]
    for (name, value) in values { fields[try #require(Self.names.firstIndex(of: name))] = value }
    let rows = [Self.good, fields].map { $0.joined(separator: ",") }
    let text = "\(RegistryFixture.header)\n\(rows.joined(separator: "\n"))\n"
    let reading = try RegistryFixture.decode(text)
    #expect(reading.registry.rows.map(\.endpoint.rawValue) == [7])
    return reading.refused
  }

  @Test(
    "one field that is wrong refuses its row alone",
    arguments: [
      ("endpoint_id", "0", "found '0'; expected a whole number from 1 to 4294967295"),
      ("endpoint_id", "x", "found 'x'; expected a whole number from 1 to 4294967295"),
      ("meter_id", "", "the field is empty; expected a number or name"),
      ("commodity", "steam", "found 'steam'; expected electric, gas or water"),
      ("dials", "3", "found '3'; expected a whole number from 4 to 8"),
      ("dials", "9", "found '9'; expected a whole number from 4 to 8"),
      ("multiplier", "0", "found '0'; expected a whole number from 1 to 1000000"),
      ("cycle", "22", "found '22'; expected a whole number from 1 to 21"),
      ("installed_on", "", "the field is empty; \(aDay)"),
      ("installed_on", "1997-02-30", "found '1997-02-30'; \(aDay)"),
      ("installed_on", "1997-02-03T25:00:00Z", "found '1997-02-03T25:00:00Z'; \(aDay)"),
      ("removed_on", "gone", "found 'gone'; \(aDay)"),
      (
        "removed_on", "1997-02-02",
        "found '1997-02-02'; expected a day from installed_on 1997-02-03 on, an instant after it, "
          + "or nothing"
      ),
      (
        "removed_on", "1997-02-03T05:00:00Z",
        "found '1997-02-03T05:00:00Z'; expected a day from installed_on 1997-02-03 on, an instant "
          + "after it, or nothing"
      ),
      ("installed_read", "100000", "found '100000'; expected a whole number from 0 to 99999"),
      (
        "removed_read", "5",
        "found '5'; expected nothing, as removed_on is empty: give the day of the removal"
      ),
      ("last_billed_read", "100000", "found '100000'; expected a whole number from 0 to 99999"),
      ("last_billed_read", "-1", "found '-1'; expected a whole number from 0 to 99999"),
      (
        "last_billed_read", "",
        "the field is empty; expected a whole number from 0 to 99999, or last_billed_at empty too"
      ),
      (
        "last_billed_at", "",
        "the field is empty; expected an instant in UTC such as 1998-06-01T05:00:00Z"
      ),
      ("service", "weekly", "found 'weekly'; expected daily, monthly or nothing"),
      ("service", "Monthly", "found 'Monthly'; expected daily, monthly or nothing"),
    ])
  func fields(name: String, value: String, message: String) throws {
    let refused = try refusals([name: value])
    #expect(refused.map(\.description) == ["r.csv:3: \(name): \(message)"])
    #expect(refused.map(\.fault.rawValue) == [name])
    #expect(refused.map { $0.endpoint?.rawValue } == [name == "endpoint_id" ? nil : 8])
  }

  @Test func readsAtTheRemovalFitTheDials() throws {
    #expect(
      try refusals(["removed_on": "1999-01-01", "removed_read": "100000"]).map(\.description) == [
        "r.csv:3: removed_read: found '100000'; expected a whole number from 0 to 99999"
      ])
  }

  @Test(
    arguments: [
      "1998-06-01", "1998-06-01T05:00:00", "1998-06-01 05:00:00Z", "1998-06-01T24:00:00Z",
      "1998-06-01T05:60:00Z", "1998-06-01T05:00:60Z", "1998-02-29T05:00:00Z",
      "1998-06-01T05:00:00.07Z", "1998-06-01T05:00:00,007Z", "1998-06-01T+5:00:00Z",
      "1998-06-01T05:00:0éZ",
    ])
  func instants(text: String) throws {
    let value = text.contains(",") ? "\"\(text)\"" : text
    #expect(
      try refusals(["last_billed_at": value]).map(\.description) == [
        "r.csv:3: last_billed_at: found '\(text)'; "
          + "expected an instant in UTC such as 1998-06-01T05:00:00Z"
      ])
  }

  @Test func textThatIsNotUTF8() throws {
    var bytes = Array(RegistryFixture.file("7,M7,A7,gas,4,1,3,1998-06-01,").utf8)
    bytes += Array("8,M\u{7F},A8,gas,4,1,3,1998-06-01,\n".utf8)
    bytes[try #require(bytes.firstIndex(of: 0x7F))] = 0xFF
    let reading = try RegistryFile.decode(bytes, source: "r.csv", clock: Fixture.clock)
    #expect(
      reading.refused.map(\.description) == [
        "r.csv:3: meter: the field is not UTF-8 text; save the file as UTF-8"
      ])
  }

  @Test("rows of one endpoint that overlap, and with them its others")
  func overlap() throws {
    let reading = try RegistryFixture.decode(
      RegistryFixture.file(
        "9,M9,A9,gas,4,1,3,1998-06-01,1998-06-30", "7,M7,A7,gas,4,1,3,1998-06-01,",
        "9,M8,A9,gas,4,1,3,1998-07-01,", "9,M9,A9,gas,4,1,3,1997-01-01,1998-06-01T14:30:00Z"))
    #expect(reading.registry.rows.map(\.endpoint.rawValue) == [7])
    #expect(reading.lines == [3])
    let message =
      "expected rows of one endpoint that follow one another: end one with removed before the "
      + "other's installed"
    #expect(
      reading.refused.map(\.description) == [
        "r.csv:2: endpoint: 9 is in service from 1998-06-01 here and on line 5; \(message)",
        "r.csv:4: another row of this endpoint, on line 2, is refused; mend that one",
        "r.csv:5: endpoint: 9 is in service from 1998-06-01 here and on line 2; \(message)",
      ])
    #expect(reading.refused.map(\.fault) == [.overlap, .anotherRow, .overlap])
    #expect(reading.refusedByFault.map(\.fault.rawValue) == ["overlap", "another_row"])
    #expect(reading.refusedByFault.map(\.count) == [2, 1])
  }

  @Test("two meters at one service point, one meter in two places")
  func places() throws {
    #expect(
      try RegistryFixture.refusals(
        RegistryFixture.file(
          "1,M1,A1,electric,4,1,3,1998-06-01,", "2,M2,A1,gas,4,1,3,1998-06-01,",
          "3,M3,A1,electric,4,1,3,1998-06-11T01:00:00Z,", "4,M4,A4,gas,4,1,3,1998-06-01,1998-06-30",
          "5,M4,A5,gas,4,1,3,1998-06-30,", "6,M4,A6,water,4,1,3,1998-06-30,")) == [
          "r.csv:2: service_point_id: 'A1' has an electric meter from 1998-06-11T01:00:00Z here, "
            + "'M1', and on line 4, 'M3'; expected one at a time: end one with removed before the "
            + "other's installed, or give each place its own service_point_id",
          "r.csv:4: service_point_id: 'A1' has an electric meter from 1998-06-11T01:00:00Z here, "
            + "'M3', and on line 2, 'M1'; expected one at a time: end one with removed before the "
            + "other's installed, or give each place its own service_point_id",
          "r.csv:5: meter: gas meter 'M4' is in service from 1998-06-30 here and on line 6; expected "
            + "it in one place at a time: end one with removed before the other's installed, or mend "
            + "the number",
          "r.csv:6: meter: gas meter 'M4' is in service from 1998-06-30 here and on line 5; expected "
            + "it in one place at a time: end one with removed before the other's installed, or mend "
            + "the number",
        ])
  }

  @Test("a meter that goes on in another cycle or account stays the same meter")
  func continuity() throws {
    let start = "1,M1,A1,electric,4,1,3,1998-06-01,1998-06-30"
    let same = try RegistryFixture.decode(
      RegistryFixture.file(start, "1,M1,A2,electric,4,1,9,1998-07-01,"))
    #expect(same.refused == [] && same.registry.rows.count == 2)
    // After a gap it may have been given another transformer.
    let later = try RegistryFixture.decode(
      RegistryFixture.file(start, "1,M1,A1,electric,4,40,3,1998-07-02,"))
    #expect(later.refused == [])
    func second(_ row: String) throws -> String? {
      try RegistryFixture.refusals(
        RegistryFixture.file(start, row, "2,M2,A2,gas,4,1,3,1998-06-01,")
      ).dropFirst().first
    }
    let end =
      "on line 2 for the same meter 'M1', which goes on at 1998-07-01; expected no change: mend it, "
      + "or give a new meter its own meter"
    #expect(
      try second("1,M1,A1,electric,4,40,3,1998-07-01,")
        == "r.csv:3: multiplier: 40 here, but 1 \(end)")
    #expect(
      try second("1,M1,A1,electric,5,40,3,1998-07-01,") == "r.csv:3: dials: 5 here, but 4 \(end)")
    #expect(
      try second("1,M1,A1,gas,4,1,3,1998-07-01,")
        == "r.csv:3: commodity: gas here, but electric \(end)")
  }

  @Test("an exchange within a day, and an endpoint that is used elsewhere later")
  func exchange() throws {
    let reading = try RegistryFixture.decode(
      RegistryFixture.file(
        "1,M1,A1,electric,4,1,3,1998-06-01,1998-06-11T14:30:00Z",
        "2,M2,A1,electric,5,1,3,1998-06-11T14:30:00Z,", "1,M1,A9,electric,4,1,7,1998-08-01,"))
    #expect(reading.refused == [])
    #expect(reading.registry.rows.map(\.servicePointID) == ["A1", "A9", "A1"])
  }

  @Test func wholeFiles() {
    func complaint(_ text: String) -> String? { RegistryFixture.complaint(text) }
    #expect(complaint("") == "r.csv:1: the file is empty; expected a row of column names")
    #expect(
      complaint("endpoint_id,meter_id\n1,2\n")
        == "r.csv:1: column 'commodity' is missing; found endpoint_id, meter_id")
    #expect(
      complaint("endpoint,meter\n1,2\n")
        == "r.csv:1: column 'commodity' is missing; found endpoint, meter")
    #expect(
      complaint("meter_id\n2\n") == "r.csv:1: column 'endpoint_id' is missing; found meter_id")
    #expect(
      complaint(RegistryFixture.header + "\n")
        == "r.csv:1: expected at least one row below the header")
    let row = "7,M7,A7,gas,4,1,3,1998-06-01,"
    #expect(
      complaint(RegistryFixture.file(row, "8,M8"))
        == "r.csv:3: the row has 2 fields; expected 9 as in the header")
    #expect(
      complaint(RegistryFixture.file(row, "8,\"M8"))
        == "r.csv:3: a quoted field is never closed; expected a second '\"' before the end of the file"
    )
    #expect(
      complaint(RegistryFixture.file("7,M7,A7,gas,9,1,3,1998-06-01,"))
        == "r.csv:2: dials: found '9'; expected a whole number from 4 to 8")
    #expect(
      complaint(
        RegistryFixture.file("7,M7,A7,gas,9,1,3,1998-06-01,", "7,M7,A7,gas,4,1,3,1999-06-01,"))
        == "r.csv:2: dials: found '9'; expected a whole number from 4 to 8; none of the 2 rows is "
        + "right")
  }

  @Test func lastBillsNeedBothColumns() throws {
    func refusals(_ column: String, _ value: String) throws -> [String] {
      try RegistryFixture.refusals(
        """
        endpoint,meter,account,commodity,dials,multiplier,cycle,installed,removed,\(column)
        7,M7,A7,gas,4,1,3,1998-06-01,,
        8,M8,A8,gas,4,1,3,1998-06-01,,\(value)

        """)
    }
    #expect(
      try refusals("last_billed_read", "5") == [
        "r.csv:3: last_billed_at: the column is missing; expected it beside last_billed_read"
      ])
    #expect(
      try refusals("last_billed_at", "1998-06-01T05:00:00Z") == [
        "r.csv:3: last_billed_read: the column is missing; expected it beside last_billed_at"
      ])
  }
}
