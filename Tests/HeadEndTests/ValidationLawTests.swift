import CollectorUpload
import Metering
import TestSupport
import Testing

@testable import HeadEnd

/// Laws of validated stores, on random small utilities.
@Suite("Laws of validation")
struct ValidationLawTests {
  private static let seeds = (0..<(longTests ? 200 : 8)).map { testSeed(40) + UInt64($0) }

  /// Everything at once, and then one validation.
  private static func atOnce(_ utility: RandomUtility, threads: Int = 1) async throws
    -> ValidationStore
  {
    let store = try ValidationStore(utility.registry)
    try await take(utility.uploads, into: store)
    try await store.validate(through: utility.lastDay, threads: threads)
    return store
  }

  private static func take(_ uploads: some Sequence<Upload>, into store: ValidationStore)
    async throws
  {
    var intake = try Intake(try store.open())
    for upload in uploads { try intake.take(upload, source: "test") }
    try await intake.commit(timestamp: Fixture.timestamp, threads: 1)
  }

  private static func digest(_ store: ValidationStore) async throws -> UInt128 {
    try await store.open().summary(threads: 1).digest
  }

  /// Every row of closed days by endpoint, day and version.
  private static func rows(_ store: ValidationStore) throws -> [String: StoredRead] {
    let opened = try store.open()
    var rows: [String: StoredRead] = [:]
    for day in opened.days where day <= opened.closedThrough ?? day - 1 {
      let content = try opened.slot(day).content()
      for part in [content.current, content.superseded] {
        for (endpoint, read) in zip(part.endpoints, part.reads) {
          rows["\(endpoint) \(day) \(read.version)"] = read
        }
      }
    }
    return rows
  }

