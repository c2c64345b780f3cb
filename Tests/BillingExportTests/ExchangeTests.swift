import Metering
import TestSupport
import Testing

@testable import BillingExport

/// Registries whose rows follow one another, billed on 1998-06-10 (cycle 8) or 06-15 (cycle 11).
@Suite struct ExchangeTests {
  private let billed = clock.startOfDay(CivilDay(year: 1998, month: 5, day: 11))
  private let due = CivilDay(year: 1998, month: 6, day: 10)
  private let later = CivilDay(year: 1998, month: 6, day: 15)

  private func june(_ day: Int, hour: Int64 = 0) -> UTCMilliseconds {
    clock.startOfDay(CivilDay(year: 1998, month: 6, day: day)) + hour * 3_600_000
  }

  /// A row of endpoint 5 at service point P, for account A, in cycle 8.
  private func row(
    _ meter: String, endpoint: UInt32 = 5, place: String = "P", account: String = "A",
    cycle number: Int = 8, multiplier: Int = 1, dials: Int = 5, from: UTCMilliseconds? = nil,
    to: UTCMilliseconds? = nil, out: Int64? = nil, start: Int64, at: UTCMilliseconds? = nil
  ) throws -> ServicePoint {
    let installed = from ?? clock.startOfDay(CivilDay(year: 1990, month: 1, day: 1))
    return ServicePoint(
      endpoint: EndpointID(rawValue: endpoint), meterID: meter, servicePointID: place,
      accountID: account, commodity: .electric,
      register: RegisterFormat(dials: dials, multiplier: multiplier), cycle: try cycle(number),
      installedAt: installed, removedAt: to, removedRead: out, lastBilledRead: start,
      lastBilledAt: at ?? from ?? billed)
  }

  /// Reads of the scheduled date at noon.
  private func reads(
    _ counts: [UInt32: Int64], on day: CivilDay? = nil, quality: Quality = .actual
  ) -> [CivilDay: [StatedRead]] {
    let day = day ?? due
    return [
      day: counts.map {
        StatedRead(
          endpoint: $0, count: $1, at: clock.startOfDay(day) + 43_200_000, quality: quality)
      }
    ]
  }

  private struct Line: Equatable {
    var account: String
    var meter: String
    var raw: String
    var use: String
    var quality: String
    var reason: String
    var method = ""
  }

  private func lines(
    _ rows: [ServicePoint], _ reads: [CivilDay: [StatedRead]], cycles: [Int] = [8],
    history: BillHistory = BillHistory()
  ) async throws -> [Line] {
    let directory = try TemporaryDirectory()
    let batches = try await juneRun().write(
      cycles: try cycles.map(cycle), registry: rows, history: history, reads: MemoryReads(reads),
      to: directory.path)
    return try batches.flatMap { try TextLine.all(of: $0) }.map {
      Line(
        account: $0["account_id"], meter: $0["meter_id"], raw: $0["consumption_raw"],
        use: $0["consumption"], quality: $0["quality"], reason: $0["reason"],
        method: $0["est_method"])
    }
  }

  /// The bill before that of a meter's row: so many units a day.
  private func history(
    _ row: Int, _ count: Int64, daily: Int64, quality: Quality = .actual, good: Int64? = nil
  ) -> BillHistory {
    var history = BillHistory()
    let read = RegisterRead(count: count, at: billed)
    history.add(
      [
        BilledRead(
          registryRow: row, read: read, quality: quality, method: nil, consumption: daily * 30,
          days: 30,
          good: good.map { RegisterRead(count: $0, at: billed - 30 * millisecondsPerDay) } ?? read)
      ], rowCount: row + 1)
    return history
  }

