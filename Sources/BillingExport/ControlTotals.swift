import Metering

/// The counts and sums by which sender and receiver check that they hold the same batch.
///
/// The sums cannot overflow: a row adds less than 2^63.
public struct ControlTotals: Hashable, Sendable {
  public var verified = 0
  public var actual = 0
  public var customer = 0
  public var estimated = 0
  public var rejected = 0
  public var missing = 0
  /// Lines that carry a reason, whatever their quality.
  public var exceptions = 0
  /// Sum of all reads, billed or rejected, in counts.
  public var readSum: Int128 = 0
  public var electric: Int128 = 0
  public var gas: Int128 = 0
  public var water: Int128 = 0

  public init() {}

  /// Lines of the batch: every supply that is due has exactly one.
  public var expected: Int { billed + rejected + missing }

  /// Lines with consumption.
  public var billed: Int { verified + actual + customer + estimated }

  /// Sum of billed consumption, in the commodity's unit.
  public func consumption(of commodity: Commodity) -> Int128 {
    switch commodity {
    case .electric: electric
    case .gas: gas
    case .water: water
    }
  }

  mutating func add(consumption: Int64, of commodity: Commodity) {
    switch commodity {
    case .electric: electric += Int128(consumption)
    case .gas: gas += Int128(consumption)
    case .water: water += Int128(consumption)
    }
  }

  mutating func add(_ quality: Quality) {
    switch quality {
    case .verified: verified += 1
    case .actual: actual += 1
    case .customer: customer += 1
    case .estimated: estimated += 1
    case .rejected: rejected += 1
    case .missing: missing += 1
    }
  }

  mutating func add(_ line: Determinant, of commodity: Commodity) {
    add(line.quality)
    if line.reason != nil { exceptions += 1 }
    if let read = line.read { readSum += Int128(read.count) }
    if let consumption = line.consumption { add(consumption: consumption, of: commodity) }
  }

  /// The counts by their names in the manifest.
  var countsByName: [(name: String, count: Int)] {
    [
      ("expected", expected), ("verified", verified), ("actual", actual), ("customer", customer),
      ("estimated", estimated), ("missing", missing), ("rejected", rejected),
      ("exceptions", exceptions),
    ]
  }

  /// All counts and sums in words, for a message about two that differ.
  var summary: String {
    let sums = Commodity.allCases.map { "\(consumption(of: $0)) \($0.billingUnit)" }
    return "\(verified) verified, \(actual) actual, \(customer) customer, "
      + "\(estimated) estimated, \(rejected) rejected, \(missing) missing, "
      + "\(exceptions) exceptions, reads \(readSum), \(sums.joined(separator: ", "))"
  }
}
