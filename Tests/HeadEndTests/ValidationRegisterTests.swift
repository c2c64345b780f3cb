import Metering
import TestSupport
import Testing

@testable import HeadEnd

/// What a register does that it should not, or seldom does.
@Suite("Validation of registers")
struct ValidationRegisterTests {
  /// So much a day from a start.
  private static func steady(_ start: UInt32, _ daily: UInt32, days: Int = 30) -> [UInt32?] {
    (0..<days).map { start + UInt32($0) * daily }
  }

  @Test("a register that passes its highest count has rolled over")
  func rollover() async throws {
    var meter = Self.steady(99_900, 10)
    for day in 10..<30 { meter[day] = UInt32(day - 10) * 10 }
    let store = try await ValidationStore([meter])
    #expect(try store.value(0, 10) == "0 actual")
    #expect(try store.findings(0) == ["rollover 10...10 reads 1 99990>0 units 0"])
    #expect(
      try store.daily(0, 0..<30) == [0] + [Int64?](repeating: 10, count: 29))
    #expect(try store.monthly(0, "consumption") == [290])
    #expect(try await store.check() == [])
  }

  @Test("a decrease that no rollover explains is rejected, and told when the register is back")
  func negative() async throws {
    var meter = Self.steady(2000, 10)
    meter[12] = 1500
    let store = try await ValidationStore([meter])
    // In line between noon of the day before and of the day after, at the last second of the day.
    #expect(
      try store.texts(0, 12) == [
        "1500 actual", "1500 rejected negative", "2124 estimated between_reads",
      ])
    #expect(try store.findings(0) == ["negative 12...12 reads 1 2110>1500 units 0"])
    #expect(try store.daily(0, 11..<14) == [10, 14, 6])
    #expect(try store.monthly(0, "reads_rejected") == [1])
  }

  @Test("a jump that returns is a spike, and costs nothing")
  func spike() async throws {
    var meter = Self.steady(2000, 10)
    meter[12] = 9000
    meter[13] = 9010
    let store = try await ValidationStore([meter, Self.steady(100, 10)])
    #expect(try store.texts(0, 12).last == "2124 estimated between_reads")
    #expect(try store.texts(0, 13).last == "2134 estimated between_reads")
    #expect(try store.findings(0) == ["spike 12...13 reads 2 2110>9000 units 0"])
    #expect(try store.findings(1) == [])
  }

  @Test("a jump that stays is an exchange that nobody reported: held, and estimated by history")
  func unreportedExchange() async throws {
    var meter = Self.steady(2000, 10)
    for day in 20..<30 { meter[day] = 50 + UInt32(day - 20) * 10 }
    let store = try await ValidationStore([meter, Self.steady(100, 10)])
    #expect(
      try store.texts(0, 29) == [
        "140 actual", "140 rejected negative", "2290 estimated by_history",
      ])
    // From noon of the last good day to the last second of the month, at 10 a day.
    #expect(
      try store.findings(0) == ["unreported_exchange 20...29 reads 10 2190>50 units 105"])
    #expect(try store.monthly(0, "days_estimated") == [10])
    // The first July read tells nothing new: the work order is still missing.
    try await store.receive([.init(endpoint: 0, day: 30, register: 150)])
    try await store.validate(through: 30)
    #expect(try store.value(0, 30) == "2300 estimated by_history")
    #expect(
      try store.findings(0).last == "unreported_exchange 20...30 reads 11 2190>50 units 115")
  }

  @Test("two jumps, and the register that is implausible at the end only: not yet an exchange")
  func jumpAtTheEnd() async throws {
    var meter = Self.steady(2000, 10)
    for day in 28..<30 { meter[day] = 9000 }
    let store = try await ValidationStore([meter, Self.steady(100, 10)])
    #expect(
      try store.findings(0) == ["implausible_use 28...29 reads 2 2270>9000 units 25"])
    #expect(try store.value(0, 29) == "2290 estimated by_history")
  }

  @Test("two endpoints whose registers go on at each other's are swapped")
  func swapped() async throws {
    var one = Self.steady(2000, 10)
    var other = Self.steady(30_000, 8)
    for day in 15..<30 { swap(&one[day], &other[day]) }
    // So many others that the use of their kind tells the two apart from one that uses much.
    let others = [[UInt32?]](repeating: Self.steady(100, 10), count: 40)
    let store = try await ValidationStore([one, other] + others)
    let all = try store.allFindings()
    #expect(all.map(\.flag) == [.swapped, .swapped])
    #expect(try store.findings(0)[0].hasSuffix("reads 15 2140>30120 units 155 with 1"))
    #expect(try store.findings(1)[0].hasSuffix("reads 15 30112>2150 units 124 with 0"))
  }

  @Test("a register beyond the dials, and a frame of the wrong kind, are rejected")
  func objections() async throws {
    let store = try ValidationStore([
      ValidationStore.point(0, dials: 4, opening: 1000),
      ValidationStore.point(1, commodity: .gas, opening: 5),
    ])
    try await store.receive(
      (0..<10).map { .init(endpoint: 0, day: $0, register: $0 == 5 ? 10_000 : 1000 + UInt32($0)) })
    try await store.receive(
      (0..<10).map {
        .init(endpoint: 1, day: $0, register: 5 + UInt32($0), ertType: $0 == 7 ? 4 : 12)
      })
    try await store.validate(through: 9)
    #expect(
      try store.texts(0, 5) == [
        "10000 actual", "10000 rejected beyond_dials", "1005 estimated between_reads",
      ])
    #expect(try store.findings(0) == ["beyond_dials 5...5 reads 1 1004>10000 units 1"])
    #expect(
      try store.texts(1, 7) == [
        "12 actual", "12 rejected wrong_type", "12 estimated between_reads",
      ])
    #expect(try store.findings(1) == ["wrong_type 7...7 reads 1 11>12 units 1"])
  }

  @Test("a register that stands still though use is expected is stuck; for a billing month, zero")
  func stuckAndZero() async throws {
    var meter = Self.steady(2000, 10)
    for day in 12..<30 { meter[day] = 2110 }
    let store = try await ValidationStore([meter, Self.steady(100, 10)])
    // 18 days at 10 counts.
    #expect(try store.findings(0).contains("stuck 11...29 reads 18 2110>2110 units 180"))
    try await store.receive(
      (30..<40).flatMap { day -> [ValidationStore.Reception] in
        [
          .init(endpoint: 0, day: day, register: 2110),
          .init(endpoint: 1, day: day, register: 100 + UInt32(day) * 10),
        ]
      })
    try await store.validate(through: 39)
    let july = try store.findings(0).suffix(3)
    #expect(july.contains("stuck 11...39 reads 28 2110>2110 units 280"))
    #expect(july.contains("zero 11...39 reads 28 2110>2110 units 280"))
    #expect(try store.findings(1) == [])
  }

  @Test("a meter that was never expected to move much is not stuck")
  func slowMeter() async throws {
    let store = try await ValidationStore([Self.steady(500, 0, days: 20)])
    #expect(try store.findings(0) == [])
  }

  @Test("a changed tamper counter is told with both values")
  func tamper() async throws {
    let store = try ValidationStore([ValidationStore.point(0, opening: 1000)])
    try await store.receive(
      (0..<20).map {
        .init(
          endpoint: 0, day: $0, register: 1000 + UInt32($0) * 10, tamper: $0 < 15 ? 1 : 2)
      })
    try await store.validate(through: 19)
    // A month of its use is at stake; the counter is the physical one, times 4.
    #expect(try store.findings(0) == ["tamper 15...15 reads 1 4>8 units 300"])
    #expect(try store.value(0, 15) == "1150 actual")
  }

  @Test("a tamper counter that changes over the end of a month is told, too")
  func tamperOverMonths() async throws {
    let store = try ValidationStore([ValidationStore.point(0, opening: 1000)])
    try await store.receive(
      (0..<40).map {
        .init(
          endpoint: 0, day: $0, register: 1000 + UInt32($0) * 10, tamper: $0 < 30 ? 1 : 0)
      })
    try await store.validate(through: 39)
    #expect(try store.findings(0) == ["tamper 30...30 reads 1 4>0 units 300"])
  }

  @Test("use far above or below the month before is high or low; at the limits it is neither")
  func levels() async throws {
    // 10 a day in June, in July a factor.
    func meter(_ july: UInt32) -> [UInt32?] {
      Self.steady(1000, 10) + (0..<31).map { 1290 + UInt32($0 + 1) * july }
    }
    let store = try await ValidationStore([meter(20), meter(21), meter(5), meter(4), meter(10)])
    func rules(_ endpoint: Int) throws -> [String] {
      try store.findings(endpoint).map { String($0.split(separator: " ")[0]) }
    }
    #expect(try (0..<5).map(rules) == [[], ["high"], [], ["low"], []])
    // 31 days of 21 instead of 10, and of 4.
    #expect(try store.findings(1) == ["high 30...60 reads 0 ->- units 341"])
    #expect(try store.findings(3) == ["low 30...60 reads 0 ->- units 186"])
  }

  @Test("use is compared with the same month of the year before where that is known")
  func lastYear() async throws {
    // 10 a day in June 1998, 30 a day in May 1999 and in June 1999.
    let store = try ValidationStore([ValidationStore.point(0, opening: 1000)])
    var reads = (0..<30).map { day in
      ValidationStore.Reception(endpoint: 0, day: day, register: 1000 + UInt32(day) * 10)
    }
    reads += (334..<395).map { day in
      ValidationStore.Reception(endpoint: 0, day: day, register: 4000 + UInt32(day - 334) * 30)
    }
    try await store.receive(reads)
    try await store.validate(through: 394)
    let high = try store.findings(0).filter { $0.hasPrefix("high 365") }
    #expect(high == ["high 365...394 reads 0 ->- units 600"])
  }

  @Test("use on an account that nobody has is told, with all of it at stake")
  func inactiveUse() async throws {
    let store = try ValidationStore([
      ValidationStore.point(0, account: "", multiplier: 3, opening: 1000),
      ValidationStore.point(1, account: "", opening: 1000),
    ])
    try await store.receive(
      (0..<10).flatMap { day -> [ValidationStore.Reception] in
        [
          .init(endpoint: 0, day: day, register: 1000 + UInt32(day) * 10),
          .init(endpoint: 1, day: day, register: 1000),
        ]
      })
    try await store.validate(through: 9)
    #expect(try store.findings(0) == ["inactive_use 0...9 reads 0 ->- units 270"])
    #expect(try store.findings(1) == [])
  }

  @Test("an endpoint that is not heard for a week is told with what it may have used")
  func noRead() async throws {
    var meter = Self.steady(1000, 10)
    for day in 20..<30 { meter[day] = nil }
    var short = Self.steady(1000, 10)
    for day in 24..<30 { short[day] = nil }
    let store = try await ValidationStore([meter, short, Self.steady(1000, 10)])
    #expect(try store.findings(0) == ["no_read 20...29 reads 0 1190>- units 105"])
    #expect(try store.findings(1) == [])
  }
}
