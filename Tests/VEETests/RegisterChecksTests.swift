import Metering
import TestSupport
import Testing
import VEE

@Suite("Register checks")
struct RegisterChecksTests {
  private static let register = RegisterFormat(dials: 5, multiplier: 1)

  @Test("a count fits the dials")
  func dials() {
    #expect(Self.register.canShow(0) && Self.register.canShow(99_999))
    #expect(!Self.register.canShow(100_000) && !Self.register.canShow(-1))
    #expect(!Self.register.canShow(.max) && !Self.register.canShow(.min))
  }

  @Test("a wide count compares modulo the dials")
  func wideCounts() {
    #expect(Self.register.comparable(99_999) == 99_999)
    #expect(Self.register.comparable(100_000) == 0)
    #expect(Self.register.comparable(4_294_967_295) == 67_295)
    #expect(Self.register.comparable(-1) == 99_999)
    // A count of 32 bits runs on where the dials roll over.
    #expect(
      RegisterAdvance.between(
        Self.register.comparable(199_870), Self.register.comparable(200_123), span: 100_000,
        plausibleCounts: 2520) == .use(counts: 253, rolledOver: true))
  }

  @Test("eight dials wrap at 24 bits on the air of SCM, shorter ones do not")
  func scm() {
    let eight = RegisterFormat(dials: 8, multiplier: 1).spanInSCM
    #expect(
      RegisterAdvance.between(16_777_200, 100, span: eight, plausibleCounts: 1000)
        == .use(counts: 116, rolledOver: true))
    #expect(RegisterFormat(dials: 7, multiplier: 1).spanInSCM == 10_000_000)
  }

  @Test("a net meter takes the nearer way around")
  func net() {
    #expect(netUse(from: 100, to: 70, span: 100_000) == -30)
    #expect(netUse(from: 99_990, to: 20, span: 100_000) == 30)
    #expect(netUse(from: 20, to: 99_990, span: 100_000) == -30)
    #expect(netUse(from: 0, to: 50_000, span: 100_000) == 50_000)
    #expect(netUse(from: 0, to: 50_001, span: 100_000) == -49_999)
    #expect(netUse(from: .min, to: .max, span: 0) == .max)
    #expect(netUse(from: .max, to: .min, span: -1) == .min)
    var random = SplitMix64(seed: 65)
    for _ in 0..<20_000 {
      let before = Int64(random.next() % 100_000)
      let use = Int64(random.next() % 99_999) - 49_999
      let after = (before + use + 100_000) % 100_000
      #expect(
        netUse(from: before, to: after, span: 100_000) == use, "\(before), \(use), seed 65")
    }
  }

  @Test("a tamper counter that changes, in either direction")
  func tamper() {
    #expect(tamperFinding(previous: nil, current: 3) == nil)
    #expect(tamperFinding(previous: 3, current: 3) == nil)
    #expect(tamperFinding(previous: 3, current: 0) == .tamper)
    #expect(tamperFinding(previous: 0, current: .max) == .tamper)
  }

  @Test("a clock ahead or wrong by the tolerance, and by a millisecond more")
  func clock() {
    let rules = VEERules()
    let now: Int64 = 900_000_000_000
    #expect(rules.clockFinding(receivedAt: now + 60_000, now: now) == nil)
    #expect(rules.clockFinding(receivedAt: now + 60_001, now: now) == .clock)
    #expect(rules.clockFinding(receivedAt: .min, now: .max) == nil, "late is not wrong")
    #expect(rules.clockFinding(receivedAt: .max, now: .min) == .clock)
    for error in [60_000, -60_000] as [Int64] {
      #expect(rules.clockFinding(receivedAt: now, now: now, clockError: error) == nil)
    }
    for error in [60_001, -60_001, .max, .min] as [Int64] {
      #expect(rules.clockFinding(receivedAt: now, now: now, clockError: error) == .clock)
    }
  }

  @Test("the ERT types of each commodity")
  func types() {
    func types(_ commodity: Commodity) -> [UInt8] {
      (0..<16).filter { commodity.fits(ertType: $0) }
    }
    #expect(types(.electric) == [4, 5, 7, 8, 12])
    #expect(types(.gas) == [0, 1, 2, 9, 12])
    #expect(types(.water) == [3, 11, 13])
    // Later frames have the type in the low half of a byte.
    #expect(Commodity.electric.fits(ertType: 0x17) && !Commodity.gas.fits(ertType: 0x17))
  }

  @Test("reads of a module before and after its time at a meter")
  func service() throws {
    var point = ServicePoint(
      endpoint: EndpointID(rawValue: 7), meterID: "M", accountID: "A", commodity: .electric,
      register: Self.register, cycle: try #require(BillingCycle(rawValue: 1)), installedAt: 1000,
      lastBilledRead: 0, lastBilledAt: 1000)
    #expect(point.serviceFinding(at: 999) == .beforeInstallation)
    #expect(point.serviceFinding(at: 1000) == nil && point.serviceFinding(at: .max) == nil)
    point.removedAt = 2000
    #expect(point.serviceFinding(at: 1999) == nil)
    #expect(point.serviceFinding(at: 2000) == .afterRemoval)
    #expect(point.serviceFinding(at: .min) == .beforeInstallation)
  }
}
