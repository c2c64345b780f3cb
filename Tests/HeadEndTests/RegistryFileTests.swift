import CSV
import HeadEnd
import Metering
import TestSupport
import Testing

@Suite("Registry files")
struct RegistryFileTests {
  private func encoded(_ points: [ServicePoint]) -> [UInt8] {
    var bytes: [UInt8] = []
    RegistryFile.encode(points) { bytes += $0 }
    return bytes
  }

  private static let header =
    "endpoint_id,meter_id,account_id,commodity,dials,multiplier,cycle,installed_on,removed_on,"
    + "last_billed_read,last_billed_at"

  private static let point = ServicePoint(
    endpoint: EndpointID(rawValue: 20_000_001), meterID: "M1", accountID: "A,1",
    commodity: .electric, register: RegisterFormat(dials: 5, multiplier: 40),
    cycle: BillingCycle(rawValue: 21)!, installedOn: CivilDay(year: 1997, month: 2, day: 3),
    lastBilledRead: 99_999, lastBilledAt: 896_677_200_000)

  @Test func exactBytes() {
    var removed = Self.point
    removed.removedOn = CivilDay(year: 1998, month: 12, day: 31)
    removed.lastBilledAt += 7
    #expect(
      String(decoding: encoded([Self.point, removed]), as: UTF8.self) == """
        \(Self.header)\r
        20000001,M1,"A,1",electric,5,40,21,1997-02-03,,99999,1998-06-01T05:00:00Z\r
        20000001,M1,"A,1",electric,5,40,21,1997-02-03,1998-12-31,99999,1998-06-01T05:00:00.007Z\r

        """)
  }

  @Test("what is written is read back, sorted", arguments: 1...100 as ClosedRange<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var ids: Set<UInt32> = []
    while ids.count < 30 { ids.insert(UInt32.random(in: 1...200, using: &random)) }
    let texts = ["7", "a \"quoted\" name", "Straße,\r\nnew line", "ü", " "]
    let points = ids.map { id in
      let dials = Int.random(in: 4...8, using: &random)
      let register = RegisterFormat(
        dials: dials, multiplier: Int.random(in: 1...1_000_000, using: &random))
      let installed = CivilDay(number: Int.random(in: -1000...40_000, using: &random))
      return ServicePoint(
        endpoint: EndpointID(rawValue: id), meterID: texts.randomElement(using: &random)!,
        accountID: texts.randomElement(using: &random)!,
        commodity: Commodity.allCases.randomElement(using: &random)!, register: register,
        cycle: BillingCycle.allCases.randomElement(using: &random)!, installedOn: installed,
        removedOn: Bool.random(using: &random)
          ? nil : installed + Int.random(in: 0...9000, using: &random),
        lastBilledRead: Int64.random(in: 0..<register.span, using: &random),
        lastBilledAt: Int64.random(in: -1_000_000_000...4_000_000_000, using: &random) * 1000
          + [0, 0, 1, 50, 999].randomElement(using: &random)!)
    }
    let read = try RegistryFile.decode(encoded(points), source: "registry.csv")
    #expect(read == points.sorted { $0.endpoint < $1.endpoint }, "seed \(seed)")
  }

  @Test func longFilesComeInChunks() throws {
    let points = (1...20_000).map { number in
      var point = Self.point
      point.endpoint = EndpointID(rawValue: UInt32(number))
      return point
    }
    var chunks: [[UInt8]] = []
    RegistryFile.encode(points) { chunks.append($0) }
    #expect(chunks.count == 2)
    #expect(try RegistryFile.decode(Array(chunks.joined()), source: "r") == points)
  }

  @Test func theFailureOfTheDestinationEndsTheWriting() {
    struct Full: Error {}
    var calls = 0
    #expect(throws: Full.self) {
      try RegistryFile.encode([Self.point]) { (_: [UInt8]) throws(Full) in
        calls += 1
        throw Full()
      }
    }
    #expect(calls == 1)
  }

  @Test func columnsInAnyOrderAndOthersIgnored() throws {
    let row = encoded([Self.point])
    let lines = String(decoding: row, as: UTF8.self).split(separator: "\r\n")
    let text = "note,\(lines[0])\nx,\(lines[1])\n"
    #expect(try RegistryFile.decode(Array(text.utf8), source: "r") == [Self.point])
  }

  /// A good row with one field replaced, and what it is refused with.
  @Test(
    arguments: [
      (0, "0", "endpoint_id: found '0'; expected a whole number from 1 to 4294967295"),
      (0, "x", "endpoint_id: found 'x'; expected a whole number from 1 to 4294967295"),
      (1, "", "meter_id: the field is empty; expected a number or name"),
      (2, "", "account_id: the field is empty; expected a number or name"),
      (3, "steam", "commodity: found 'steam'; expected electric, gas or water"),
      (4, "3", "dials: found '3'; expected a whole number from 4 to 8"),
      (4, "9", "dials: found '9'; expected a whole number from 4 to 8"),
      (5, "0", "multiplier: found '0'; expected a whole number from 1 to 1000000"),
      (6, "22", "cycle: found '22'; expected a whole number from 1 to 21"),
      (7, "", "installed_on: the field is empty; expected a day such as 1998-06-01"),
      (7, "1997-02-30", "installed_on: found '1997-02-30'; expected a day such as 1998-06-01"),
      (
        8, "1997-02-02",
        "removed_on: found '1997-02-02'; expected a day from installed_on 1997-02-03 on, or nothing"
      ),
      (8, "gone", "removed_on: found 'gone'; expected a day such as 1998-06-01"),
      (9, "100000", "last_billed_read: found '100000'; expected a whole number from 0 to 99999"),
      (9, "-1", "last_billed_read: found '-1'; expected a whole number from 0 to 99999"),
    ] as [(Int, String, String)])
  func refusals(field: Int, value: String, message: String) {
    #expect(complaint(field: field, value: value) == "r.csv:3: \(message)")
  }

  @Test(
    arguments: [
      "", "1998-06-01", "1998-06-01T05:00:00", "1998-06-01 05:00:00Z", "1998-06-01T24:00:00Z",
      "1998-06-01T05:60:00Z", "1998-06-01T05:00:60Z", "1998-02-29T05:00:00Z",
      "1998-06-01T05:00:00.07Z", "1998-06-01T05:00:00,007Z", "1998-06-01T+5:00:00Z",
      "1998-06-01T05:00:0éZ",
    ])
  func refusedInstants(text: String) {
    let found = text.isEmpty ? "the field is empty" : "found '\(text)'"
    let value = text.contains(",") ? "\"\(text)\"" : text
    #expect(
      complaint(field: 10, value: value)
        == "r.csv:3: last_billed_at: \(found); "
        + "expected an instant in UTC such as 1998-06-01T05:00:00Z")
  }

  private func complaint(field: Int, value: String) -> String? {
    var fields = [
      "7", "M7", "A7", "electric", "5", "1", "1", "1997-02-03", "", "0", "1998-06-01T05:00:00Z",
    ]
    let good = fields.joined(separator: ",")
    fields[0] = "8"
    fields[field] = value
    return complaint("\(Self.header)\n\(good)\n\(fields.joined(separator: ","))\n")
  }

  private func complaint(_ text: String) -> String? {
    do {
      _ = try RegistryFile.decode(Array(text.utf8), source: "r.csv")
      return nil
    } catch {
      return error.description
    }
  }

  @Test func refusedFiles() {
    let row = ",M,A,gas,5,1,1,1997-02-03,,0,1998-06-01T05:00:00Z\n"
    #expect(complaint("") == "r.csv:1: the file is empty; expected a row of column names")
    #expect(
      complaint("endpoint_id,meter_id\n1,2\n")
        == "r.csv:1: column 'account_id' is missing; found endpoint_id, meter_id")
    #expect(
      complaint(Self.header + "\n") == "r.csv:1: expected at least one row below the header")
    // The first repetition in the order of the file, not of the endpoints.
    #expect(
      complaint("\(Self.header)\n9\(row)3\(row)9\(row)3\(row)9\(row)")
        == "r.csv:4: endpoint_id: 9 is also on line 2; expected each endpoint_id once")
  }
}
