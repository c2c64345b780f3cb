import CSV
import Metering
import TestSupport
import Testing

@testable import HeadEnd

@Suite("Registry files")
struct RegistryFileTests {
  private static let point = ServicePoint(
    endpoint: EndpointID(rawValue: 20_000_001), meterID: "M1", accountID: "A,1",
    commodity: .electric, register: RegisterFormat(dials: 5, multiplier: 40),
    cycle: BillingCycle(rawValue: 21)!,
    installedAt: Fixture.clock.startOfDay(CivilDay(year: 1997, month: 2, day: 3)),
    lastBilledRead: 99_999, lastBilledAt: 896_677_200_000)

  @Test func exactBytes() {
    var removed = Self.point
    removed.removedAt = Fixture.clock.startOfDay(CivilDay(year: 1999, month: 1, day: 1))
    removed.removedRead = 3
    removed.lastBilledAt += 7
    var next = Self.point
    next.installedAt = removed.removedAt! + 52_200_000
    next.removedAt = next.installedAt + 1
    next.servicePointID = "S"
    next.accountID = ""
    next.lastBilledAt = next.installedAt
    next.service = .monthly
    #expect(
      String(decoding: RegistryFixture.encoded([Self.point, removed, next]), as: UTF8.self) == """
        \(RegistryFixture.header)\r
        20000001,M1,"A,1","A,1",electric,5,40,21,1997-02-03,,,,99999,1998-06-01T05:00:00Z,daily\r
        20000001,M1,"A,1","A,1",electric,5,40,21,1997-02-03,1998-12-31,,3,99999,\
        1998-06-01T05:00:00.007Z,daily\r
        20000001,M1,S,,electric,5,40,21,1999-01-01T19:30:00Z,1999-01-01T19:30:00.001Z,99999,,,,monthly\r

        """)
  }

  @Test("what is written is read back, sorted", arguments: 1...100 as ClosedRange<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let clock = LocalClock(utcOffsetMinutes: .random(in: -720...840, using: &random))
    let texts = ["7", "a \"quoted\" name", "Straße,\r\nnew line", "ü", " "]
    var points: [ServicePoint] = []
    for number in 0..<30 {
      let register = RegisterFormat(
        dials: .random(in: 4...8, using: &random),
        multiplier: .random(in: 1...1_000_000, using: &random))
      // Three rows of an endpoint, at midnights and at other times.
      var at = clock.startOfDay(CivilDay(number: .random(in: -1000...40_000, using: &random)))
      for row in 0..<3 {
        let installed = at
        at += [millisecondsPerDay, 3, 60_000, 7 * millisecondsPerDay].randomElement(using: &random)!
        let isRemoved = row < 2 || Bool.random(using: &random)
        let text = texts.randomElement(using: &random)!
        points.append(
          ServicePoint(
            endpoint: EndpointID(rawValue: UInt32(1000 - number)), meterID: "\(text)\(number)",
            servicePointID: Bool.random(using: &random) ? nil : "\(text)-\(number)",
            accountID: Bool.random(using: &random) ? "" : "\(text)+\(number)",
            commodity: Commodity.allCases[number % 3], register: register,
            cycle: BillingCycle.allCases.randomElement(using: &random)!,
            service: ReadService.allCases.randomElement(using: &random)!, installedAt: installed,
            removedAt: isRemoved ? at : nil,
            removedRead: isRemoved && Bool.random(using: &random)
              ? .random(in: 0..<register.span, using: &random) : nil,
            lastBilledRead: .random(in: 0..<register.span, using: &random),
            lastBilledAt: installed
              + [0, 1, 999, -1, 86_400_000].randomElement(using: &random)!))
      }
    }
    points.shuffle(using: &random)
    let read = try RegistryFile.decode(
      RegistryFixture.encoded(points, clock: clock), source: "registry.csv", clock: clock)
    #expect(read.refused == [], "seed \(seed)")
    #expect(
      read.registry.rows
        == points.sorted { ($0.endpoint, $0.installedAt) < ($1.endpoint, $1.installedAt) },
      "seed \(seed)")
  }

  @Test func longFilesComeInChunks() throws {
    let points = (1...20_000).map { number in
      var point = Self.point
      point.endpoint = EndpointID(rawValue: UInt32(number))
      point.meterID = "M\(number)"
      point.servicePointID = "S\(number)"
      return point
    }
    var chunks: [[UInt8]] = []
    RegistryFile.encode(points, clock: Fixture.clock) { chunks.append($0) }
    #expect(chunks.count == 2)
    let read = try RegistryFile.decode(Array(chunks.joined()), source: "r", clock: Fixture.clock)
    #expect(read.registry.rows == points)
  }

  @Test func theFailureOfTheDestinationEndsTheWriting() {
    struct Full: Error {}
    var calls = 0
    #expect(throws: Full.self) {
      try RegistryFile.encode([Self.point], clock: Fixture.clock) { (_: [UInt8]) throws(Full) in
        calls += 1
        throw Full()
      }
    }
    #expect(calls == 1)
  }

  @Test func columnsInAnyOrderAndOthersIgnored() throws {
    let lines = String(decoding: RegistryFixture.encoded([Self.point]), as: UTF8.self)
      .split(separator: "\r\n")
    let read = try RegistryFixture.decode("note,\(lines[0]),endpoint\nx,\(lines[1]),y\n")
    #expect(read.registry.rows == [Self.point])
  }

  @Test("what is left out: the place is the account's or the meter's, the first bill starts from 0")
  func defaults() throws {
    let full = try RegistryFixture.decode(
      RegistryFixture.file("7,M7,A7,gas,4,1,3,1998-06-01,"))
    let point = try #require(full.registry.rows.first)
    #expect(point.servicePointID == "A7" && point.accountID == "A7" && point.removedAt == nil)
    #expect(point.installedAt == Fixture.clock.startOfDay(CivilDay(year: 1998, month: 6, day: 1)))
    #expect(point.lastBilledRead == 0 && point.lastBilledAt == point.installedAt)
    #expect(point.removedRead == nil && point.service == .daily)

    let unbilled = try RegistryFixture.decode(
      """
      endpoint,meter,commodity,dials,multiplier,cycle,installed,removed,installed_read,service_point_id,service
      7,M7,gas,4,1,3,1998-06-01T14:30:00Z,1998-06-01T14:30:00.500Z,12,,
      8,M8,gas,4,1,3,1998-06-01,1998-06-01,9999,S8,monthly

      """)
    #expect(unbilled.registry.rows.map(\.service) == [.daily, .monthly])
    #expect(unbilled.registry.rows.map(\.servicePointID) == ["M7", "S8"])
    #expect(unbilled.registry.rows.map(\.accountID) == ["", ""])
    #expect(unbilled.registry.rows.map(\.lastBilledRead) == [12, 9999])
    #expect(unbilled.registry.rows.map { $0.removedAt! - $0.installedAt } == [500, 86_400_000])
    #expect(unbilled.registry.rows[0].installedAt == 896_711_400_000)
  }

  @Test(
    "several threads give what one gives, line numbers and refusals included",
    arguments: 1...60 as ClosedRange<UInt64>)
  func threads(seed: UInt64) async throws {
    var random = SplitMix64(seed: seed)
    let rows = RegistryFixture.randomRows(
      count: .random(in: 5...60, using: &random), using: &random)
    var bytes = RegistryFixture.encoded(rows)
    for _ in 0..<Int.random(in: 0..<4, using: &random) {
      let place = Int.random(
        in: RegistryFixture.header.utf8.count + 2..<bytes.count, using: &random)
      bytes[place] = Array("\n,x9\r".utf8).randomElement(using: &random)!
    }
    if Bool.random(using: &random) { bytes.removeLast(2) }
    func outcome(_ read: () async throws -> RegistryReading) async -> String {
      do {
        let reading = try await read()
        return "\(reading.registry.rows)\(reading.lines)\(reading.refused)"
      } catch {
        return "\(error)"
      }
    }
    let content = bytes
    let plain = await outcome {
      try RegistryFile.decode(content, source: "r", clock: Fixture.clock)
    }
    for threads in [1, 2, 3, 7] {
      let parallel = await outcome {
        try await RegistryFile.decode(
          content, source: "r", clock: Fixture.clock, threads: threads)
      }
      #expect(parallel == plain, "seed \(seed), \(threads) threads")
    }
  }
}
