import Glibc
import Metering
import RadioModel
import Testing

@testable import AMRSimulation

@Suite("Deliveries to the head-end")
struct DeliveryScheduleTests {
  private static func scenario(
    loss: Double = 0, ackLoss: Double = 0, concentratorOutages: Double = 0
  ) -> Scenario {
    var scenario = Scenario()
    scenario.days = 30
    scenario.backhaul.lossProbability = loss
    scenario.backhaul.ackLossProbability = ackLoss
    scenario.faults.concentratorOutagesPerYear = concentratorOutages
    return scenario
  }

  private static func site(_ index: Int) -> CollectorSite {
    CollectorSite(id: CollectorID(rawValue: UInt32(index + 1)), x: 0, y: 0)
  }

  /// Deliveries of the collectors' uploads of all periods.
  private static func all(
    _ scenario: Scenario, collectors: Int, downTime: (Int) -> DownTime = { _ in DownTime() }
  ) -> [[Delivery]] {
    let schedule = DeliverySchedule(scenario, collectorCount: collectors)
    return (0..<collectors).flatMap { index in
      (0..<scenario.days).map { day in
        let period = ReportingPeriod(number: day, hours: 24)
        return schedule.deliveries(
          collector: site(index), index: index, downTime: downTime(index), period: period,
          end: period.end * Ticks.perSecond)
      }
    }
  }

  @Test("without faults every upload arrives once, in its collector's turn")
  func turns() {
    var scenario = Self.scenario()
    scenario.days = 1
    let epoch = LocalClock(utcOffsetMinutes: 0).startOfDay(scenario.startDate)
    let deliveries = Self.all(scenario, collectors: 100)
    #expect(deliveries.allSatisfy { $0.count == 1 && $0[0].copy == 0 && $0[0].sequence == 1 })
    for (index, delivery) in deliveries.enumerated() {
      // 40 collectors take turns within two hours, three minutes each.
      let turn = Int64(index % 40) * 180_000
      #expect(delivery[0].at == epoch + millisecondsPerDay + turn, "collector \(index)")
      #expect(delivery[0].collector.rawValue == UInt32(index + 1))
    }
  }

  @Test("losses and repeats occur as often as stated", arguments: [(0.02, 0.01), (0.3, 0.2)])
  func probabilities(loss: Double, ackLoss: Double) {
    let scenario = Self.scenario(loss: loss, ackLoss: ackLoss)
    let deliveries = Self.all(scenario, collectors: 400)
    let total = Double(deliveries.count)
    #expect(deliveries.allSatisfy { !$0.isEmpty })
    let perfect = Self.all(Self.scenario(), collectors: 400)
    var late = 0.0
    var repeated = 0.0
    for (got, turn) in zip(deliveries, perfect) {
      if got[0].at > turn[0].at { late += 1 }
      if got.count > 1 { repeated += 1 }
      // Everything happens at whole retries after the turn.
      #expect(got.allSatisfy { ($0.at - turn[0].at) % (30 * 60_000) == 0 })
      #expect(got.map(\.copy) == Array(0..<got.count))
    }
    func agrees(_ count: Double, _ probability: Double) -> Bool {
      abs(count / total - probability)
        < 4 * (probability * (1 - probability) / total).squareRoot()
    }
    #expect(agrees(late, loss), "\(late / total)")
    #expect(agrees(repeated, ackLoss), "\(repeated / total)")
    // The number of copies is geometric.
    let copies = deliveries.reduce(0.0) { $0 + Double($1.count) } / total
    let expected = 1 / (1 - ackLoss)
    #expect(abs(copies - expected) < 4 * (ackLoss / total).squareRoot() / (1 - ackLoss))
  }

  @Test("an upload arrives even when nearly everything is lost")
  func hopelessLine() {
    let deliveries = Self.all(Self.scenario(loss: 0.95, ackLoss: 0.95), collectors: 200)
    #expect(deliveries.allSatisfy { (1...40).contains($0.count) })
    #expect(deliveries.contains { $0.count == 1 } && deliveries.contains { $0.count > 3 })
  }

  @Test("nothing arrives while its collector or concentrator is down")
  func downTimes() {
    let scenario = Self.scenario(loss: 0.2, ackLoss: 0.2, concentratorOutages: 300)
    let epoch = LocalClock(utcOffsetMinutes: 0).startOfDay(scenario.startDate)
    let collectorOutages = OutageModel(
      seed: 1, stream: .receiverOutage, perYear: 300, meanHours: 10)
    let concentratorOutages = OutageModel(
      seed: scenario.seed, stream: .concentratorOutage, perYear: 300,
      meanHours: scenario.faults.concentratorOutageH)
    func down(_ index: Int) -> DownTime {
      collectorOutages.downTime(entity: UInt32(index + 1), days: scenario.days + 1)
    }
    let undisturbed = Self.all(Self.scenario(loss: 0.2, ackLoss: 0.2), collectors: 120)
    var waited = 0
    for (number, deliveries) in Self.all(scenario, collectors: 120, downTime: down).enumerated() {
      let index = number / scenario.days
      let lines = [
        down(index),
        concentratorOutages.downTime(entity: UInt32(index / 40), days: scenario.days + 1),
      ]
      #expect(!deliveries.isEmpty)
      for delivery in deliveries {
        // The stamp is rounded down by less than a millisecond, 33 ticks.
        let tick = (delivery.at - epoch) * 32_768 / 1000
        for line in lines {
          #expect(!line.overlaps(tick + 33, tick + 34) || !line.overlaps(tick, tick + 1))
        }
      }
      let end = epoch + Int64(number % scenario.days + 1) * millisecondsPerDay
      #expect(deliveries.allSatisfy { $0.at >= end }, "never before the period has ended")
      if deliveries[0].at > undisturbed[number][0].at { waited += 1 }
      #expect(deliveries.count == undisturbed[number].count, "outages put off, and lose nothing")
    }
    #expect(waited > 500)
  }

  @Test("arrivals of an upload are in order of time, and the same every time")
  func orderAndRepetition() {
    let scenario = Self.scenario(loss: 0.4, ackLoss: 0.4, concentratorOutages: 100)
    let deliveries = Self.all(scenario, collectors: 90)
    for upload in deliveries {
      #expect(upload == upload.sorted())
      #expect(Set(upload.map(\.at)).count == upload.count)
    }
    #expect(deliveries == Self.all(scenario, collectors: 90))
    var other = scenario
    other.seed = 2
    #expect(deliveries != Self.all(other, collectors: 90))
  }
}
