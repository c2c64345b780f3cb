/// The order in which receptions are computed; the uploads are the same, byte for byte.
public enum EvaluationOrder: String, Sendable {
  case census
  case onDemand = "on-demand"

  /// What a collector decodes of the frames that start in [from, to); the level of vector
  /// instructions changes nothing but the time.
  func evaluate(_ air: CollectorAir, from: Int64, to: Int64, level: VectorLevel) -> Evaluation {
    switch self {
    case .census:
      VectorCensus.supports(air)
        ? VectorCensus.evaluate(air, from: from, to: to, level: level)
        : PlainCensus.evaluate(air, from: from, to: to)
    case .onDemand: OnDemandOrder.evaluate(air, from: from, to: to, level: level)
    }
  }
}

extension Scenario {
  /// Whether receptions depend on one another, so that none can be computed alone.
  public var needsCensus: Bool { collectors.receiver == .limited }

  /// The order that the scenario asks for, or the quickest that it allows.
  public var evaluationOrder: EvaluationOrder {
    switch evaluation {
    case .auto: needsCensus ? .census : .onDemand
    case .census: .census
    case .onDemand: .onDemand
    }
  }
}

/// Why a network cannot be simulated as asked.
public enum EvaluationError: Error, CustomStringConvertible {
  case needsCensus
  /// Rounds of vans to go on with are not those of the scenario.
  case otherRounds

  public var description: String {
    switch self {
    case .needsCensus:
      "collectors.receiver is 'limited', whose frames depend on one another; on-demand evaluation "
        + "cannot decide them, use the census"
    case .otherRounds:
      "the rounds of vans to go on with are not those of this scenario; begin the run anew"
    }
  }
}
