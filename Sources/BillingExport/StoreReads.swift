import HeadEnd
import Metering

/// The current reads of a store, as the export wants them.
public struct StoreReads: DailyReads {
  private let days: [CivilDay: StoredDay]
  private let strangers: StoredStrangers

  /// The days of a store; each is read when it is asked for.
  public init(_ store: borrowing ReadStore) {
    days = Dictionary(uniqueKeysWithValues: store.storedDays().map { ($0.day, $0) })
    strangers = store.strangers()
  }

  public func unknownEndpoints(heard days: ClosedRange<CivilDay>) throws -> [UnknownEndpoint] {
    try strangers.heard(days).map {
      UnknownEndpoint(
        endpointID: $0.endpoint, receptions: $0.receptions, lastHeardAt: $0.lastHeardAt)
    }
  }

  public func reads(on day: CivilDay) throws -> DayOfReads? {
    guard let stored = try days[day]?.reads() else { return nil }
    let isEstimated = stored.qualities.contains(.estimated)
    return try DayOfReads(
      endpointIDs: stored.endpointIDs, registers: stored.registers, readAt: stored.readAt,
      qualities: stored.qualities,
      methods: isEstimated ? stored.reasons.map { $0.flatMap(EstimateMethod.init) } : [])
  }
}

extension EstimateMethod {
  fileprivate init?(_ reason: ReadReason) {
    switch reason {
    case .betweenReads: self = .betweenReads
    case .byHistory: self = .byHistory
    case .byClassAverage: self = .byClassAverage
    default: return nil
    }
  }
}
