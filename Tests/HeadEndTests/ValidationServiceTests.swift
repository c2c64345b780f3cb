import Metering
import TestSupport
import Testing

@testable import HeadEnd

/// Meters that come, go and follow one another.
@Suite("Validation of meters that change")
struct ValidationServiceTests {
  private typealias Store = ValidationStore
  /// 09:00 on the eleventh day, at which the old meter shows 1100 and the new one 5.
  private static let instant = ValidationStore.start(10) + 9 * 3_600_000

  /// An old meter with 10 counts of 1 a day, and a new one with 1 count of 40 a day.
  private static func exchange(
    newEndpoint: Int = 0, outRead: Int64? = 1100, eleventh: Store.Reception? = nil
  ) async throws -> Store {
    let store = try Store([
      Store.point(0, to: instant, removedRead: outRead, opening: 1000),
      Store.point(
        newEndpoint, meter: "N", place: "S0", multiplier: 40, from: instant, opening: 5),
    ])
    var receptions = (0..<10).map {
      Store.Reception(endpoint: 0, day: $0, register: 1000 + UInt32($0) * 10)
    }
    receptions += (10..<20).map {
      Store.Reception(endpoint: newEndpoint, day: $0, register: UInt32($0) - 4)
    }
    if let eleventh { receptions[10] = eleventh }
    try await store.receive(receptions)
    try await store.validate(through: 19)
    #expect(try await store.check() == [])
    return store
  }

  @Test("an exchange at one endpoint: both meters' use, each with its multiplier")
  func exchange() async throws {
    let store = try await Self.exchange()
    #expect(try store.value(0, 10) == "6 actual")
    #expect(try store.daily(0, 9..<12) == [10, 10 + 40, 40])
    #expect(try store.findings(0) == ["exchange 10...10 reads 0 1100>- units 0"])
    #expect(try store.monthly(0, "consumption") == [90 + 10 + 10 * 40])
    #expect(try store.monthly(0, "days_actual") == [20])
  }

