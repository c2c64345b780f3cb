import Metering
import TestSupport
import Testing

@testable import BillingExport

/// Each format byte for byte, for a handful of lines.
@Suite struct FormatTests {
  private let previous = clock.startOfDay(CivilDay(year: 1998, month: 5, day: 1)) + 43_200_000
  private let due = clock.startOfDay(CivilDay(year: 1998, month: 6, day: 1)) + 34_255_999

  private func batch(revision: Int = 1) throws -> BatchID {
    try BatchID(utility: "pgh", month: try june1998(), cycle: try cycle(1), revision: revision)
  }

  private func line(_ number: Int, _ change: (inout BillingLine) -> Void = { _ in }) -> BillingLine
  {
    var line = BillingLine(
      number: number, accountID: "A\(number)", meterID: "M\(number)",
      endpointID: 20_000_000 + number,
      commodity: .electric, multiplier: 1, previousAt: previous, previous: 12_034, readAt: due,
      read: 12_345, counts: 311, consumption: 311, rolledOver: false, quality: .actual,
      readMethod: .radio, days: 31, reason: nil, method: nil, servicePointID: "P\(number)",
      version: 1, previousConsumption: nil, previousQuality: .actual, previousMethod: nil,
      previousMeterID: nil)
    change(&line)
    return line
  }

  /// A plain line, an estimate after an estimate that rolls over, an exchange, a missing one, and a
  /// customer's read.
  private var lines: [BillingLine] {
    [
      line(1),
      line(2) {
        ($0.previous, $0.read, $0.multiplier, $0.consumption) = (99_990, 17, 10, 270)
        ($0.quality, $0.method, $0.rolledOver) = (.estimated, .byHistory, true)
        ($0.previousQuality, $0.previousMethod, $0.reason) = (
          .estimated, .betweenReads, .estimatedTwice
        )
      },
      line(3) {
        ($0.read, $0.consumption, $0.reason) = (40, 298, .meterExchange)
        $0.previousMeterID = "OLD"
      },
      line(4) {
        ($0.readAt, $0.read, $0.consumption, $0.days) = (nil, nil, nil, nil)
        ($0.quality, $0.reason) = (.missing, .noReadInWindow)
      },
      line(5) { ($0.quality, $0.readMethod) = (.customer, .person) },
    ]
  }

  private func text(
    _ format: ExportFormat, _ lines: [BillingLine], revision: Int = 1
  ) throws -> String {
    var writer = try format.writer(try heading(try batch(revision: revision)))
    for line in lines { try writer.append(line) }
    try writer.finish()
    return String(decoding: writer.take(), as: UTF8.self)
  }

  @Test("CMEP")
  func cmep() throws {
    let start = "MEPMD01,20080501,AMR"
    let middle = "199806030000"
    let expected = [
      "\(start),20000001,pgh,A1,\(middle),M1,OK,E,KWHREG,1,,2,199805011200,R0,12034,199806010930,R0,12345",
      "\(start),20000001,pgh,A1,\(middle),M1,OK,E,KWH,1,00302130,1,199806010930,R0,311",
      "\(start),20000002,pgh,A2,\(middle),M2,OK,E,KWHREG,10,,2,199805011200,E0,99990,199806010930,E8192,17",
      "\(start),20000002,pgh,A2,\(middle),M2,OK,E,KWH,1,00302130,1,199806010930,E8192,270",
      "\(start),20000003,pgh,A3,\(middle),M3,OK,E,KWHREG,1,,1,199806010930,R65536,40",
      "\(start),20000003,pgh,A3,\(middle),M3,OK,E,KWH,1,00302130,1,199806010930,R65536,298",
      "\(start),20000004,pgh,A4,\(middle),M4,OK,E,KWHREG,1,,2,199805011200,R0,12034,199806030000,N32,",
      "\(start),20000005,pgh,A5,\(middle),M5,OK,E,KWHREG,1,,2,199805011200,R0,12034,199806010930,R0,12345",
      "\(start),20000005,pgh,A5,\(middle),M5,OK,E,KWH,1,00302130,1,199806010930,R0,311",
    ]
    #expect(try text(.cmep, lines) == expected.map { $0 + "\r\n" }.joined())
    #expect(try text(.cmep, [line(1)], revision: 2).contains(",RESEND,E,"))
    let gas = line(1) { ($0.commodity, $0.accountID) = (.gas, "Smith, J") }
    #expect(try text(.cmep, [gas]).contains("pgh,\"Smith, J\",199806030000,M1,OK,G,CCFREG,"))
  }

