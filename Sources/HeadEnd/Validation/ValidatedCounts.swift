import Metering
import VEE

/// What validation has made of a store so far, whoever ran it and in however many steps.
public struct ValidatedCounts: Sendable, Equatable {
  /// Endpoint-days whose value is an estimate.
  public internal(set) var estimated = 0
  /// Receptions that are rejected.
  public internal(set) var rejected = 0
  /// Findings by rule; one that lasts counts in every month.
  public internal(set) var findings: [VEEFlag: Int] = [:]
}

extension ReadStore {
  /// Adds up what validation has made of all months, month by month.
  ///
  /// - Parameter body: is given the findings of each month, in order of time; those of a month by
  ///   ascending endpoint and first day.
  public func validatedCounts(
    _ body: (_ findings: [EndpointFinding]) throws -> Void = { _ in }
  ) throws -> ValidatedCounts {
    var counts = ValidatedCounts()
    for file in files(of: .monthly) {
      let opened = try file.open()
      counts.estimated += Int(try opened.integers("days_estimated").reduce(0, +))
      counts.rejected += Int(try opened.integers("reads_rejected").reduce(0, +))
    }
    for file in files(of: .findings) {
      let findings = try FindingsTable.findings(file.open()).map { EndpointFinding($0.0) }
      for finding in findings { counts.findings[finding.rule, default: 0] += 1 }
      try body(findings)
    }
    return counts
  }
}
