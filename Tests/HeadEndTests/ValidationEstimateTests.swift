import Metering
import TestSupport
import Testing
import VEE

@testable import HeadEnd

/// What is estimated where nothing good was received, and what becomes of it later.
@Suite("Estimates of a store")
struct ValidationEstimateTests {
  private static func steady(_ start: UInt32, _ daily: UInt32, days: Int = 30) -> [UInt32?] {
    (0..<days).map { start + UInt32($0) * daily }
  }

  @Test("between two reads: in line, at the last second of each day")
  func betweenReads() async throws {
    var meter = Self.steady(1010, 10, days: 10)
    for day in 5..<8 { meter[day] = nil }
    let store = try await ValidationStore([meter])
    // 36, 60 and 84 of 96 hours, less a second, of 40 counts from 1050 on.
    #expect(
      try (5..<8).map { try store.texts(0, $0) } == [
        ["1064 estimated between_reads"], ["1074 estimated between_reads"],
        ["1084 estimated between_reads"],
      ])
    let row = try #require(try store.versions(0, 5).last)
    #expect(row.stamp == ValidationStore.start(6) - 1000)
    #expect(row.version == 1 && row.source == .vee && row.reception == nil)
    #expect(try store.daily(0, 4..<10) == [10, 14, 10, 10, 6, 10])
    #expect(try store.monthly(0, "days_estimated") == [3])
    #expect(try store.monthly(0, "days_actual") == [7])
  }

  @Test("behind the last read: its own daily use, or that of its kind")
  func byHistory() async throws {
    var own = Self.steady(1000, 10)
    for day in 20..<30 { own[day] = nil }
    var single = [UInt32?](repeating: nil, count: 30)
    single[0] = 700
    let store = try await ValidationStore([own, single, Self.steady(100, 30)])
    #expect(try store.value(0, 20) == "1200 estimated by_history")
    #expect(try store.value(0, 29) == "1290 estimated by_history")
    // The kind: 190 counts in 19 days and 870 in 29.
    let kind = try #require(
      AverageDailyUse(use: 190 + 870, over: (19 + 29) * millisecondsPerDay))
    #expect(kind.hundredths == 2208)
    #expect(try store.value(1, 1) == "722 estimated by_class_average")
    #expect(try store.value(1, 29) == "1340 estimated by_class_average")
    #expect(
      RegisterEstimate.byHistory(
        last: 700, adu: kind, days: 29, register: RegisterFormat(dials: 5, multiplier: 1),
        span: 100_000) == 1340)
  }

  @Test("an endpoint that was never heard starts at what the registry says")
  func neverHeard() async throws {
    let store = try ValidationStore([
      ValidationStore.point(0, opening: 500), ValidationStore.point(1, opening: 1000),
    ])
    try await store.receive(
      (0..<10).map { .init(endpoint: 1, day: $0, register: 1000 + UInt32($0) * 10) })
    try await store.validate(through: 9)
    #expect(try store.value(0, 0) == "500 estimated by_class_average")
    #expect(try store.value(0, 9) == "590 estimated by_class_average")
    #expect(try store.daily(0, 0..<3) == [0, 10, 10])
    #expect(try store.monthly(0, "days_expected") == [10])
    #expect(try store.monthly(0, "last_read_at") == [nil])
    #expect(try store.open().performance()?.daily.ages.last?.endpoints == 1)
  }

  @Test("counts are units divided by the multiplier, and truncated")
  func multiplier() async throws {
    let store = try ValidationStore([ValidationStore.point(0, multiplier: 40, opening: 1000)])
    try await store.receive(
      (0..<9).map { .init(endpoint: 0, day: $0, register: 1000 + UInt32($0) / 4) })
    try await store.validate(through: 19)
    // 2 counts in 8 days: 0.25 counts, 10 units a day.
    #expect(try store.value(0, 11) == "1002 estimated by_history")
    #expect(try store.value(0, 12) == "1003 estimated by_history")
    #expect(try store.daily(0, 11..<13) == [0, 40])
  }

  @Test("a gap at the month's end gets a line once the next month's read is there")
  func trailingGap() async throws {
    var meter = Self.steady(1000, 10)
    for day in 26..<30 { meter[day] = nil }
    let store = try await ValidationStore([meter])
    #expect(
      try (26..<30).map { try store.texts(0, $0) } == [
        ["1260 estimated by_history"], ["1270 estimated by_history"],
        ["1280 estimated by_history"], ["1290 estimated by_history"],
      ])
    try await store.receive([.init(endpoint: 0, day: 31, register: 1370)])
    let result = try await store.validate(through: 31)
    // 36 of 144 hours, less a second, of 120 counts from 1250 on, and so forth.
    #expect(
      try (26..<31).map { try store.texts(0, $0) } == [
        ["1260 estimated by_history", "1279 estimated between_reads"],
        ["1270 estimated by_history", "1299 estimated between_reads"],
        ["1280 estimated by_history", "1319 estimated between_reads"],
        ["1290 estimated by_history", "1339 estimated between_reads"],
        ["1359 estimated between_reads"],
      ])
    #expect(result.days == 32 && result.versions == 5)
    #expect(try store.daily(0, 25..<32) == [10, 29, 20, 20, 20, 20, 11])
  }

  @Test("a read more than a week behind the month comes too late for its estimates")
  func gapOutOfSight() async throws {
    var meter = Self.steady(1000, 10)
    for day in 26..<30 { meter[day] = nil }
    let store = try await ValidationStore([meter])
    try await store.receive([.init(endpoint: 0, day: 37, register: 1200)])
    try await store.receive([.init(endpoint: 0, day: 38, register: 1300)])
    try await store.validate(through: 38)
    // The read of day 37 is below the last good one.
    #expect(try store.texts(0, 29) == ["1290 estimated by_history"])
    #expect(try store.texts(0, 37).last == "1298 estimated between_reads")
    // What was estimated too high is taken back on the first day of the next month.
    #expect(try store.daily(0, 29..<31) == [10, -19])
    let days = try store.daily(0, 0..<39).compactMap(\.self)
    #expect(days.reduce(0, +) == 300)
  }

  @Test("receptions that come late replace estimates, and nothing is overwritten")
  func lateRead() async throws {
    var meter = Self.steady(1000, 10)
    meter[12] = nil
    let store = try await ValidationStore([meter])
    let before = try store.texts(0, 12)
    #expect(before == ["1124 estimated between_reads"])
    try await store.receive([.init(endpoint: 0, day: 12, register: 1121)])
    let validated = try store.open().validatedThrough
    #expect(validated == ValidationStore.day0 + 11)
    #expect(try store.texts(0, 12) == before + ["1121 actual late_upload"])
    try await store.validate(through: 29)
    #expect(try store.texts(0, 12) == before + ["1121 actual late_upload"])
    #expect(try store.daily(0, 12..<14) == [11, 9])
  }

  @Test("months behind a validation that was set back are in no table until they are validated")
  func setBack() async throws {
    var meter = Self.steady(1000, 10, days: 75)
    meter[12] = nil
    let store = try await ValidationStore([meter])
    #expect(try store.open().validatedMonths == ["1998-06", "1998-07", "1998-08"])
    let whole = try store.daily(0, 0..<75)
    try await store.receive([.init(endpoint: 0, day: 12, register: 1121)])
    do {
      var opened = try store.open()
      _ = try await opened.validate(
        through: ValidationStore.day0 + 34, timestamp: Fixture.timestamp, threads: 1)
      #expect(opened.validatedThrough == ValidationStore.day0 + 34)
      #expect(opened.validatedMonths == ["1998-06", "1998-07"])
    }
    let left = whole[30..<35] + [Int64?](repeating: nil, count: 40)
    #expect(try store.daily(0, 30..<75) == Array(left))
    #expect(try await store.check().isEmpty)
    try await store.validate(through: 74)
    #expect(try store.daily(0, 14..<75) == Array(whole[14...]))
  }

  @Test("a reception that turns out right after all is restored")
  func restored() async throws {
    // A jump at the end of the month that is a meter's new level looks like a rejection, until the
    // registry says that the meter was exchanged.
    let meter = Self.steady(1000, 10, days: 20) + (0..<10).map { 20 + UInt32($0) * 10 }
    let store = try await ValidationStore([meter, Self.steady(100, 10)])
    #expect(try store.value(0, 22) == "1220 estimated by_history")
    var writer = try store.open()
    let instant = ValidationStore.start(20) + 9 * 3_600_000
    try writer.replaceRegistry(
      [
        ValidationStore.point(0, to: instant, removedRead: 1200, opening: 1000),
        ValidationStore.point(0, meter: "N0", from: instant, opening: 15),
        ValidationStore.point(1, opening: 100),
      ], timestamp: Fixture.timestamp)
    _ = consume writer
    #expect(try store.open().validatedThrough == ValidationStore.day0 + 19)
    try await store.validate(through: 29)
    #expect(
      try store.texts(0, 22) == [
        "40 actual", "40 rejected negative", "1220 estimated by_history", "40 actual restored",
      ])
    // 1190 at noon of day 19, 1200 at 9 o'clock of day 20; then 5 until noon.
    #expect(try store.daily(0, 19..<22) == [10, 15, 10])
    #expect(try store.findings(0) == ["exchange 20...20 reads 0 1200>- units 0"])
  }
}
