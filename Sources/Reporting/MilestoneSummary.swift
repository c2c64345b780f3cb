import JSON5

/// What came of a milestone, for files and people.
public struct MilestoneSummary: Sendable, Equatable {
  public var name: String
  /// `YYYY-MM-DD`.
  public var due: String
  public var criterion: String
  /// What the criterion has to reach, 0…1; nil for an event.
  public var atLeast: Double?
  /// What it came to on the date; nil for an event, or where the run does not reach it.
  public var value: Double?
  /// `met`, `cured`, `missed` or `open`.
  public var verdict: String
  /// `YYYY-MM-DD`; nil where it is not met in the run.
  public var metOn: String?
  /// From being met to the date; below 0 after it.
  public var marginDays: Int?
  /// What is due, in millions of US dollars.
  public var penaltyLowMUSD: Double
  public var penaltyHighMUSD: Double

  public init(
    name: String, due: String, criterion: String, atLeast: Double?, value: Double?,
    verdict: String, metOn: String?, marginDays: Int?, penaltyLowMUSD: Double,
    penaltyHighMUSD: Double
  ) {
    self.name = name
    self.due = due
    self.criterion = criterion
    self.atLeast = atLeast
    self.value = value
    self.verdict = verdict
    self.metOn = metOn
    self.marginDays = marginDays
    self.penaltyLowMUSD = penaltyLowMUSD
    self.penaltyHighMUSD = penaltyHighMUSD
  }

  public var node: JSONNode {
    .object([
      ("name", .string(name)), ("due", .string(due)), ("criterion", .string(criterion)),
      ("at_least", atLeast.map { .double($0) } ?? .null),
      ("value", value.map { .double(rounded($0, 1e6)) } ?? .null),
      ("verdict", .string(verdict)), ("met_on", metOn.map { .string($0) } ?? .null),
      ("margin_days", marginDays.map { .int(Int64($0)) } ?? .null),
      ("penalty_low_musd", .double(penaltyLowMUSD)),
      ("penalty_high_musd", .double(penaltyHighMUSD)),
    ])
  }
}

/// How a milestone fared over many seeds.
public struct MilestoneOdds: Sendable, Equatable {
  /// A share of the seeds with its confidence interval of 95 %.
  public struct Share: Sendable, Equatable {
    public let count: Int
    public let of: Int

    public init(count: Int, of: Int) {
      self.count = count
      self.of = of
    }

    public var value: Double { of == 0 ? 0 : Double(count) / Double(of) }

    /// Wilson's interval (JASA 22, 1927), which holds for shares near 0 and 1, too.
    public var interval: (low: Double, high: Double) {
      guard of > 0 else { return (0, 1) }
      let z = 1.959964
      let width = z * z / Double(of)
      let middle = (value + width / 2) / (1 + width)
      let half = (width * value * (1 - value) + width * width / 4).squareRoot() / (1 + width)
      // Rounding must not put a share of 0 or 1 outside.
      return (min(value, max(0, middle - half)), max(value, min(1, middle + half)))
    }

    var node: JSONNode {
      .object([
        ("seeds", .int(Int64(count))), ("share", .double(rounded(value, 1e6))),
        ("low_95", .double(rounded(interval.low, 1e6))),
        ("high_95", .double(rounded(interval.high, 1e6))),
      ])
    }
  }

  public let name: String
  public let due: String
  /// Values of the criterion on the date: least, median, greatest; nil for an event.
  public let values: (least: Double, median: Double, greatest: Double)?
  public let met: Share
  public let cured: Share
  public let missed: Share
  public let open: Share
  /// Mean over the seeds, in millions of US dollars.
  public let meanPenaltyLowMUSD: Double
  public let meanPenaltyHighMUSD: Double
  /// The keys of the scenario on which it depends.
  public let drivenBy: String

  public static func == (left: Self, right: Self) -> Bool {
    left.name == right.name && left.met == right.met && left.cured == right.cured
      && left.missed == right.missed && left.open == right.open
  }

  /// - Parameter outcomes: of one milestone, by seed; at least one.
  public init(_ outcomes: [MilestoneSummary], drivenBy: String) {
    let count = outcomes.count
    func share(_ verdict: String) -> Share {
      Share(count: outcomes.count { $0.verdict == verdict }, of: count)
    }
    name = outcomes[0].name
    due = outcomes[0].due
    let sorted = outcomes.compactMap(\.value).sorted()
    values = sorted.isEmpty ? nil : (sorted[0], sorted[sorted.count / 2], sorted[sorted.count - 1])
    met = share("met")
    cured = share("cured")
    missed = share("missed")
    open = share("open")
    meanPenaltyLowMUSD = outcomes.reduce(0) { $0 + $1.penaltyLowMUSD } / Double(count)
    meanPenaltyHighMUSD = outcomes.reduce(0) { $0 + $1.penaltyHighMUSD } / Double(count)
    self.drivenBy = drivenBy
  }

  public var node: JSONNode {
    .object([
      ("name", .string(name)), ("due", .string(due)),
      (
        "value",
        values.map {
          .object([
            ("least", .double(rounded($0.least, 1e6))),
            ("median", .double(rounded($0.median, 1e6))),
            ("greatest", .double(rounded($0.greatest, 1e6))),
          ])
        } ?? .null
      ),
      ("met", met.node), ("cured", cured.node), ("missed", missed.node), ("open", open.node),
      ("mean_penalty_low_musd", .double(rounded(meanPenaltyLowMUSD, 1e4))),
      ("mean_penalty_high_musd", .double(rounded(meanPenaltyHighMUSD, 1e4))),
      ("driven_by", .string(drivenBy)),
    ])
  }
}
