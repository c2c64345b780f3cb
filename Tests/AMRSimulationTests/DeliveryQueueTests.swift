import Checksums
import CollectorUpload
import Metering
import TestSupport
import Testing

@testable import AMRSimulation

@Suite("Deliveries in order")
struct DeliveryQueueTests {
  /// Periods of a few collectors whose uploads arrive once or more, late, and in any order.
  private static func periods(_ random: inout SplitMix64) -> [PeriodResult] {
    let collectors = UInt32.random(in: 1...5, using: &random)
    return (0..<Int.random(in: 1...6, using: &random)).map { number in
      var uploads: [Upload] = []
      var deliveries: [[Delivery]] = []
      for collector in 1...collectors {
        let header = UploadHeader(
          collector: CollectorID(rawValue: collector), sequence: UInt64(number + 1),
          createdAt: 1000, periodStart: 0, periodEnd: 1000)
        uploads.append(Upload(header: header, records: []))
        var at = Int64(number * 100)
        deliveries.append(
          (0..<Int.random(in: 1...3, using: &random)).map { copy in
            // Coarse, so that instants coincide.
            at += Int64.random(in: 0...8, using: &random) * 50
            return Delivery(
              at: at, collector: header.collector, sequence: header.sequence, copy: copy)
          })
      }
      return PeriodResult(
        number: number, uploads: uploads, deliveries: deliveries, receptions: 0, packets: nil,
        drawsEvaluated: 0,
        overlapLookups: 0)
    }
  }

  private func key(_ delivery: Delivery) -> [Int64] {
    [
      delivery.at, Int64(delivery.collector.rawValue), Int64(delivery.sequence),
      Int64(delivery.copy),
    ]
  }

  @Test("equals sorting everything, wherever it is cut", arguments: 1...200 as ClosedRange<UInt64>)
  func equalsSorting(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let periods = Self.periods(&random)
    let expected = periods.flatMap { $0.deliveries.joined() }.map(key)
      .sorted { $0.lexicographicallyPrecedes($1) }
    var queue = DeliveryQueue()
    #expect(queue.isEmpty)
    var found: [[Int64]] = []
    for period in periods {
      queue.add(period)
      // Nothing of the next period arrives before its number times 100.
      let border = Int64(period.number + 1) * 100 - Int64.random(in: 0...40, using: &random)
      let arrived = queue.deliveries(until: border)
      #expect(arrived.allSatisfy { $0.0.at < border }, "seed \(seed)")
      #expect(
        arrived.allSatisfy {
          $0.0.collector == $0.1.header.collector && $0.0.sequence == $0.1.header.sequence
        }, "seed \(seed)")
      found += arrived.map { key($0.0) }
    }
    found += queue.deliveries(until: .max).map { key($0.0) }
    #expect(found == expected, "seed \(seed)")
    #expect(queue.isEmpty)
  }

  @Test("no upload arrives before its period's earliest delivery", arguments: [0, 500, 3_600_000])
  func earliestDelivery(clockErrorMs: Int) async throws {
    var scenario = EvaluationOrderTests.scenario(seed: 5, modules: 30)
    scenario.collectors.clockErrorMs = clockErrorMs
    scenario.backhaul.uploadPeriodH = 2
    scenario.backhaul.pollWindowMin = 0
    scenario.utcOffsetMinutes = -300
    var network = try await EvaluationOrderTests.network(scenario)
    var least = Int64.max
    for number in 0..<network.periodCount {
      let result = try await network.simulateNextPeriod(
        order: .onDemand, threads: 1, progress: { _ in })
      let earliest = scenario.earliestDelivery(ofPeriod: number)
      for delivery in result.deliveries.joined() {
        least = min(least, delivery.at - earliest)
      }
    }
    #expect(least >= 0)
    // The bound is no wider than the clocks demand.
    #expect(least <= 2 * Int64(clockErrorMs) + 2)
  }
}

@Suite("Digest of a run")
struct RunDigestTests {
  private static let uploads = (1...20).map { number in
    Upload(
      header: UploadHeader(
        collector: CollectorID(rawValue: UInt32(number)), sequence: 1, createdAt: 1000,
        periodStart: 0, periodEnd: 1000), records: [])
  }

  private func digest(_ uploads: some Sequence<Upload>) -> RunDigest {
    var digest = RunDigest()
    for upload in uploads { digest.add(upload) }
    return digest
  }

  @Test func isTheSumOfHashes() {
    let sum = Self.uploads.reduce(UInt128(0)) { $0 &+ MurmurHash3.hash128($1.bytes) }
    let text = digest(Self.uploads).description
    #expect(UInt128(text, radix: 16) == sum)
    #expect(text.utf8.count == 32)
    #expect(RunDigest().description == String(repeating: "0", count: 32))
  }

  @Test func neitherOrderNorPartsMatter() {
    let whole = digest(Self.uploads)
    #expect(digest(Self.uploads.reversed()) == whole)
    var parts = digest(Self.uploads[..<7])
    parts.add(digest(Self.uploads[7...]))
    #expect(parts == whole)
    #expect(digest(Self.uploads.dropLast()) != whole)
    #expect(digest(Self.uploads + Self.uploads.prefix(1)) != whole)
  }
}
