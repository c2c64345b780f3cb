import JSON5

/// How a rollout came on, by area and month: part of every summary where there is one.
public struct RolloutSummary: Sendable, Equatable {
  /// An area with its modules at the ends of months.
  public struct Area: Sendable, Equatable {
    /// Such as `C4`.
    public var name: String
    public var modules: Int
    /// Of these, those that are installed.
    public var installed: [Int]
    /// Those that the fixed network serves.
    public var fixed: [Int]

    public init(name: String, modules: Int, installed: [Int], fixed: [Int]) {
      self.name = name
      self.modules = modules
      self.installed = installed
      self.fixed = fixed
    }
  }

  /// The last day of each month of the run, as far as the run goes, `YYYY-MM-DD`.
  public var monthEnds: [String]
  public var areas: [Area]

  public init(monthEnds: [String], areas: [Area]) {
    self.monthEnds = monthEnds
    self.areas = areas
  }

  /// The object `rollout` of a summary.
  public var node: JSONNode {
    func counts(_ values: [Int]) -> JSONNode { .array(values.map { .int(Int64($0)) }) }
    return .object([
      ("month_ends", .array(monthEnds.map { .string($0) })),
      (
        "areas",
        .array(
          areas.map { area in
            .object([
              ("name", .string(area.name)), ("modules", .int(Int64(area.modules))),
              ("installed", counts(area.installed)), ("fixed", counts(area.fixed)),
            ])
          })
      ),
    ])
  }
}