  @Test("NEM13")
  func nem13() throws {
    let expected = [
      "100,NEM13,199806030000,AMR,pgh",
      "250,P1,11,1,11,11,M1,E,12034,19980501120000,A,,,12345,19980601093055,A,,,311,KWH,19980701,19980603000000,",
      "550,N,,N,",
      "250,P2,11,1,11,11,M2,E,99990,19980501120000,S64,76,,17,19980601093055,E62,,,270,KWH,19980701,19980603000000,",
      "550,E,,E,",
      "250,P3,11,1,11,11,M3,E,12034,19980501120000,A,,,40,19980601093055,A,1,,298,KWH,19980701,19980603000000,",
      "550,N,,N,",
      "250,P5,11,1,11,11,M5,E,12034,19980501120000,A,,,12345,19980601093055,S67,75,,311,KWH,19980701,19980603000000,",
      "550,N,,N,",
      "900",
    ]
    #expect(try text(.nem13, lines) == expected.map { $0 + "\r\n" }.joined())
    for (method, code) in [
      (EstimateMethod.byHistory, ",E62,,,"), (.byClassAverage, ",E63,,,"),
      (.betweenReads, ",S64,76,,"),
    ] {
      let estimate = line(1) { ($0.quality, $0.method) = (.estimated, method) }
      #expect(try text(.nem13, [estimate]).contains("19980601093055\(code)311"))
    }
  }

