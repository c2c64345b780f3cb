import RandomStreams

/// What a module transmits from an instant on, instead of its meter's register.
struct MeterChange: Sendable {
  /// What is transmitted from then on.
  enum Source: Sendable {
    /// The register of the meter at an index, which showed `opening` when `wattHours` had been used
    /// there since the last bill.
    case meter(index: Int, opening: Int64, wattHours: Int64)
    /// What the dials showed when they stopped.
    case stopped
  }

  let trouble: MeterTrouble
  /// What the module's own meter showed at the instant.
  let lastCount: Int64
  let source: Source

  /// - Parameters:
  ///   - wattHours: used at the module's place from the last bill to the instant.
  ///   - openingCounts: what all registers showed at the last bill.
  /// - Returns: nil for a trouble that changes nothing of the source.
  init?(
    _ trouble: MeterTrouble, counter: DialCounter, wattHours: Int64, openingCounts: [UInt32]
  ) {
    self.trouble = trouble
    lastCount = counter.shown(
      opening: Int64(openingCounts[trouble.index]), wattHours: wattHours)
    switch trouble.kind {
    case .exchange, .unreportedExchange:
      source = .meter(
        index: trouble.index, opening: Self.firstCount(trouble, counter), wattHours: wattHours)
    case .stuck:
      source = .stopped
    case .swapped:
      let partner = trouble.partner ?? trouble.index
      source = .meter(index: partner, opening: Int64(openingCounts[partner]), wattHours: 0)
    case .rollover:
      return nil
    }
  }

  /// What a new meter shows at first: a meter has run on the test bench, and perhaps elsewhere.
  private static func firstCount(_ trouble: MeterTrouble, _ counter: DialCounter) -> Int64 {
    Int64(below(UInt32(counter.span / 100 + 1), trouble.word))
  }
}

/// The changes of a run, at most one of each module.
struct MeterChanges: Sendable {
  /// Of each module its change's place in `values`, or `none`; empty where there is none at all.
  private var places: [UInt32] = []
  private(set) var values: [MeterChange] = []

  private static let none = UInt32.max

  /// - Parameter count: of modules.
  mutating func append(_ change: MeterChange, of count: Int) {
    if places.isEmpty { places = [UInt32](repeating: Self.none, count: count) }
    places[change.trouble.index] = UInt32(values.count)
    values.append(change)
  }

  subscript(module: Int) -> MeterChange? {
    if places.isEmpty { return nil }
    let place = places[module]
    return place == Self.none ? nil : values[Int(place)]
  }
}
