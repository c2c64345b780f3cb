import JSON5

/// Reads that were expected of something, and those of them that are there.
public struct ReadFigures: Sendable, Equatable {
  public var expected = 0
  public var read = 0

  public init(expected: Int = 0, read: Int = 0) {
    self.expected = expected
    self.read = read
  }

  /// Read ÷ expected, 0…1; nil where nothing was expected.
  public var rate: Double? { expected == 0 ? nil : Double(read) / Double(expected) }

  var node: JSONNode {
    .object([
      ("expected", .int(Int64(expected))), ("read", .int(Int64(read))),
      ("rate", rate.map { .double(rounded($0, 1e6)) } ?? .null),
    ])
  }
}

/// What vans did in a run: part of every summary where there are any.
public struct VanSummary: Sendable, Equatable {
  public var shifts = 0
  /// All of the way, to the depot and back included.
  public var kilometres = 0.0
  /// On the road.
  public var hours = 0.0
  public var costUSD = 0.0
  /// Rounds of a billing cycle that have ended.
  public var rounds = 0
  /// Modules that these rounds were to read, and those that a van has read.
  public var reads = ReadFigures()
  /// Why the others were not.
  public var missed = MissedSummary()
  /// Rounds that had not ended when the run did; their modules do not count.
  public var openRounds = 0

  public init() {}

  /// Nil where nothing was read.
  public var costPerReadUSD: Double? { reads.read == 0 ? nil : costUSD / Double(reads.read) }

  /// The object `vans` of a summary.
  public var node: JSONNode {
    .object([
      ("shifts", .int(Int64(shifts))), ("kilometres", .double(rounded(kilometres, 10))),
      ("hours", .double(rounded(hours, 10))), ("cost_usd", .double(rounded(costUSD, 100))),
      ("cost_per_read_usd", costPerReadUSD.map { .double(rounded($0, 1e4)) } ?? .null),
      ("rounds", .int(Int64(rounds))), ("reads", reads.node), ("missed", missed.node),
      ("rounds_open", .int(Int64(openRounds))),
    ])
  }
}

/// How an area of the territory is served.
public struct AreaSummary: Sendable, Equatable {
  /// Such as `C4`.
  public var name: String
  public var modules: Int
  /// At the end of the run.
  public var installed = 0
  /// Served by the fixed network at the end of the run.
  public var fixed = 0
  /// Reads of the fixed network, one for each module that it serves and day.
  public var daily = ReadFigures()
  /// Reads of vans, one for each module and round that has ended.
  public var monthly = ReadFigures()

  public init(name: String, modules: Int) {
    self.name = name
    self.modules = modules
  }

  var node: JSONNode {
    .object([
      ("name", .string(name)), ("modules", .int(Int64(modules))),
      ("installed", .int(Int64(installed))), ("fixed", .int(Int64(fixed))),
      ("daily", daily.node), ("monthly", monthly.node),
    ])
  }
}

/// Modules by their state at the end of a day: each is in exactly one.
public struct StateCounts: Sendable, Equatable {
  public var notInstalled = 0
  public var mobile = 0
  public var fixed = 0
  public var failed = 0

  public init() {}

  public var total: Int { notInstalled + mobile + fixed + failed }

  var members: [(String, JSONNode)] {
    [
      ("not_installed", .int(Int64(notInstalled))), ("mobile", .int(Int64(mobile))),
      ("fixed", .int(Int64(fixed))), ("failed", .int(Int64(failed))),
    ]
  }
}