  @Test("the day's read before the exchange is the old meter's, and no value of the new one")
  func readBeforeExchange() async throws {
    let early = Store.Reception(endpoint: 0, day: 10, register: 1098, time: 8 * 3_600_000)
    let store = try await Self.exchange(eleventh: early)
    // 15 of 27 hours of 2 counts from 5 on.
    #expect(
      try store.texts(0, 10) == [
        "1098 actual", "1098 rejected before_installation", "6 estimated between_reads",
      ])
    #expect(try store.daily(0, 9..<12) == [10, 50, 40])
    #expect(
      try store.findings(0) == [
        "before_installation 10...10 reads 1 5>1098 units 0",
        "exchange 10...10 reads 0 1100>- units 0",
      ])
  }

  @Test("a missing out read is estimated by daily use")
  func missingOutRead() async throws {
    let store = try await Self.exchange(outRead: nil)
    // 21 hours at 10 a day after 1090.
    #expect(try store.findings(0) == ["exchange 10...10 reads 0 1098>- units 0"])
    #expect(try store.daily(0, 9..<12) == [10, 8 + 40, 40])
  }

  @Test("a new endpoint at the service point: each has its days")
  func otherEndpoint() async throws {
    let store = try await Self.exchange(newEndpoint: 1)
    #expect(try store.value(0, 10) == "1100 estimated between_reads")
    #expect(try store.daily(0, 9..<12) == [10, 10, nil])
    #expect(try store.value(0, 11) == nil)
    #expect(try store.daily(1, 9..<12) == [nil, 40, 40])
    #expect(try store.monthly(0, "consumption") == [100])
    #expect(try store.monthly(1, "consumption") == [400])
    #expect(try store.monthly(0, "days_expected") == [11])
    #expect(try store.monthly(1, "days_expected") == [10])
  }

  @Test("what is heard of a module that is not in service is rejected, and told once")
  func outsideService() async throws {
    let store = try await Self.exchange(newEndpoint: 1)
    try await store.receive(
      [12, 13, 15].map { .init(endpoint: 0, day: $0, register: 1110) }
        + [7, 8].map { .init(endpoint: 1, day: $0, register: 5) })
    try await store.validate(through: 19)
    #expect(try store.texts(0, 12) == ["1110 actual late_upload", "1110 rejected after_removal"])
    #expect(try store.texts(1, 8) == ["5 actual late_upload", "5 rejected before_installation"])
    #expect(try store.findings(0).contains("after_removal 12...15 reads 3 ->1110 units 0"))
    #expect(try store.findings(1) == ["before_installation 7...8 reads 2 ->5 units 0"])
    #expect(try store.daily(0, 9..<13) == [10, 10, nil, nil])
    #expect(try store.monthly(0, "reads_rejected") == [3])
  }

  @Test("an exchange at midnight, on the first day of a month and on the last")
  func monthEnds() async throws {
    for day in [29, 30] {
      let midnight = Store.start(day)
      let store = try Store([
        Store.point(0, to: midnight, removedRead: 995 + Int64(day) * 10, opening: 1000),
        Store.point(0, meter: "N", from: midnight, opening: 50),
      ])
      try await store.receive(
        (0..<40).map {
          .init(
            endpoint: 0, day: $0,
            register: $0 < day ? 1000 + UInt32($0) * 10 : 55 + UInt32($0 - day) * 10)
        })
      for through in [day - 1, day, 39] { try await store.validate(through: through) }
      // Half a day of the old meter behind its last read, half a day of the new one.
      #expect(try store.daily(0, day - 2..<day + 2) == [10, 10 + 5, 5, 10], "\(day)")
      let months = try store.monthly(0, "consumption").compactMap(\.self)
      #expect(months.reduce(0, +) == 390, "\(day)")
      #expect(try await store.check() == [])
    }
  }

  @Test("two exchanges on one day count all three meters")
  func twoExchanges() async throws {
    let second = Self.instant + 3_600_000
    let store = try Store([
      Store.point(0, to: Self.instant, removedRead: 1100, opening: 1000),
      Store.point(0, meter: "N", from: Self.instant, to: second, removedRead: 7, opening: 5),
      Store.point(0, meter: "O", from: second, opening: 300),
    ])
    try await store.receive(
      (0..<20).map {
        .init(
          endpoint: 0, day: $0,
          register: $0 < 10 ? 1000 + UInt32($0) * 10 : 303 + UInt32($0 - 10) * 10)
      })
    try await store.validate(through: 19)
    #expect(try store.daily(0, 9..<12) == [10, 10 + 2 + 3, 10])
    #expect(try store.findings(0).count == 2)
  }

  @Test("a meter that moves to another cycle and account goes on")
  func cycleMove() async throws {
    let move = Store.start(15)
    let store = try Store([
      Store.point(0, account: "A", cycle: 3, to: move, opening: 1000),
      Store.point(0, account: "B", cycle: 7, from: move, opening: 1145),
    ])
    try await store.receive(
      (0..<30).map { .init(endpoint: 0, day: $0, register: 1000 + UInt32($0) * 10) })
    try await store.validate(through: 29)
    #expect(try store.daily(0, 14..<17) == [10, 10, 10])
    #expect(try store.findings(0) == [])
    #expect(try store.monthly(0, "cycle") == [7])
    let opened = try #require(try store.open().files(of: .groups).first).open()
    let groupings = try opened.texts("grouping")
    let periods = try opened.texts("period")
    let numbers = try opened.optionalIntegers("number")
    let expected = try opened.integers("days_expected")
    let units = try opened.integers("consumption")
    func month(_ grouping: String) -> [[Int64]] {
      groupings.indices.filter { groupings[$0] == grouping && periods[$0] == "month" }
        .map { [numbers[$0] ?? -1, expected[$0], units[$0]] }
    }
    #expect(month("cycle") == [[3, 15, 140], [7, 15, 150]])
    #expect(month("collector") == [[1, 30, 290]])
  }

  @Test("a meter installed within a month starts at its in read")
  func installation() async throws {
    let noon = Store.start(5) + Store.noon
    let store = try Store([
      Store.point(0, from: noon, opening: 20), Store.point(1, opening: 100),
    ])
    try await store.receive(
      (7..<15).map { .init(endpoint: 0, day: $0, register: 40 + UInt32($0 - 7) * 10) }
        + (0..<15).map { .init(endpoint: 1, day: $0, register: 100 + UInt32($0) * 10) })
    try await store.validate(through: 14)
    // 12 and 36 of 48 hours, less a second, of 20 counts.
    #expect(try store.value(0, 5) == "24 estimated between_reads")
    #expect(try store.daily(0, 4..<8) == [nil, 4, 10, 6])
    #expect(try store.monthly(0, "days_expected") == [10])
  }

  @Test("a meter with eight dials goes over at 24 bits on the air")
  func eightDials() async throws {
    let store = try Store([Store.point(0, dials: 8, opening: 16_777_000)])
    try await store.receive(
      (0..<10).map {
        .init(
          endpoint: 0, day: $0, register: (16_777_050 + UInt32($0) * 50) & 0xFF_FFFF)
      })
    try await store.validate(through: 9)
    #expect(try store.daily(0, 0..<10) == [Int64?](repeating: 50, count: 10))
    #expect(try store.findings(0) == ["rollover 4...4 reads 1 16777200>34 units 0"])
  }
}
