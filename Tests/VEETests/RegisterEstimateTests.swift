import Metering
import TestSupport
import Testing
import VEE

@Suite("Register estimates")
struct RegisterEstimateTests {
  private static let fiveDials = RegisterFormat(dials: 5, multiplier: 1)

  @Test("by history: over the rollover, and truncated to whole counts")
  func byHistory() {
    func estimate(
      _ last: Int64, _ hundredths: Int64, _ days: Int, _ register: RegisterFormat = Self.fiveDials
    ) -> Int64 {
      RegisterEstimate.byHistory(
        last: last, adu: AverageDailyUse(hundredths: hundredths), days: days, register: register,
        span: register.span)
    }
    #expect(estimate(99_999, 100, 1) == 0)
    #expect(estimate(99_870, 900, 28) == 122)
    #expect(estimate(10, 99, 1) == 10)
    #expect(estimate(10, 100, 1) == 11)
    #expect(estimate(10, 12_345, 0) == 10)
    // Truncation is towards no use on either side of it.
    #expect(estimate(10, 100, -11) == 99_999)
    #expect(estimate(10, -150, 1) == 9)
    let forty = RegisterFormat(dials: 4, multiplier: 40)
    #expect(estimate(9999, 3999, 1, forty) == 9999)
    #expect(estimate(9999, 4000, 1, forty) == 0)
    let none = RegisterFormat(dials: 4, multiplier: 0)
    #expect(estimate(0, 300, 1, none) == 3, "a multiplier of 0 is taken as 1")
  }

  @Test("by history: a time of whole days is no different")
  func byHistoryOverTime() {
    var random = SplitMix64(seed: 63)
    for _ in 0..<20_000 {
      let adu = AverageDailyUse(hundredths: Int64(random.next() % 1_000_000))
      let days = Int(random.next() % 60)
      let last = Int64(random.next() % 100_000)
      #expect(
        RegisterEstimate.byHistory(
          last: last, adu: adu, over: Int64(days) * millisecondsPerDay, register: Self.fiveDials,
          span: 100_000)
          == RegisterEstimate.byHistory(
            last: last, adu: adu, days: days, register: Self.fiveDials, span: 100_000),
        "\(last), \(adu.hundredths) hundredths, \(days) days, seed 63")
    }
  }

  @Test("between two reads: as plain division has it, never falling, equal to the ends")
  func between() {
    let seed: UInt64 = 64
    var random = SplitMix64(seed: seed)
    for round in 0..<5000 {
      let span = [10_000, 1 << 24, 100_000_000, 1_000_000_000_000_000_000][round % 4] as Int64
      let start = Int64(random.next() % UInt64(span))
      let use = Int64(random.next() % UInt64(span)) >> (random.next() % 60)
      let begin = Int64(truncatingIfNeeded: random.next()) >> 2
      let length = Int64(random.next() >> 2) >> (random.next() % 60) + 1
      let before = (count: start, at: begin)
      let after = (count: (start + use) % span, at: begin + length)
      var targets = (0..<8).map { _ in Int64(random.next() % UInt64(length + 1)) }
      targets += [0, length, 1, length - 1]
      var last: Int128 = 0
      for elapsed in targets.sorted() {
        let count = RegisterEstimate.between(before, after, at: begin + elapsed, span: span)
        let passed = Int128(use) * Int128(elapsed) / Int128(length)
        #expect(Int128(count) == (Int128(start) + passed) % Int128(span), "seed \(seed), \(round)")
        #expect(passed >= last, "seed \(seed), \(round)")
        last = passed
        if elapsed == 0 { #expect(count == before.count) }
        if elapsed == length { #expect(count == after.count) }
      }
      #expect(RegisterEstimate.between(before, after, at: .min, span: span) == before.count)
      #expect(RegisterEstimate.between(before, after, at: .max, span: span) == after.count)
    }
  }

  @Test("between two reads: exact up to 64 bits")
  func widest() {
    let before = (count: Int64.min, at: Int64.min)
    let after = (count: Int64.max, at: Int64.max)
    for target in [.min, .min + 1, -1, 0, 1, .max - 1, .max] as [Int64] {
      #expect(RegisterEstimate.between(before, after, at: target, span: .max) == target)
    }
  }

  @Test("between two reads of one time the earlier holds up to it")
  func oneTime() {
    let before = (count: 10 as Int64, at: 1000 as Int64)
    let after = (count: 20 as Int64, at: 1000 as Int64)
    #expect(RegisterEstimate.between(before, after, at: 1000, span: 10_000) == 10)
    #expect(RegisterEstimate.between(before, after, at: 1001, span: 10_000) == 20)
  }

  @Test("extreme inputs do not trap, and stay on the register")
  func extremes() {
    let values: [Int64] = [.min, -1, 0, 1, 99_999, .max]
    let registers = [-5, 0, 1, Int.max].map { RegisterFormat(dials: 8, multiplier: $0) }
    for count in values {
      for other in values {
        for time in values {
          for span in values {
            _ = RegisterEstimate.between((count, time), (other, .max), at: 5, span: span)
            _ = RegisterEstimate.between((count, .min), (other, time), at: 5, span: span)
            let adu = AverageDailyUse(hundredths: other)
            for register in registers {
              let byDays = RegisterEstimate.byHistory(
                last: count, adu: adu, days: Int(time), register: register, span: span)
              let byTime = RegisterEstimate.byHistory(
                last: count, adu: adu, over: time, register: register, span: span)
              #expect(span <= 0 || (0..<span).contains(byDays) && (0..<span).contains(byTime))
            }
          }
        }
      }
    }
  }
}