  @Test("Green Button: entries, links, escapes")
  func greenButton() throws {
    let text = try text(
      .greenButton, [line(1) { ($0.servicePointID, $0.meterID) = ("P<1>&\"x\"", "Ž/1") }, lines[3]])
    #expect(
      text.contains(
        "<IntervalBlock xmlns=\"http://naesb.org/espi\"><interval><duration>2669455</duration>"
          + "<start>894042000</start></interval><IntervalReading><ReadingQuality><quality>17</quality>"
          + "</ReadingQuality><timePeriod><duration>2669455</duration><start>894042000</start>"
          + "</timePeriod><value>311</value></IntervalReading></IntervalBlock>"))
    #expect(text.contains("<title>P&lt;1&gt;&amp;&quot;x&quot;</title>"))
    #expect(text.contains("UsagePoint/P%3C1%3E%26%22x%22.electric/MeterReading/%C5%BD%2F1\""))
    #expect(text.split(separator: "<IntervalBlock ").count == 2, "the missing read is left out")
    #expect(text.split(separator: "<UsagePoint ").count == 2)
    // The same service point in another batch has the same identifiers.
    let again = try self.text(
      .greenButton, [line(1) { ($0.servicePointID, $0.meterID) = ("P<1>&\"x\"", "Ž/1") }],
      revision: 2)
    let identifiers = [text, again].map { feed in
      Set(feed.split(separator: "urn:uuid:").dropFirst().map { $0.prefix(36) })
    }
    #expect(identifiers[0].count == 8 && identifiers[1].count == 8)
    #expect(identifiers[0].intersection(identifiers[1]).count == 6)
    #expect(identifiers[0].allSatisfy { $0.dropFirst(14).first == "8" }, "UUIDs of version 8")
  }

  @Test("Green Button tells the daylight-saving rule of the year")
  func daylightSaving() throws {
    func rules(_ year: Int, _ daylightSaving: DaylightSaving) throws -> [String] {
      let month = try #require(BillingMonth(year: year, month: 6))
      let id = try BatchID(utility: "u", month: month, cycle: try cycle(1))
      let scheduled = id.cycle.scheduledRead(year: year, month: 6)
      var writer = GreenButtonWriter(
        FormatHeading(
          batch: id, window: ReadWindow(scheduled: scheduled, daysBefore: 3, daysAfter: 1),
          clock: clock, daylightSaving: daylightSaving))
      let text = String(decoding: writer.take(), as: UTF8.self)
      return ["dstStartRule", "dstEndRule", "dstOffset", "tzOffset"].map { name in
        String(text.split(separator: "<\(name)>")[1].prefix { $0 != "<" })
      }
    }
    #expect(try rules(1998, .none) == ["FFFFFFFF", "FFFFFFFF", "0", "-18000"])
    #expect(try rules(1986, .us) == ["4E0E2000", "AE0E2000", "3600", "-18000"])
    #expect(try rules(1998, .us) == ["440E2000", "AE0E2000", "3600", "-18000"])
    #expect(try rules(2007, .us) == ["360E2000", "B40E2000", "3600", "-18000"])
  }

  @Test("exceptions, with what happened and what to do")
  func exceptions() throws {
    var list = ExceptionList(try heading(try batch()))
    for line in lines where line.reason != nil { list.append(line) }
    list.append(UnknownEndpoint(endpointID: 77, receptions: 3, lastHeardAt: due))
    let rows = String(decoding: list.take(), as: UTF8.self).split(separator: "\r\n")
    #expect(rows.count == 5 && list.count == 4)
    #expect(
      rows[1]
        == "pgh-1998-06-c01-r1,1,billed,estimated_twice,A2,P2,M2,20000002,electric,2,"
        + "\"estimated, as was the bill before: 270 KWH over 31 days\","
        + "Have the meter read: an actual read is due every other month.")
    #expect(
      rows[3]
        == "pgh-1998-06-c01-r1,3,held,no_read_in_window,A4,P4,M4,20000004,electric,4,"
        + "no read from 1998-05-29 to 1998-06-02 can be billed; the last bill ended with 12034 at "
        + "1998-05-01T17:00:00Z,\"Have the meter read, or ask the customer, and enter the read.\"")
    #expect(
      rows[4].hasPrefix("pgh-1998-06-c01-r1,4,notice,unknown_endpoint,,,,77,,,\"heard 3 times"))
    for reason in ExceptionReason.allCases {
      var list = ExceptionList(try heading(try batch()))
      list.append(line(1) { $0.reason = reason })
      #expect(list.count == 1, "\(reason)")
    }
  }

  @Test("what a format cannot carry is refused by batch, line and field")
  func limits() throws {
    func problem(
      _ format: ExportFormat, _ change: (inout BillingLine) -> Void
    ) throws -> String? {
      do throws(BillingError) {
        var writer = try format.writer(try! heading(try! batch()))
        try writer.append(line(9, change))
        return nil
      } catch {
        return error.description
      }
    }
    #expect(
      try problem(.cmep) { $0.meterID = "M123456789012" }
        == "batch pgh-1998-06-c01-r1, line 9: CMEP cannot carry meter_id 'M123456789012'; expected "
        + "1 to 12 printable ASCII characters; export without --format cmep, or mend the registry")
    #expect(try problem(.cmep) { $0.meterID = "M12345678901" } == nil)
    #expect(try problem(.cmep) { $0.accountID = "Žižkov" }?.contains("account_id 'Žižkov'") == true)
    #expect(try problem(.cmep) { $0.accountID = "" }?.contains("account_id ''") == true)
    #expect(try problem(.cmep) { $0.accountID = "a\"b" } != nil)
    #expect(try problem(.nem13) { $0.servicePointID = "P1234567890" } != nil)
    #expect(try problem(.nem13) { $0.servicePointID = "P123456789" } == nil)
    #expect(try problem(.nem13) { $0.servicePointID = "P-1" } != nil)
    #expect(try problem(.nem13) { $0.meterID = "a,b" } != nil)
    #expect(try problem(.nem13) { $0.meterID = "M123456789012" } != nil)
    #expect(try problem(.nem13) { $0.commodity = .gas }?.contains("commodity 'gas'") == true)
    #expect(try problem(.greenButton) { $0.accountID = "a\u{1}b" } != nil)
    #expect(try problem(.greenButton) { $0.accountID = "a\tb" } == nil)
    #expect(try problem(.greenButton) { $0.consumption = 1 << 47 } != nil)
    #expect(try problem(.greenButton) { $0.consumption = -(1 << 47) + 1 } == nil)
    let long = try BatchID(
      utility: "a-long-name-of-17", month: try june1998(), cycle: try cycle(1))
    var known = try heading(long)
    #expect(throws: BillingError.self) { try CMEPWriter(known) }
    #expect(throws: BillingError.self) { try NEM13Writer(known) }
    known.receiver = "MARKET"
    var cmep = try CMEPWriter(known)
    try cmep.append(line(1))
    #expect(String(decoding: cmep.take(), as: UTF8.self).contains(",20000001,MARKET,A1,"))
    var nem13 = try NEM13Writer(known)
    #expect(
      String(decoding: nem13.take(), as: UTF8.self) == "100,NEM13,199806030000,AMR,MARKET\r\n")
  }
}
