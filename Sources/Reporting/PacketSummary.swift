import JSON5

/// What became of the arrivals at all collectors, as shares of them: part of every summary.
public struct PacketSummary: Sendable {
  /// A share with its confidence interval of 95 %, all 0…1.
  public struct Share: Sendable {
    public var value: Double
    public var low: Double
    public var high: Double

    public init(value: Double, low: Double, high: Double) {
      self.value = value
      self.low = low
      self.high = high
    }
  }

  /// Collectors × hours of the run.
  public var collectorHours = 0
  /// Those that the shares were taken from; when these are all, the shares are exact.
  public var evaluatedHours = 0
  /// In the collector-hours evaluated. The shares are nil when there were none.
  public var arrivals = 0
  public var decoded: Share?
  /// Too weak to be decoded even alone.
  public var lostToNoise: Share?
  /// Would have been decoded alone.
  public var lostToInterference: Share?
  /// The receiver was down, does not hear the channel, or had no free demodulator.
  public var notHeard: Share?

  public init() {}

  /// Whether nothing was left to chance.
  public var isExact: Bool { evaluatedHours == collectorHours }

  /// The fates by their names in the file.
  public var fates: [(name: String, share: Share?)] {
    [
      ("decoded", decoded), ("lost_to_noise", lostToNoise),
      ("lost_to_interference", lostToInterference), ("not_heard", notHeard),
    ]
  }

  /// The object `packets` of a summary.
  public var node: JSONNode {
    .object(
      [
        ("collector_hours", .int(Int64(collectorHours))),
        ("collector_hours_evaluated", .int(Int64(evaluatedHours))),
        ("arrivals_evaluated", .int(Int64(arrivals))),
      ] + fates.map { ($0.name, $0.share?.node ?? .null) })
  }
}

extension PacketSummary.Share {
  fileprivate var node: JSONNode {
    .object([
      ("share", .double(rounded(value, 1e6))), ("low_95", .double(rounded(low, 1e6))),
      ("high_95", .double(rounded(high, 1e6))),
    ])
  }
}
