import Metering
import TestSupport
import Testing

@testable import BillingExport

@Suite struct FileTextTests {
  private let previous = clock.startOfDay(CivilDay(year: 1998, month: 5, day: 1)) + 43_200_000
  private let due = clock.startOfDay(CivilDay(year: 1998, month: 6, day: 1)) + 34_255_999

  private func point(
    _ endpoint: UInt32, _ account: String, _ commodity: Commodity, _ register: RegisterFormat,
    _ lastRead: Int64
  ) throws -> ServicePoint {
    ServicePoint(
      endpoint: EndpointID(rawValue: endpoint), meterID: "M\(endpoint)", accountID: account,
      commodity: commodity, register: register, cycle: try cycle(1),
      installedAt: clock.startOfDay(CivilDay(year: 1997, month: 1, day: 1)),
      lastBilledRead: lastRead,
      lastBilledAt: previous)
  }

  @Test("a handful of rows, byte for byte")
  func exactBytes() throws {
    let batch = try BatchID(utility: "pgh", month: try june1998(), cycle: try cycle(1))
    var writer = DeterminantWriter(batch: batch)
    let rows: [(ServicePoint, Int64?, UTCMilliseconds)] = [
      (try point(7, "A1", .electric, RegisterFormat(dials: 5, multiplier: 1), 12_034), 12_345, due),
      (
        try point(8, "A, \"2\"", .gas, RegisterFormat(dials: 4, multiplier: 40), 9_985), 12,
        due + 1
      ),
      (try point(9, "A3", .water, RegisterFormat(dials: 5, multiplier: 10), 12_340), 12_310, due),
      (try point(10, "A4", .electric, RegisterFormat(dials: 5, multiplier: 1), 5), nil, due),
      (
        try point(4_294_967_295, "", .electric, RegisterFormat(dials: 8, multiplier: 1_000_000), 0),
        99_999_999, due + 5 * millisecondsPerDay
      ),
    ]
    for (point, count, at) in rows {
      let line = Determinant(
        register: point.register, previous: RegisterRead(count: point.lastBilledRead, at: previous),
        read: count.map { RegisterRead(count: $0, at: at) }, clock: clock)
      writer.append(line, of: point)
    }
    let expected = """
      batch_id,seq,account_id,meter_id,endpoint_id,commodity,register_id,unit,multiplier,\
      prev_read_at,prev_read,read_at,read,consumption_raw,consumption,rollover,quality,\
      read_method,days,reason,est_method,service_point_id,version,previous_consumption,\
      prev_quality,prev_est_method,prev_meter_id
      pgh-1998-06-c01-r1,1,A1,M7,7,electric,1,KWH,1,1998-05-01T17:00:00Z,12034,\
      1998-06-01T14:30:55Z,12345,311,311,0,actual,radio,31,,,A1,1,,actual,,
      pgh-1998-06-c01-r1,2,"A, ""2\""",M8,8,gas,1,CCF,40,1998-05-01T17:00:00Z,9985,\
      1998-06-01T14:30:56Z,12,27,1080,1,actual,radio,31,,,"A, ""2\""",1,,actual,,
      pgh-1998-06-c01-r1,3,A3,M9,9,water,1,GAL,10,1998-05-01T17:00:00Z,12340,\
      1998-06-01T14:30:55Z,12310,,,0,rejected,radio,31,negative_consumption,,A3,1,,actual,,
      pgh-1998-06-c01-r1,4,A4,M10,10,electric,1,KWH,1,1998-05-01T17:00:00Z,5,\
      ,,,,0,missing,,,no_read_in_window,,A4,1,,actual,,
      pgh-1998-06-c01-r1,5,,M4294967295,4294967295,electric,1,KWH,1000000,\
      1998-05-01T17:00:00Z,0,1998-06-06T14:30:55Z,99999999,99999999,99999999000000,0,actual,\
      radio,36,long_period,,M4294967295,1,,actual,,

      """
    let bytes = writer.take()
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == expected.split(separator: "\n", omittingEmptySubsequences: false)
        .joined(separator: "\r\n"))
    #expect(writer.totals.actual == 3 && writer.totals.rejected == 1 && writer.totals.missing == 1)
    #expect(writer.totals.exceptions == 3 && writer.totals.expected == 5)
    #expect(writer.totals.readSum == 12_345 + 12 + 12_310 + 99_999_999)
    #expect(writer.totals.electric == 311 + 99_999_999_000_000)
    #expect(writer.totals.gas == 1_080 && writer.totals.water == 0)
    #expect(try ControlTotals(file: bytes, batch: batch) == writer.totals)
  }

  @Test("instants are written as the calendar module writes them")
  func instants() {
    var random = SplitMix64(seed: 3)
    var text = InstantText()
    var instant: UTCMilliseconds = 0
    for step in 0..<5_000 {
      instant =
        step % 3 == 0
        ? Int64.random(in: writableInstants, using: &random)
        : min(instant + Int64.random(in: 0..<90_000_000, using: &random), 200_000_000_000_000)
      text.set(instant)
      #expect(String(decoding: text.bytes, as: UTF8.self) == iso8601(instant), "seed 3")
    }
  }

  @Test("an instant is read as it was written, in UTC and in civil time")
  func instantsBack() {
    var random = SplitMix64(seed: 4)
    let zones = [
      InstantLabels.utc, InstantLabels(clock: clock, daylightSaving: .us),
      InstantLabels(clock: LocalClock(utcOffsetMinutes: 570), daylightSaving: .us),
    ]
    for labels in zones {
      var text = InstantText(labels)
      for _ in 0..<2000 {
        let instant = Int64.random(in: 0..<2_000_000_000, using: &random) * 1000
        text.set(instant)
        let back = text.bytes.withUnsafeBufferPointer { BillingExport.instant(labelled: $0) }
        #expect(back == instant, "\(String(decoding: text.bytes, as: UTF8.self)), seed 4")
      }
    }
    for wrong in ["", "1998-06-30", "1998-06-30T05:00:00+0x:00", "1998-06-30T05:00:00*04:00"] {
      #expect(
        Array(wrong.utf8).withUnsafeBufferPointer { BillingExport.instant(labelled: $0) } == nil)
    }
  }

  @Test("totals of a spoilt file differ or are refused, with the row's line")
  func spoilt() throws {
    let batch = try BatchID(utility: "pgh", month: try june1998(), cycle: try cycle(1))
    func problem(_ file: String) -> String? {
      do throws(BillingError) {
        _ = try ControlTotals(file: Array(file.utf8), batch: batch)
        return nil
      } catch {
        return error.description
      }
    }
    let named = ["batch_id", "seq", "unit", "read", "consumption", "quality", "reason"]
    let others = DeterminantWriter.columns.filter { !named.contains($0) }
    let header = (named + others).joined(separator: ",") + "\r\n"
    // Whatever stands in the others does not count here.
    let end = String(repeating: ",", count: others.count) + "\r\n"
    let before = "batch pgh-1998-06-c01-r1: the finished file differs from its source: "
    let at = before + "pgh-1998-06-c01-r1:2: "
    #expect(problem(header + "pgh-1998-06-c01-r1,1,KWH,5,1,actual," + end) == nil)
    #expect(
      problem(header + "other,1,KWH,5,1,actual," + end)
        == at + "batch_id: found 'other'; expected pgh-1998-06-c01-r1; not published")
    #expect(
      problem(header + "pgh-1998-06-c01-r1,2,KWH,5,1,actual," + end)?.hasPrefix(at + "seq") == true)
    #expect(
      problem(header + "pgh-1998-06-c01-r1,1,BTU,5,1,actual," + end)
        == at + "unit: found 'BTU'; expected KWH, CCF or GAL; not published")
    #expect(
      problem(header + "pgh-1998-06-c01-r1,1,KWH,5,1,A," + end)
        == at + "quality: found 'A'; expected actual, customer, estimated, verified, rejected or "
        + "missing; not published")
    #expect(
      problem(header + "pgh-1998-06-c01-r1,1,KWH,5x,1,actual," + end)?.hasPrefix(at + "read")
        == true)
    #expect(problem("")?.hasPrefix(before) == true)
  }
}