  @Test("an exchange with the out read noted: the use of both meters")
  func noted() async throws {
    let exchange = june(3, hour: 9)
    let rows = [
      try row("old", to: exchange, out: 45_892, start: 45_210),
      try row("new", from: exchange, start: 0),
    ]
    #expect(
      try await lines(rows, reads([5: 311])) == [
        Line(
          account: "A", meter: "new", raw: "993", use: "993", quality: "actual",
          reason: "meter_exchange")
      ])
  }

  @Test("registers of different multipliers and dials: each use times its own")
  func multipliers() async throws {
    let exchange = june(3)
    let rows = [
      try row("old", multiplier: 40, dials: 4, to: exchange, out: 12, start: 9_985),
      try row("new", multiplier: 10, from: exchange, start: 99_990),
    ]
    #expect(
      try await lines(rows, reads([5: 20])) == [
        Line(
          account: "A", meter: "new", raw: "", use: "\(27 * 40 + 30 * 10)", quality: "actual",
          reason: "meter_exchange")
      ])
  }

  @Test(
    "a missing out read is estimated by the use of the bill before, or by that of the new meter")
  func missingOutRead() async throws {
    // 05-11 to 06-03: 23 days.
    let old = try row("old", to: june(3), start: 45_210)
    let new = try row("new", from: june(3), start: 100)
    let estimated = Line(
      account: "A", meter: "new", raw: "\(23 * 20 + 311)", use: "\(23 * 20 + 311)",
      quality: "estimated", reason: "meter_exchange", method: "by_history")
    #expect(
      try await lines([old, new], reads([5: 411]), history: history(0, 45_210, daily: 20)) == [
        estimated
      ])
    // 7.5 days of the new meter: 40 a day.
    let byNew = Line(
      account: "A", meter: "new", raw: "\(23 * 40 + 300)", use: "\(23 * 40 + 300)",
      quality: "estimated", reason: "meter_exchange", method: "by_history")
    #expect(try await lines([old, new], reads([5: 400])) == [byNew])
    // Too short a time to tell: held.
    let late = [
      try row("old", to: june(8), start: 45_210), try row("new", from: june(8), start: 100),
    ]
    #expect(
      try await lines(late, reads([5: 400])) == [
        Line(
          account: "A", meter: "new", raw: "", use: "", quality: "missing",
          reason: "missing_out_read")
      ])
  }

  @Test("two exchanges in a period, the second meter's out read noted or not")
  func twice() async throws {
    let (first, second) = (june(1), june(4))
    func rows(out: Int64?) throws -> [ServicePoint] {
      [
        try row("one", to: first, out: 500, start: 400),
        try row("two", from: first, to: second, out: out, start: 7),
        try row("three", from: second, start: 0),
      ]
    }
    #expect(
      try await lines(rows(out: 57), reads([5: 30])) == [
        Line(
          account: "A", meter: "three", raw: "180", use: "180", quality: "actual",
          reason: "meter_exchange")
      ])
    #expect(
      try await lines(rows(out: nil), reads([5: 30]), history: history(0, 400, daily: 10)) == [
        Line(
          account: "A", meter: "three", raw: "160", use: "160", quality: "estimated",
          reason: "meter_exchange", method: "by_history")
      ])
  }

  @Test("another endpoint at the service point, and the endpoint used elsewhere: each is billed")
  func otherEndpoint() async throws {
    let exchange = june(3)
    let rows = [
      try row("old", to: exchange, out: 900, start: 800),
      try row("elsewhere", place: "Q", account: "B", from: exchange, start: 3_000),
      try row("new", endpoint: 9, from: exchange, start: 10),
    ]
    #expect(
      try await lines(rows, reads([5: 3_050, 9: 60])) == [
        Line(
          account: "B", meter: "elsewhere", raw: "50", use: "50", quality: "actual",
          reason: "short_period"),
        Line(
          account: "A", meter: "new", raw: "150", use: "150", quality: "actual",
          reason: "meter_exchange"),
      ])
    // The other module on the same meter: its dials go on.
    let module = [
      try row("same", to: exchange, start: 800),
      try row("same", endpoint: 9, from: exchange, start: 900),
    ]
    #expect(
      try await lines(module, reads([5: 7, 9: 960])) == [
        Line(account: "A", meter: "same", raw: "160", use: "160", quality: "actual", reason: "")
      ])
  }

  @Test("a move between cycles: the period runs on, nothing is lost or doubled")
  func cycleMove() async throws {
    // Moved after the bill of cycle 8 was made on 06-10.
    let moved = june(12)
    let rows = [
      try row("m", to: moved, start: 800), try row("m", cycle: 11, from: moved, start: 0),
    ]
    let both = reads([5: 900]).merging(reads([5: 930], on: later)) { $1 }
    #expect(
      try await lines(rows, both, cycles: [8, 11]) == [
        Line(account: "A", meter: "m", raw: "100", use: "100", quality: "actual", reason: ""),
        Line(
          account: "A", meter: "m", raw: "30", use: "30", quality: "actual", reason: "short_period"),
      ])
    // Moved before: billed once, a little later. A better read from before the move counts.
    let early = [
      try row("m", to: june(9), start: 800), try row("m", cycle: 11, from: june(9), start: 0),
    ]
    #expect(
      try await lines(early, both, cycles: [8, 11]) == [
        Line(account: "A", meter: "m", raw: "130", use: "130", quality: "actual", reason: "")
      ])
  }

  @Test("nobody is billed without an account; the next one starts with what was noted")
  func noAccount() async throws {
    let vacant = [
      try row("m", account: "", start: 800)
    ]
    #expect(try await lines(vacant, reads([5: 900])).isEmpty)
    let rows = [
      try row("m", to: june(2), out: 850, start: 800),
      try row("m", account: "", from: june(2), to: june(5), out: 860, start: 850),
      try row("m", account: "B", from: june(5), start: 0),
    ]
    #expect(
      try await lines(rows, reads([5: 900])) == [
        Line(
          account: "A", meter: "m", raw: "50", use: "50", quality: "actual", reason: "final_bill"),
        Line(
          account: "B", meter: "m", raw: "40", use: "40", quality: "actual", reason: "short_period"),
      ])
  }

  @Test(
    "a change of account is divided where somebody read the meter, else billed to the later one")
  func accountChange() async throws {
    let noted = [
      try row("m", to: june(5), start: 800),
      try row("m", account: "B", from: june(5), start: 880),
    ]
    #expect(
      try await lines(noted, reads([5: 900])) == [
        Line(
          account: "A", meter: "m", raw: "80", use: "80", quality: "actual", reason: "final_bill"),
        Line(
          account: "B", meter: "m", raw: "20", use: "20", quality: "actual", reason: "short_period"),
      ])
    let unread = [
      try row("m", to: june(5), start: 800), try row("m", account: "B", from: june(5), start: 0),
    ]
    #expect(
      try await lines(unread, reads([5: 900])) == [
        Line(account: "B", meter: "m", raw: "100", use: "100", quality: "actual", reason: "")
      ])
  }

  @Test("an account that begins with a meter of which nobody noted the count is held")
  func noStart() async throws {
    let rows = [
      try row("m", account: "", to: june(5), start: 800),
      try row("m", account: "B", from: june(5), start: 0),
    ]
    #expect(
      try await lines(rows, reads([5: 900])) == [
        Line(
          account: "B", meter: "m", raw: "", use: "", quality: "missing",
          reason: "missing_start_read")
      ])
  }

  @Test("a supply that ends gets a final bill in its cycle's next batch, once")
  func finalBill() async throws {
    let removed = [try row("m", to: june(5), out: 850, start: 800)]
    let line = Line(
      account: "A", meter: "m", raw: "50", use: "50", quality: "actual", reason: "final_bill")
    #expect(try await lines(removed, [:]) == [line])
    let estimated = [try row("m", to: june(5), start: 800)]
    #expect(
      try await lines(estimated, [:], history: history(0, 800, daily: 2)) == [
        Line(
          account: "A", meter: "m", raw: "50", use: "50", quality: "estimated",
          reason: "final_bill", method: "by_history")
      ])
    #expect(
      try await lines(estimated, [:]).map { "\($0.quality) \($0.reason)" } == ["missing final_bill"]
    )
    // The scheduled date before was 05-12.
    let may = clock.startOfDay(CivilDay(year: 1998, month: 5, day: 12))
    #expect(try await lines([row("m", to: may, out: 850, start: 800)], [:]).isEmpty)
    #expect(try await lines([row("m", to: june(11), out: 850, start: 800)], [:]).count == 1)
    #expect(
      try await lines([row("m", to: june(11), out: 850, start: 800)], [:]).map(\.reason)
        == ["no_read_in_window"])
  }

  @Test("reads of the other side of an exchange are not billed")
  func otherSide() async throws {
    let rows = [
      try row("old", to: june(10, hour: 18), out: 850, start: 800),
      try row("new", from: june(10, hour: 18), start: 10),
    ]
    // The old meter's read at noon is no read of the new one.
    #expect(try await lines(rows, reads([5: 840])).map(\.reason) == ["no_read_in_window"])
    let next = reads([5: 840]).merging(reads([5: 12], on: due + 1)) { $1 }
    #expect(try await lines(rows, next).map(\.use) == ["52"])
  }

  @Test("estimates: twice in a row is an exception, and one too high is credited")
  func estimates() async throws {
    let meter = [try row("m", start: 0)]
    func bill(_ count: Int64, _ quality: Quality, after last: Quality) async throws -> [Line] {
      try await lines(
        meter, reads([5: count], quality: quality),
        history: history(0, 1_000, daily: 5, quality: last, good: 900))
    }
    let reason = { (lines: [Line]) -> [String] in
      lines.map { "\($0.use) \($0.quality) \($0.reason)" }
    }
    #expect(try await reason(bill(1_100, .estimated, after: .actual)) == ["100 estimated "])
    #expect(
      try await reason(bill(1_100, .estimated, after: .estimated)) == [
        "100 estimated estimated_twice"
      ])
    #expect(try await reason(bill(1_100, .actual, after: .estimated)) == ["100 actual "])
    #expect(
      try await reason(bill(990, .actual, after: .estimated)) == ["-10 actual estimate_credit"])
    #expect(
      try await reason(bill(890, .actual, after: .estimated)) == [" rejected negative_consumption"])
    #expect(
      try await reason(bill(990, .actual, after: .actual)) == [" rejected negative_consumption"])
  }

  @Test("a rollover is plausible by the use of the bill before, or else up to half the span")
  func plausibleRollover() async throws {
    let meter = [try row("m", start: 60_000)]
    // 30.5 days of at most ten times the daily use.
    #expect(try await lines(meter, reads([5: 10_000])).map(\.use) == ["50000"])
    let known = history(0, 60_000, daily: 100)
    #expect(
      try await lines(meter, reads([5: 10_000]), history: known).map(\.reason)
        == ["negative_consumption"])
    let near = history(0, 99_990, daily: 100)
    #expect(try await lines(meter, reads([5: 20_000]), history: near).map(\.use) == ["20010"])
    #expect(
      try await lines(meter, reads([5: 40_000]), history: near).map(\.quality) == ["rejected"])
  }

  @Test("eight dials roll over at 24 bits on the air")
  func onAir() async throws {
    let meter = [try row("m", dials: 8, start: (1 << 24) - 6)]
    #expect(try await lines(meter, reads([5: 5])).map(\.use) == ["11"])
  }

  @Test("rows that hold at the same time at one service point are refused")
  func overlap() async throws {
    let rows = [
      try row("old", to: june(3), out: 900, start: 800),
      try row("new", endpoint: 9, from: june(2), start: 10),
    ]
    await #expect(throws: BillingError.self) { try await lines(rows, [:]) }
  }
}
