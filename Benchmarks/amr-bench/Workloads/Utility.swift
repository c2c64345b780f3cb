import CollectorUpload
import ERTProtocol
import Metering
import RandomStreams

/// A made-up utility: a registry, and what its collectors report of a day.
struct Utility {
  static let clock = LocalClock(utcOffsetMinutes: -300)
  static let firstDay = CivilDay(year: 1998, month: 6, day: 1)
  private static let firstID: UInt32 = 20_000_000

  let registry: [ServicePoint]
  private let seed: UInt64

  init(modules: Int, seed: UInt64) {
    self.seed = seed
    let draws = RandomStream(seed: seed, .registerStart, entity: 0)
    registry = (0..<modules).map { index in
      let id = Self.firstID + UInt32(index)
      return ServicePoint(
        endpoint: EndpointID(rawValue: id), meterID: "M\(id)", accountID: "A\(id)",
        commodity: .electric, register: RegisterFormat(dials: 5, multiplier: 1),
        cycle: BillingCycle(rawValue: 1 + index * BillingCycle.count / modules)!,
        installedAt: Self.clock.startOfDay(Self.firstDay - 400),
        lastBilledRead: Int64(below(100_000, draws.word(UInt32(index)))),
        lastBilledAt: Self.clock.startOfDay(Self.firstDay - 30))
    }
  }

  /// What the dials show on a day: 15 to 30 counts a day since the last bill.
  func register(_ index: Int, on day: CivilDay) -> Int64 {
    let point = registry[index]
    let daily = 15 + Int64(point.endpoint.rawValue % 16)
    return point.register.shown(point.lastBilledRead + daily * Int64(day - Self.firstDay + 30))
  }

  /// When a module was read on a day, by the last of its receptions.
  func readAt(_ index: Int, on day: CivilDay) -> UTCMilliseconds {
    let draws = RandomStream(seed: seed, .timing, entity: UInt32(day.number))
    return Self.clock.startOfDay(day)
      + Int64(below(UInt32(millisecondsPerDay), draws.word(UInt32(index))))
  }

  /// The uploads of a day in one stream of bytes. Each collector hears seven of ten modules of a
  /// stretch of the registry, and each module is in the stretches of `overlap` collectors.
  func uploads(of day: CivilDay, collectors: Int, overlap: Int) -> (bytes: [UInt8], records: Int) {
    let start = Self.clock.startOfDay(day)
    let stretch = overlap * registry.count / collectors
    var bytes: [UInt8] = []
    var records = 0
    for collector in 0..<collectors {
      let header = UploadHeader(
        collector: CollectorID(rawValue: UInt32(collector + 1)),
        sequence: UInt64(day - Self.firstDay + 1), createdAt: start + millisecondsPerDay,
        periodStart: start, periodEnd: start + millisecondsPerDay)
      var builder = UploadBuilder(header: header, capacity: stretch)
      let draws = RandomStream(
        seed: seed, .fading, entity: UInt32(collector))
      // A stretch that would run over the end of the registry lies at its end.
      let first = min(collector * registry.count / collectors, registry.count - stretch)
      for index in first..<first + stretch {
        let words = draws.words(UInt32(index - first), sub: UInt32(day.number))
        guard unit(words.x) < 0.7 else { continue }
        let message = StandardConsumptionMessage(
          endpointID: registry[index].endpoint.rawValue, ertType: 7,
          consumption: UInt32(register(index, on: day)))
        builder.append(
          UploadRecord(
            stamp: start + Int64(below(UInt32(millisecondsPerDay), words.y)),
            rssiDbm: -70 - Int8(below(50, words.z)), channel: UInt8(below(50, words.w)),
            frame: SCMFrame(message)))
        records += 1
      }
      bytes += builder.finish().bytes
    }
    return (bytes, records)
  }
}
