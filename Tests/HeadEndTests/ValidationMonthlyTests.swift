import DurableFiles
import Metering
import TestSupport
import Testing

@testable import HeadEnd

/// Endpoints that are read once a month. Endpoint 0 is one of them; endpoint 1 is heard every day.
///
/// Cycle 9 is due on the days 10 (11 June), 42 (13 July) and 73 (13 August) of the store.
@Suite("Validation of endpoints read once a month")
struct ValidationMonthlyTests {
  private typealias Store = ValidationStore

  private static func point(
    cycle: Int = 9, service: ReadService = .monthly, from: Int64? = nil, to: Int64? = nil,
    dials: Int = 5, account: String? = nil, opening: Int64 = 1000
  ) -> ServicePoint {
    Store.point(
      0, account: account, dials: dials, cycle: cycle, service: service, from: from, to: to,
      opening: opening)
  }

  /// A store that is validated through a day.
  ///
  /// - Parameters:
  ///   - rows: of endpoint 0.
  ///   - reads: its registers by day.
  private static func store(
    rows: [ServicePoint] = [point()], _ reads: [Int: UInt32], through last: Int
  ) async throws -> Store {
    let store = try Store(rows + [Store.point(1, opening: 100)])
    try await store.receive(
      (0...last).map { .init(endpoint: 1, day: $0, register: 100 + UInt32($0) * 10) }
        + reads.filter { $0.key <= last }.map {
          .init(endpoint: 0, day: $0.key, register: $0.value)
        })
    try await store.validate(through: last)
    #expect(try await store.check() == [])
    return store
  }

  private func figures(_ store: Store) throws -> [[Int64?]] {
    try ["days_expected", "days_actual", "days_entered", "days_estimated"].map {
      try store.monthly(0, $0)
    }
  }