  @Test(
    "any order and split of uploads, closes and validations ends as everything at once",
    arguments: seeds)
  func order(seed: UInt64) async throws {
    let utility = RandomUtility(seed: seed)
    let whole = try await Self.atOnce(utility)
    let expected = try StoreContent(of: whole.path)
    #expect(!expected.values.isEmpty && !expected.daily.isEmpty && !expected.groups.isEmpty)
    var random = SplitMix64(seed: seed &+ 1)
    let store = try ValidationStore(utility.registry)
    // Day by day, with uploads that come up to three weeks late.
    var waiting = utility.uploads.map { upload -> (day: Int, upload: Upload) in
      let day = Fixture.clock.day(of: upload.header.periodStart) - ValidationStore.day0
      let isLate = Int.random(in: 0..<5, using: &random) == 0
      return (day + (isLate ? Int.random(in: 1...20, using: &random) : 0), upload)
    }
    var seen: [String: StoredRead] = [:]
    var validations = 0
    for day in utility.days {
      var due = waiting.filter { $0.day <= day }.map(\.upload)
      waiting.removeAll { $0.day <= day }
      due.shuffle(using: &random)
      while !due.isEmpty {
        let part = due.prefix(Int.random(in: 1...due.count, using: &random))
        due.removeFirst(part.count)
        try await Self.take(part, into: store)
      }
      guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
      try store.close(through: day - Int.random(in: 0..<3, using: &random))
      var writer = try store.open()
      guard let first = writer.days.first, let closed = writer.closedThrough, first <= closed
      else { continue }
      let early = Int.random(in: 0..<9, using: &random)
      let through = Bool.random(using: &random) ? nil : closed - early
      _ = try await writer.validate(through: through, timestamp: Fixture.timestamp, threads: 1)
      _ = consume writer
      validations += 1
      let now = try Self.rows(store)
      for (key, read) in seen { #expect(now[key] == read, "\(key), seed \(seed)") }
      seen = now
    }
    try await Self.take(waiting.map(\.upload).shuffled(using: &random), into: store)
    try await store.validate(through: utility.lastDay)
    #expect(validations > 3)
    let content = try StoreContent(of: store.path)
    let differences = content.differences(from: expected, in: StoreContent.Part.validated)
    #expect(differences == [], "seed \(seed)")
    #expect(try await Self.digest(store) == Self.digest(whole), "seed \(seed)")
    let now = try Self.rows(store)
    for (key, read) in seen { #expect(now[key] == read, "\(key), seed \(seed)") }
    #expect(try await store.check() == [], "seed \(seed)")
  }

  @Test(
    "a registry that tells only later how often endpoints are read ends as one that always did",
    arguments: seeds)
  func laterService(seed: UInt64) async throws {
    let utility = RandomUtility(seed: seed)
    let whole = try await Self.atOnce(utility)
    let expected = try StoreContent(of: whole.path)
    for service in ReadService.allCases {
      let store = try ValidationStore(utility.registry(service))
      try await Self.take(utility.uploads, into: store)
      try await store.validate(through: utility.lastDay)
      var writer = try store.open()
      try writer.replaceRegistry(utility.registry, timestamp: Fixture.timestamp)
      _ = consume writer
      try await store.validate(through: utility.lastDay)
      let content = try StoreContent(of: store.path)
      let differences = content.differences(from: expected, in: StoreContent.Part.validated)
      #expect(differences == [], "\(service), seed \(seed)")
      #expect(try await Self.digest(store) == Self.digest(whole), "\(service), seed \(seed)")
      #expect(try await store.check() == [], "\(service), seed \(seed)")
    }
  }

  @Test("a second validation changes nothing, with any number of threads", arguments: seeds)
  func again(seed: UInt64) async throws {
    let utility = RandomUtility(seed: seed)
    let store = try await Self.atOnce(utility)
    let expected = try StoreContent(of: store.path)
    for threads in [2, 3, 7] {
      let other = try await Self.atOnce(utility, threads: threads)
      #expect(try StoreContent(of: other.path).differences(from: expected) == [], "seed \(seed)")
      let result = try await store.validate(through: utility.lastDay, threads: threads)
      #expect(result.versions == 0, "seed \(seed)")
      #expect(try StoreContent(of: store.path).differences(from: expected) == [], "seed \(seed)")
    }
  }

  @Test("use adds up to what the registers say, and every day in service is told", arguments: seeds)
  func sums(seed: UInt64) async throws {
    let utility = RandomUtility(seed: seed)
    let store = try await Self.atOnce(utility)
    let opened = try store.open()
    let first = try #require(opened.days.first) - ValidationStore.day0
    var current: [Int: [Int: StoredRead]] = [:]
    for day in first...utility.lastDay {
      let rows = try opened.currentRows(ofDay: ValidationStore.day0 + day)
      for (endpoint, read) in zip(rows.endpoints, rows.reads) {
        let endpoint = Int(endpoint - Fixture.firstID)
        #expect(current[endpoint]?[day] == nil)
        current[endpoint, default: [:]][day] = read
      }
    }
    _ = consume opened
    var missing = 0
    for endpoint in utility.endpoints {
      let service = utility.daysInService(endpoint).filter { $0 >= first }
      let due = utility.daysDue(endpoint).filter { $0 >= first }
      func figure(_ column: String) throws -> Int64 {
        try store.monthly(endpoint, column).compactMap(\.self).reduce(0, +)
      }
      #expect(try figure("days_in_service") == service.count, "endpoint \(endpoint), seed \(seed)")
      #expect(try figure("days_expected") == due.count, "endpoint \(endpoint), seed \(seed)")
      let counted = due.map { day in
        Self.counted(day, current[endpoint] ?? [:], utility, endpoint)
      }
      for (column, quality) in [
        ("days_actual", "actual"), ("days_entered", "entered"), ("days_estimated", "estimated"),
      ] {
        #expect(
          try figure(column) == counted.count { $0 == quality },
          "\(column) of endpoint \(endpoint), seed \(seed)")
      }
      missing += counted.count { $0 == nil }
      for (day, read) in current[endpoint] ?? [:] {
        let place: Comment = "endpoint \(endpoint), day \(day), seed \(seed)"
        if !service.contains(day) { #expect(read.quality == .rejected, place) }
        if read.quality == .estimated {
          #expect(due.contains(day), place)
          let counts = Self.counted(day, current[endpoint] ?? [:], utility, endpoint)
          #expect(counts == "estimated", place)
        }
      }
      let daily = try store.daily(endpoint, first..<utility.lastDay + 1)
      let total = daily.reduce(0) { $0 + ($1 ?? 0) }
      let months = try store.monthly(endpoint, "consumption").compactMap(\.self).reduce(0, +)
      #expect(total == months, "endpoint \(endpoint), seed \(seed)")
      guard utility.steady.contains(endpoint), service.contains(utility.lastDay),
        utility.row(endpoint, on: utility.lastDay)?.service == .daily
      else { continue }
      let rows = utility.registry.filter { $0.endpoint == ValidationStore.id(endpoint) }
      let end = Int64(try #require(current[endpoint]?[utility.lastDay]).register)
      let span = rows[0].register.span * Int64(rows[0].register.multiplier)
      let use = (end - rows[0].lastBilledRead) * Int64(rows[0].register.multiplier)
      #expect((total - use) % span == 0, "endpoint \(endpoint): \(total) for \(use), seed \(seed)")
    }
    let performance = try #require(try store.open().performance())
    let services = ReadService.allCases.map { performance[$0] }
    #expect(
      services.flatMap(\.months.values).reduce(0) { $0 + $1.missing } == missing, "seed \(seed)")
    #expect(
      services.flatMap(\.days.values).reduce(0) { $0 + $1.missing } == missing, "seed \(seed)")
  }

  /// As what a day on which a read is due counts, by the current rows around it; nil where it has
  /// nothing.
  private static func counted(
    _ day: Int, _ current: [Int: StoredRead], _ utility: RandomUtility, _ endpoint: Int
  ) -> String? {
    guard let row = utility.row(endpoint, on: day) else { return nil }
    func told(_ read: StoredRead?) -> String? {
      switch read?.quality {
      case .actual: "actual"
      case .customer, .verified: "entered"
      case .estimated: "estimated"
      case .rejected, .missing, nil: nil
      }
    }
    if row.service == .daily { return told(current[day]) }
    // Rows of one meter differ only in service here, or in the cycle, too.
    let alike = utility.registry.filter {
      $0.endpoint == row.endpoint && $0.meterID == row.meterID && $0.cycle == row.cycle
    }
    let from = alike[0].installedAt
    let to = alike.last?.removedAt ?? .max
    let window = (day - 3...day + 1).compactMap { current[$0] }.filter {
      $0.quality.isGood && $0.stamp > from && $0.stamp < to
    }.map(told)
    if window.contains("actual") { return "actual" }
    return window.contains("entered") ? "entered" : told(current[day])
  }
}
