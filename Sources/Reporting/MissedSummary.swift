import JSON5

/// Why reads are missing: every expected read is either there or has exactly one reason.
public struct MissedSummary: Sendable, Equatable {
  /// The reasons by their names in the file, in order of how near to a read they came, with how many
  /// (module, day) pairs each has cost.
  public var reasons: [(name: String, count: Int)] = []

  public init() {}

  public init(_ reasons: [(name: String, count: Int)]) { self.reasons = reasons }

  /// Reads that are missing.
  public var total: Int { reasons.reduce(0) { $0 + $1.count } }

  /// The object `missed_reads` of a summary.
  public var node: JSONNode {
    .object([("total", .int(Int64(total)))] + reasons.map { ($0.name, .int(Int64($0.count))) })
  }

  public static func == (left: MissedSummary, right: MissedSummary) -> Bool {
    left.reasons.elementsEqual(right.reasons) { $0 == $1 }
  }
}