  @Test("one read in the window is all that is due: no estimates, no findings, nobody is sent out")
  func readInWindow() async throws {
    let store = try await Self.store([9: 1095], through: 29)
    for day in 0..<30 where day != 9 { #expect(try store.texts(0, day) == [], "\(day)") }
    #expect(try store.texts(0, 9) == ["1095 actual"])
    #expect(try figures(store) == [[1], [1], [0], [0]])
    #expect(try store.monthly(0, "days_in_service") == [30])
    #expect(try store.findings(0) == [])
    // Use goes on between the reads: 95 counts in 9 days and a half.
    #expect(try store.daily(0, 4..<8) == [10, 10, 10, 10])
    let opened = try store.open()
    let performance = try #require(try opened.performance())
    #expect(performance.monthly.months["1998-06"]?.expected == 1)
    #expect(performance.monthly.months["1998-06"]?.readRate == 1)
    #expect(performance.monthly.days[Store.day0 + 10]?.actual == 1)
    #expect(performance.monthly.days[Store.day0 + 9]?.expected == 0)
    #expect(performance.monthly.ages.map(\.endpoints) == [0, 1, 0, 0, 0])
    #expect(performance.daily.months["1998-06"]?.expected == 30)
    #expect(performance.daily.ages.map(\.endpoints) == [1, 0, 0, 0, 0, 0])
    #expect(try opened.workList(month: "1998-06", prices: Prices()).isEmpty)
  }

  @Test("without one the scheduled day alone is estimated, and a late read takes that back")
  func noReadInWindow() async throws {
    let reads: [Int: UInt32] = [6: 1060, 12: 1120]
    let store = try await Self.store(reads, through: 29)
    #expect(try store.texts(0, 6) == ["1060 actual"] && store.texts(0, 12) == ["1120 actual"])
    let estimate = "1104 estimated between_reads"
    #expect(try store.texts(0, 10) == [estimate])
    for day in [7, 8, 9, 11, 13] { #expect(try store.texts(0, day) == [], "\(day)") }
    #expect(try figures(store) == [[1], [0], [0], [1]])
    #expect(try await store.validate(through: 29).versions == 0)

    try await store.receive([.init(endpoint: 0, day: 11, register: 1108)])
    try await store.validate(through: 29)
    #expect(try store.texts(0, 10) == [estimate, "1104 missing not_due"])
    #expect(try figures(store) == [[1], [1], [0], [0]])
    let atOnce = try await Self.store(reads.merging([11: 1108]) { $1 }, through: 29)
    #expect(
      try StoreContent(of: store.path).differences(
        from: StoreContent(of: atOnce.path), in: StoreContent.Part.validated) == [])
    let digest = try await store.open().summary(threads: 1).digest
    #expect(try await atOnce.open().summary(threads: 1).digest == digest)

    try store.enter(Store.entry(0, 11, .rejected))
    try await store.validate(through: 29)
    #expect(try store.value(0, 10) == estimate)
  }

  @Test("what a person entered counts behind what was received")
  func entered() async throws {
    let store = try await Self.store([:], through: 29)
    #expect(try store.value(0, 10) == "1100 estimated by_class_average")
    try store.enter(Store.entry(0, 8, .customer, 1080))
    try await store.validate(through: 29)
    #expect(try store.value(0, 10) == "1100 missing not_due")
    #expect(try figures(store) == [[1], [0], [1], [0]])
    try await store.receive([.init(endpoint: 0, day: 7, register: 1070)])
    try await store.validate(through: 29)
    #expect(try figures(store) == [[1], [1], [0], [0]])
    #expect(try store.value(0, 8) == "1080 customer edit")
  }

  @Test("a window that begins in the month before, and one that ends in the month behind")
  func windowOverTheEdge() async throws {
    // Cycle 1 is due on 1 July, day 30, from three days before on.
    for (day, actual) in [(26, 0), (27, 1), (29, 1)] as [(Int, Int64)] {
      let store = try await Self.store(
        rows: [Self.point(cycle: 1)], [0: 1000, day: 1260], through: 40)
      #expect(try figures(store)[1] == [1, actual], "day \(day)")
      #expect(try store.texts(0, 30).count == 1 - Int(actual), "day \(day)")
      #expect(try figures(store)[0] == [1, 1])
    }
    // Entered there.
    let store = try await Self.store(rows: [Self.point(cycle: 1)], [0: 1000], through: 40)
    try store.enter(Store.entry(0, 28, .customer, 1280))
    try await store.validate(through: 40)
    #expect(try figures(store) == [[1, 1], [1, 0], [0, 1], [0, 0]])

    // Cycle 21 is due on 31 August, day 91, and read until the day behind it.
    for last in [91, 92, 99] {
      for day in [92, 93] {
        let store = try await Self.store(
          rows: [Self.point(cycle: 21)], [28: 1280, 58: 1580, day: 1920], through: last)
        let isRead = day == 92 && last >= 92
        #expect(try figures(store)[1].prefix(3) == [1, 1, isRead ? 1 : 0], "\(day), \(last)")
        #expect(try store.texts(0, 91).count == (isRead ? 0 : 1), "\(day), \(last)")
      }
    }
    let later = try await Self.store(
      rows: [Self.point(cycle: 21)], [28: 1280, 58: 1580], through: 91)
    #expect(try later.value(0, 91) == "1910 estimated by_history")
    try await later.receive([
      .init(endpoint: 0, day: 92, register: 1920), .init(endpoint: 1, day: 92, register: 1020),
    ])
    try await later.validate(through: 92)
    #expect(
      try later.texts(0, 91) == ["1910 estimated by_history", "1910 missing not_due"])
  }

