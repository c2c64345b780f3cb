import Metering
import TestSupport
import Testing
import VEE

@Suite("Read at a time, and true-up")
struct ReadAtTimeTests {
  private static let hour: Int64 = 3_600_000
  private let rules = VEERules()

  private func read(
    _ rules: VEERules, before: (Int64, Int64)?, after: (Int64, Int64)?, target: Int64 = 0
  ) -> ReadAtTime? {
    rules.read(
      at: target, before: before.map { (count: $0, at: $1) },
      after: after.map { (count: $0, at: $1) }, span: 100_000)
  }

  @Test("reads are at most 26 hours apart")
  func apart() {
    let near = read(rules, before: (100, -13 * Self.hour), after: (126, 13 * Self.hour))
    #expect(near?.count == 113 && near?.at == 0 && near?.isInterpolated == true)
    #expect(read(rules, before: (100, -13 * Self.hour), after: (126, 13 * Self.hour + 1)) == nil)
    // One of them near enough is taken all the same.
    let asIs = read(rules, before: (100, -2 * Self.hour), after: (126, 90 * Self.hour))
    #expect(asIs?.count == 100 && asIs?.at == -2 * Self.hour && asIs?.isInterpolated == false)
  }

  @Test("a read within two hours is taken as it is, the nearer and then the earlier")
  func asIs() {
    func count(_ before: Int64, _ after: Int64, _ rules: VEERules) -> Int64? {
      read(rules, before: (100, -before), after: (200, after))?.count
    }
    let two = 2 * Self.hour
    #expect(count(two, two, rules) == 100)
    #expect(count(two, two - 1, rules) == 200)
    #expect(count(two + 1, two, rules) == 200)
    #expect(count(two + 1, two + 1, rules) == 150)
    var off = rules
    off.readAtTimeAsIsHours = 0
    #expect(count(two, two, off) == 150)
    #expect(count(0, two, off) == 100 && count(two, 0, off) == 200, "the very time is no estimate")
    off.readAtTimeAsIsHours = -5
    #expect(count(two, two, off) == 150 && count(0, two, off) == 100)
  }

  @Test("one read alone, or one on the wrong side")
  func alone() {
    let near = 2 * Self.hour
    #expect(read(rules, before: (100, -near), after: nil)?.count == 100)
    #expect(read(rules, before: nil, after: (100, near))?.count == 100)
    #expect(read(rules, before: nil, after: (100, near + 1)) == nil)
    #expect(read(rules, before: (100, 1), after: nil) == nil)
    #expect(read(rules, before: nil, after: (100, -1)) == nil)
    #expect(read(rules, before: nil, after: nil) == nil)
  }

  @Test("over the rollover, but not for a register that ran backwards")
  func rollover() {
    let read0 = read(rules, before: (99_990, -5 * Self.hour), after: (10, 5 * Self.hour))
    #expect(read0?.count == 0 && read0?.isInterpolated == true)
    #expect(read(rules, before: (500, -5 * Self.hour), after: (490, 5 * Self.hour)) == nil)
  }

  @Test("extreme times and limits do not trap")
  func extremes() {
    let values: [Int64] = [.min, -1, 0, 1, .max]
    for hours in [.min, -1, 0, .max] as [Int] {
      var rules = rules
      (rules.readAtTimeMaxHours, rules.readAtTimeAsIsHours) = (hours, hours)
      for before in values {
        for after in values {
          for target in values {
            let found = read(rules, before: (before, before), after: (after, after), target: target)
            if let found, found.isInterpolated { #expect(before < target && target < after) }
          }
        }
      }
    }
  }

  private func trueUp(
    _ last: Int64, _ estimate: Int64, _ actual: Int64, days: Int64 = 60, multiplier: Int = 1
  ) -> TrueUp? {
    TrueUp(
      lastActual: (last, 0), billedEstimate: estimate, actual: (actual, days * millisecondsPerDay),
      register: RegisterFormat(dials: 5, multiplier: multiplier), span: 100_000)
  }

  @Test("an actual read below the estimate is credited, never negative use")
  func credit() throws {
    let below = try #require(trueUp(83_120, 83_840, 83_500))
    #expect(below.counts == 380 && below.billedCounts == 720 && below.correction == -340)
    #expect(below.nextBillUse == 0 && below.credit == 340)
    let exact = try #require(trueUp(83_120, 83_840, 83_840))
    #expect(exact.correction == 0 && exact.nextBillUse == 0 && exact.credit == 0)
    // No use at all, where some was billed.
    let none = try #require(trueUp(83_120, 83_840, 83_120))
    #expect(none.credit == 720 && none.adu.hundredths == 0)
    #expect(trueUp(83_120, 83_840, 83_119) == nil, "backwards")
    #expect(trueUp(83_120, 83_840, 84_300, days: 0) == nil)
  }

  @Test("on either side of a rollover")
  func trueUpRollover() throws {
    let both = try #require(trueUp(99_500, 220, 680, multiplier: 10))
    #expect(both.counts == 1180 && both.billedCounts == 720 && both.correction == 460)
    #expect(both.adu.hundredths == 19_667, "in units")
    let estimateOnly = try #require(trueUp(99_500, 220, 99_900))
    #expect(estimateOnly.counts == 400 && estimateOnly.credit == 320)
    let actualOnly = try #require(trueUp(99_500, 99_900, 220))
    #expect(actualOnly.correction == 320)
    #expect(
      TrueUp(
        lastActual: (99_500, 0), billedEstimate: 99_900, actual: (220, 1),
        register: RegisterFormat(dials: 5, multiplier: 1), span: 100_000, plausibleCounts: 719)
        == nil)
  }

  @Test("estimates are spread anew between the actual reads")
  func respread() throws {
    let found = try #require(trueUp(83_120, 83_840, 84_300))
    #expect(found.respread(at: 0) == 83_120)
    #expect(found.respread(at: 30 * millisecondsPerDay) == 83_710)
    #expect(found.respread(at: 60 * millisecondsPerDay) == 84_300)
  }

  @Test("true-ups add up, whatever was estimated")
  func trueUpSums() throws {
    var random = SplitMix64(seed: 69)
    for _ in 0..<20_000 {
      let last = Int64(random.next() % 100_000)
      let billed = Int64(random.next() % 100_000)
      let used = Int64(random.next() % 50_001)
      let found = try #require(
        trueUp(last, (last + billed) % 100_000, (last + used) % 100_000),
        "\(last), \(billed), \(used), seed 69")
      #expect(
        found.billedCounts + found.nextBillUse - found.credit == found.counts
          && found.counts == used && found.billedCounts == billed && found.credit >= 0
          && min(found.nextBillUse, found.credit) == 0, "\(last), \(billed), \(used), seed 69")
    }
  }

  @Test("extreme true-ups do not trap")
  func trueUpExtremes() {
    let values: [Int64] = [.min, -1, 0, 1, .max]
    for last in values {
      for estimate in values {
        for actual in values {
          for span in values {
            let found = TrueUp(
              lastActual: (last, .min), billedEstimate: estimate, actual: (actual, .max),
              register: RegisterFormat(dials: 5, multiplier: .max), span: span)
            if let found {
              #expect(found.credit >= 0 && found.nextBillUse >= 0)
              _ = found.respread(at: 0)
            }
          }
        }
      }
    }
  }
}
