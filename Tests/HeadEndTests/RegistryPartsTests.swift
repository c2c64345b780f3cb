import Metering
import TestSupport
import Testing

@testable import HeadEnd

@Test func filesOfARegistryMayComeInAnyOrder() {
  let rows = Fixture.registry(20)
  let parts = stride(from: 0, to: rows.count, by: 3).map {
    Array(rows[$0..<min($0 + 3, rows.count)])
  }
  #expect(Registry.ordered(joining: []) == [])
  #expect(Registry.ordered(joining: parts) == rows)
  #expect(Registry.ordered(joining: parts.reversed() + [[]]) == rows)
  #expect(Registry.ordered(joining: [rows.reversed()]) == rows)
  #expect(Registry.ordered(joining: parts.map { $0.reversed() }) == rows)
}

@Test func aStoreIsMadeOnceAndOpensOnAnyNumberOfThreads() async throws {
  let scratch = try TemporaryDirectory()
  let registry = Fixture.registry(5)
  func make() async throws -> [ServicePoint]? {
    let made = try await ReadStore.createIfAbsent(
      at: scratch.file("store"), settings: StoreSettings(), registry: try Registry(registry),
      engine: Fixture.engine, timestamp: Fixture.timestamp, threads: 2)
    if let store = made { return store.registry }
    return nil
  }
  #expect(try await make() == registry)
  #expect(try await make() == nil)
  let store = try await ReadStore.open(
    at: scratch.file("store"), engine: Fixture.engine, for: .reading, threads: 2)
  #expect(store.registry == registry)
}