  @Test("a meter is missed after 45 days")
  func missed() async throws {
    let store = try await Self.store([9: 1095], through: 53)
    #expect(try store.value(0, 42) == "1425 estimated by_history")
    #expect(try !store.findings(0).contains { $0.hasPrefix("no_read") })
    let later = try await Self.store([9: 1095], through: 54)
    #expect(
      try later.findings(0).filter { $0.hasPrefix("no_read") } == [
        "no_read 10...54 reads 0 1095>- units 455"
      ])
    let items = try later.open().workList(month: "1998-07", prices: Prices())
    #expect(items.map(\.endpoint) == [Store.id(0)])
  }

  @Test("two equal reads a month apart are a meter that stands still, where use was expected")
  func standingStill() async throws {
    let store = try await Self.store([10: 1100, 42: 1420, 73: 1420], through: 91)
    #expect(
      try store.findings(0).filter { $0.hasPrefix("stuck") || $0.hasPrefix("zero") } == [
        "stuck 42...73 reads 0 1420>1420 units 310", "zero 42...73 reads 0 1420>1420 units 310",
      ])
    // One count in a month is no use to miss.
    let slow = try await Self.store([10: 1000, 42: 1001, 73: 1001], through: 91)
    #expect(try slow.findings(0).allSatisfy { $0.hasPrefix("zero") })
  }

  @Test("reads a month apart are judged by the time between them")
  func monthApart() async throws {
    let store = try await Self.store(
      rows: [Self.point(dials: 4, opening: 8500)], [10: 8800, 42: 9700, 73: 500], through: 91)
    for (day, register) in [(10, 8800), (42, 9700), (73, 500)] {
      #expect(try store.texts(0, day) == ["\(register) actual"])
    }
    #expect(try store.findings(0) == ["rollover 73...73 reads 1 9700>500 units 0"])
    // Twenty times the usual use is none.
    let ahead = try await Self.store([10: 1105, 42: 9000], through: 59)
    #expect(
      try ahead.texts(0, 42) == [
        "9000 actual", "9000 rejected implausible_use", "1425 estimated by_history",
      ])
    #expect(try figures(ahead) == [[1, 1], [1, 0], [0, 0], [0, 1]])
  }

  @Test("from monthly to daily in the middle of a month, and back")
  func conversion() async throws {
    let noon = Store.start(15) + Store.noon - 3_600_000
    var reads: [Int: UInt32] = [9: 1090]
    for day in 15..<30 where day != 20 { reads[day] = 1000 + UInt32(day) * 10 }
    let rows = [
      Self.point(to: noon), Self.point(service: .daily, from: noon, opening: 1145),
    ]
    let store = try await Self.store(rows: rows, reads, through: 29)
    #expect(try figures(store) == [[1 + 15], [1 + 14], [0], [1]])
    #expect(try store.value(0, 20) == "1204 estimated between_reads")
    for day in [0, 8, 10, 14] { #expect(try store.texts(0, day) == [], "\(day)") }
    #expect(try store.findings(0) == [])
    let performance = try #require(try store.open().performance())
    #expect(performance.monthly.months["1998-06"]?.expected == 1)
    #expect(performance.daily.months["1998-06"]?.expected == 30 + 15)
    #expect(performance.daily.ages[0].endpoints == 2 && performance.monthly.ages[1].endpoints == 0)

    // Nothing is missed before the reads are due every day.
    let silent = try await Self.store(rows: rows, [9: 1090], through: 20)
    #expect(try silent.findings(0) == [])
    let longSilent = try await Self.store(rows: rows, [9: 1090], through: 21)
    #expect(try longSilent.findings(0).map { $0.prefix(15) } == ["no_read 10...21"])

    let back = try await Self.store(
      rows: [Self.point(service: .daily, to: noon), Self.point(from: noon, opening: 1145)],
      Dictionary(uniqueKeysWithValues: (0..<15).map { ($0, 1000 + UInt32($0) * 10) }),
      through: 29)
    #expect(try figures(back) == [[15], [15], [0], [0]])
    #expect(try back.texts(0, 15) == [] && back.findings(0) == [])
  }

  @Test("a read before the present account's time is not in its window")
  func otherAccount() async throws {
    let change = Store.start(9)
    let store = try await Self.store(
      rows: [
        Self.point(to: change, account: "A"), Self.point(from: change, account: "B", opening: 1085),
      ], [8: 1080], through: 29)
    #expect(try store.value(0, 10)?.hasSuffix("estimated by_history") == true)
    #expect(try figures(store) == [[1], [0], [0], [1]])
  }

  @Test("a row that ends on the scheduled day is not read any more")
  func removal() async throws {
    let removed = try await Self.store(
      rows: [Self.point(to: Store.start(10) + Store.noon)], [:], through: 29)
    #expect(try figures(removed) == [[0], [0], [0], [0]])
    #expect(try removed.monthly(0, "days_in_service") == [11])
    let next = try await Self.store(
      rows: [Self.point(to: Store.start(11))], [10: 1100], through: 29)
    #expect(try figures(next) == [[1], [1], [0], [0]])
  }

  @Test("the limit and the read window stand in store.json; other ones validate everything anew")
  func settings() async throws {
    let store = try await Self.store([7: 1070], through: 29)
    let path = store.path + "/store.json"
    let text = String(decoding: try FileSystem.system.readFile(path), as: UTF8.self)
    #expect(text.contains(#""no_read_days_monthly": 45"#))
    let other = text.replacing(#""window_before_days": 3"#, with: #""window_before_days": 2"#)
    try FileSystem.system.writeAtomically(Array(other.utf8), to: path)
    #expect(try figures(store)[1] == [1])
    try await store.validate(through: 29)
    #expect(try figures(store)[1] == [0] && store.texts(0, 10).count == 1)
  }
}
