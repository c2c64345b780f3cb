import Metering
import TestSupport
import Testing

@testable import HeadEnd

/// What persons enter, and what validation makes of it.
@Suite("Entries of persons")
struct ReadEntryTests {
  private typealias Store = ValidationStore

  private static func steady(_ gap: Range<Int> = 0..<0) -> [UInt32?] {
    (0..<30).map { gap.contains($0) ? nil : 1000 + UInt32($0) * 10 }
  }

  @Test("a verified read goes over everything, and starts a new level")
  func verified() async throws {
    // The register jumps from day 20 on, and nobody told.
    let meter = Self.steady()[..<20] + (20..<30).map { 5000 + UInt32($0 - 20) * 10 }
    // Many others tell what is usual.
    let others = [[UInt32?]](repeating: Self.steady(), count: 40)
    let store = try await Store([Array(meter)] + others)
    #expect(try store.value(0, 21) == "1210 estimated by_history")
    #expect(try store.enter(Store.entry(0, 20, .verified, 5001, note: "seen by J. Doe")) == 1)
    #expect(try store.open().validatedThrough == Store.day0 + 19)
    try await store.validate(through: 29)
    #expect(
      try store.texts(0, 20) == [
        "5000 actual", "5000 rejected implausible_use", "1200 estimated by_history",
        "5001 verified edit",
      ])
    #expect(
      try store.texts(0, 21) == [
        "5010 actual", "5010 rejected implausible_use", "1210 estimated by_history",
        "5010 actual restored",
      ])
    #expect(try store.daily(0, 19..<22) == [10, 5001 - 1190, 9])
    #expect(try store.findings(0) == [])
    let history = try await store.open().history(
      of: Store.id(0), from: Store.day0 + 20, through: Store.day0 + 20, threads: 1)
    #expect(history.versions.map(\.note) == [nil, nil, nil, "seen by J. Doe"])
    #expect(history.versions.last?.readAt == Store.start(20) + Store.noon)
    #expect(history.versions.map(\.source) == [.radio, .vee, .vee, .person])
    #expect(try await store.check() == [])
  }

  @Test("a customer's read stands for a missing one, and gives way to a reception")
  func customer() async throws {
    let store = try await Store([Self.steady(10..<13)])
    try store.enter(Store.entry(0, 11, .customer, 1112))
    try await store.validate(through: 29)
    #expect(try store.texts(0, 11) == ["1114 estimated between_reads", "1112 customer edit"])
    // 36 of 48 hours of 22 counts from 1090 on.
    #expect(try store.value(0, 10) == "1106 estimated between_reads")
    #expect(try store.monthly(0, "days_entered") == [1])
    try await store.receive([.init(endpoint: 0, day: 11, register: 1110)])
    try await store.validate(through: 29)
    #expect(try store.texts(0, 11).last == "1110 actual late_upload")
    #expect(try store.monthly(0, "days_entered") == [0])
  }

  @Test("a customer's read that cannot be right is kept, and not gone by")
  func wrongCustomer() async throws {
    let store = try await Store([Self.steady(10..<13)])
    try store.enter(Store.entry(0, 11, .customer, 412))
    try await store.validate(through: 29)
    #expect(
      try store.texts(0, 11) == [
        "1114 estimated between_reads", "412 customer edit", "1114 estimated between_reads",
      ])
  }

  @Test("a rejected read is estimated like a missing one")
  func rejected() async throws {
    let store = try await Store([Self.steady()])
    try store.enter(Store.entry(0, 11, .rejected))
    try await store.validate(through: 29)
    #expect(
      try store.texts(0, 11) == [
        "1110 actual", "1110 rejected rejected_by_person", "1114 estimated between_reads",
      ])
    #expect(try store.monthly(0, "reads_rejected") == [1])
    let rejected = try #require(try store.versions(0, 11).dropFirst().first)
    #expect(rejected.stamp == Store.start(11) + Store.noon)
    // Somebody looks again.
    try store.enter(Store.entry(0, 11, .verified, 1110))
    try await store.validate(through: 29)
    #expect(try store.texts(0, 11).last == "1110 verified edit")
  }

  @Test("the same entries again add nothing; another word does")
  func again() async throws {
    let store = try await Store([Self.steady(10..<13), Self.steady()])
    let entries = [
      Store.entry(0, 11, .customer, 1112), Store.entry(1, 4, .rejected),
      Store.entry(0, 20, .verified, 1201),
    ]
    var writer = try store.open()
    #expect(try writer.enter(entries, timestamp: Fixture.timestamp) == 3)
    let version = writer.snapshot(.reads).version
    #expect(try writer.enter(entries, timestamp: Fixture.timestamp) == 0)
    #expect(writer.snapshot(.reads).version == version)
    _ = consume writer
    try await store.validate(through: 29)
    let before = try StoreContent(of: store.path)
    writer = try store.open()
    #expect(try writer.enter(entries, timestamp: Fixture.timestamp) == 0)
    _ = consume writer
    try await store.validate(through: 29)
    #expect(try StoreContent(of: store.path).differences(from: before) == [])
    #expect(try store.enter(Store.entry(0, 11, .customer, 1113)) == 1)
    #expect(try store.enter(Store.entry(0, 11, .verified, 1113)) == 1)
    #expect(try store.versions(0, 11).map(\.version) == [1, 2, 3, 4])
  }

  @Test("an entry for a day of which nothing is known is the day's first version")
  func nothingKnown() async throws {
    let store = try Store([Store.point(0, opening: 1000)])
    try await store.receive([.init(endpoint: 0, day: 0, register: 1005)])
    try store.close(through: 5)
    try store.enter(Store.entry(0, 3, .customer, 1030))
    try await store.validate(through: 5)
    #expect(try store.texts(0, 3) == ["1030 customer edit"])
    #expect(try store.value(0, 1) == "1017 estimated between_reads")
    #expect(try await store.check() == [])
  }

  @Test("what cannot be entered is refused with one line, and nothing of the file is")
  func refusals() async throws {
    let store = try await Store([Self.steady(10..<13)])
    let before = try StoreContent(of: store.path)
    func refusal(_ entries: ReadEntry...) throws -> String {
      var writer = try store.open()
      do throws(HeadEndError) {
        _ = try writer.enter(entries, timestamp: Fixture.timestamp)
        return "accepted"
      } catch {
        #expect(error.category == .badData)
        return error.description
      }
    }
    let good = Store.entry(0, 11, .customer, 1112)
    #expect(
      try refusal(good, Store.entry(0, 30, .customer, 5))
        == "1998-07-01 is not closed; entries are for days that are: close it first")
    #expect(
      try refusal(good, Store.entry(7, 5, .verified, 5))
        == "endpoint 20000007 on 1998-06-06: the registry has no such endpoint")
    #expect(
      try refusal(good, Store.entry(0, 5, .verified, 100_000))
        == "endpoint 20000000 on 1998-06-06: register 100000 does not fit 5 dials; expected 0 to "
        + "99999")
    #expect(
      try refusal(good, Store.entry(0, 10, .rejected))
        == "endpoint 20000000 on 1998-06-11: nothing was received that could be rejected")
    #expect(
      try refusal(good, Store.entry(0, 11, .verified, 1113))
        == "endpoint 20000000 on 1998-06-12: two entries; keep the one that holds")
    #expect(try StoreContent(of: store.path).differences(from: before) == [])
  }

  @Test("files of entries, and what is wrong with them")
  func files() throws {
    func decode(_ text: String) -> String {
      do {
        return try ReadEntryFile.decode(Array(text.utf8), source: "e.csv").map {
          "\($0.endpoint.rawValue) \($0.day) \($0.quality.rawValue) "
            + "\($0.register.map(String.init) ?? "-") \($0.note)"
        }.joined(separator: "; ")
      } catch {
        return error.description
      }
    }
    let header = "endpoint_id,day,quality,register,note\n"
    #expect(
      decode(
        header + "7,1998-06-01,customer,12,card\n8,1998-06-02,rejected,,\"J. Doe, seen\"\n"
          + "9,1998-06-03,verified,0,J. Doe\n")
        == "7 1998-06-01 customer 12 card; 8 1998-06-02 rejected - J. Doe, seen; "
        + "9 1998-06-03 verified 0 J. Doe")
    #expect(decode(header) == "e.csv:1: expected at least one row below the header")
    #expect(decode("") == "e.csv:1: the file is empty; expected a row of column names")
    #expect(
      decode("endpoint_id,day,quality,register\n")
        == "e.csv:1: column 'note' is missing; found endpoint_id, day, quality, register")
    let table = [
      ("7,1998-02-30,customer,12,card", "day", "1998-02-30", "a day such as 1998-06-01"),
      ("7,1998-06-01,estimated,12,card", "quality", "estimated", "customer, verified or rejected"),
      ("7,1998-06-01,rejected,12,card", "register", "12", "nothing, where a read is rejected"),
      ("7,1998-06-01,customer,12,", "note", "", "who says so, and why"),
      ("7,1998-06-01,customer,,card", "register", "", "a whole number from 0 to 99999999"),
      ("0,1998-06-01,customer,12,card", "endpoint_id", "0", "a whole number from 1 to 4294967295"),
      (
        "7,1998-06-01,customer,100000000,card", "register", "100000000",
        "a whole number from 0 to 99999999"
      ),
    ]
    for (row, column, value, expected) in table {
      let text = decode(header + row + "\n")
      #expect(text.hasPrefix("e.csv:2: \(column): "), "\(row): \(text)")
      let found = value.isEmpty ? "the field is empty" : value
      #expect(text.contains(found) && text.hasSuffix("expected \(expected)"), "\(row): \(text)")
    }
  }
}
