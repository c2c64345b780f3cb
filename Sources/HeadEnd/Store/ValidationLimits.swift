import Checksums
import JSON5
import VEE

/// The limits of validation as the object `validation` of `store.json`, where a utility may change
/// them; those that it leaves out are the usual ones.
enum ValidationLimits {
  private struct Limit: Sendable {
    let name: String
    let range: ClosedRange<Int64>
    let get: @Sendable (VEERules) -> Int64
    let set: @Sendable (inout VEERules, Int64) -> Void
  }

  /// Those that act on reads of registers.
  private static let all: [Limit] = [
    Limit(
      name: "plausible_use_factor", range: 1...1000, get: { $0.plausibleUseFactor },
      set: { $0.plausibleUseFactor = $1 }),
    Limit(name: "low_percent", range: 0...100, get: { $0.lowPercent }, set: { $0.lowPercent = $1 }),
    Limit(
      name: "high_percent", range: 100...10_000, get: { $0.highPercent },
      set: { $0.highPercent = $1 }),
    Limit(
      name: "zero_days", range: 1...366, get: { Int64($0.zeroDays) },
      set: { $0.zeroDays = Int($1) }),
    Limit(
      name: "stuck_days", range: 1...366, get: { Int64($0.stuckDays) },
      set: { $0.stuckDays = Int($1) }),
    Limit(
      name: "stuck_counts", range: 1...100_000, get: { $0.stuckCounts },
      set: { $0.stuckCounts = $1 }),
    Limit(
      name: "no_read_days_monthly", range: 1...366, get: { Int64($0.noReadDaysMonthly) },
      set: { $0.noReadDaysMonthly = Int($1) }),
    Limit(
      name: "confirming_reads", range: 1...100, get: { Int64($0.confirmingReads) },
      set: { $0.confirmingReads = Int($1) }),
    Limit(
      name: "reference_days_min", range: 1...366, get: { Int64($0.referenceDaysMin) },
      set: { $0.referenceDaysMin = Int($1) }),
  ]

  static func node(_ rules: VEERules) -> JSONNode {
    .object(all.map { ($0.name, .int($0.get(rules))) })
  }

  /// - Parameter value: nil where the file says nothing of them.
  static func rules(_ value: JSON5Value?, path: String) throws(HeadEndError) -> VEERules {
    var rules = VEERules()
    guard let value else { return rules }
    guard let members = value.object else {
      throw .damagedStore("\(path): validation is no object; expected limits by name")
    }
    for member in members {
      guard let limit = all.first(where: { $0.name == member.key }) else {
        throw .damagedStore(
          "\(path): validation.\(member.key): unknown limit; expected "
            + all.map(\.name).joined(separator: ", "))
      }
      guard let number = member.value.integer, limit.range.contains(number) else {
        throw .damagedStore(
          "\(path): validation.\(member.key): expected a whole number from "
            + "\(limit.range.lowerBound) to \(limit.range.upperBound)")
      }
      limit.set(&rules, number)
    }
    return rules
  }

  /// A number, at least 0, that tells what validation goes by from others: the limits, and the read
  /// window in which endpoints of monthly service are expected.
  static func identity(_ settings: StoreSettings) -> Int64 {
    let window = "\(settings.windowBeforeDays) \(settings.windowAfterDays)"
    let hash = MurmurHash3.hash128(Array("\(node(settings.rules).compact) \(window)".utf8))
    return Int64(truncatingIfNeeded: hash & UInt128(Int64.max))
  }
}
