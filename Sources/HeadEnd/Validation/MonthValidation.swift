import Metering
import Parallel
import VEE

/// A month whose reads have been validated: what is to be stored of it.
struct ValidatedMonth: Sendable {
  /// Values of the days, by row of the endpoint.
  let grid: ReadGrid
  /// Days of the grid that are validated.
  let dayCount: Int
  /// What was stored beside first versions of receptions, for each day of the grid.
  let loads: [DayLoad]
  /// By row of the endpoint.
  var states: [EndpointState?] = []
  var counts: [ReadCounts] = []
  /// The value before the first day; −1 where there is none.
  var startValues: [Int64] = []
  var findings: [Finding] = []
  /// By day, then by row.
  var rejections: [[Rejection]] = []
  var overrides: [[DayOverride]] = []
}

extension ValidatedMonth {
  /// Validates the cells of a grid, endpoint by endpoint.
  ///
  /// - Parameters:
  ///   - previous: states as of the day before the grid, by row; empty for the first month.
  ///   - registryRows: of each endpoint, by row.
  static func validate(
    _ grid: ReadGrid, loads: [DayLoad], context: ValidationContext, previous: [EndpointState?],
    endpoints: [UInt32], registryRows: RegistryRanges, threads: Int
  ) async throws -> ValidatedMonth {
    let parts = try await parallelRanges(count: endpoints.count, threads: threads) { range in
      Part(
        grid, range, context: context, previous: previous, endpoints: endpoints,
        registryRows: registryRows)
    }
    var month = ValidatedMonth(grid: grid, dayCount: context.dayCount, loads: loads)
    month.states = Array(concatenating: parts.map(\.states))
    month.counts = Array(concatenating: parts.map(\.counts))
    month.startValues = Array(concatenating: parts.map(\.startValues))
    month.rejections = byDay(parts.flatMap(\.rejections), context.dayCount, \.day)
    month.overrides = byDay(parts.flatMap(\.overrides), context.dayCount, \.day)
    var changes: [LevelChange] = []
    for part in parts {
      changes += part.levelChanges.map { change in
        var change = change
        change.finding += month.findings.count
        return change
      }
      month.findings += part.findings
    }
    for (change, partner) in zip(changes, SwapSearch.partners(changes)) {
      guard let partner else { continue }
      month.findings[change.finding].flag = .swapped
      month.findings[change.finding].partner = endpoints[changes[partner].row]
    }
    return month
  }

  private static func byDay<Element>(
    _ elements: [Element], _ dayCount: Int, _ day: (Element) -> Int
  ) -> [[Element]] {
    var days = [[Element]](repeating: [], count: dayCount)
    for element in elements { days[day(element)].append(element) }
    return days
  }

  /// Some endpoints' month.
  private struct Part: Sendable {
    private(set) var states: [EndpointState?] = []
    private(set) var counts: [ReadCounts] = []
    private(set) var startValues: [Int64] = []
    let rejections: [Rejection]
    let overrides: [DayOverride]
    let findings: [Finding]
    let levelChanges: [LevelChange]

    init(
      _ grid: ReadGrid, _ range: Range<Int>, context: ValidationContext,
      previous: [EndpointState?], endpoints: [UInt32], registryRows: RegistryRanges
    ) {
      var month = EndpointMonth(context, grid)
      states.reserveCapacity(range.count)
      counts.reserveCapacity(range.count)
      startValues.reserveCapacity(range.count)
      for row in range {
        states.append(
          month.validate(
            row: row, endpoint: endpoints[row], rows: registryRows[row],
            state: previous.isEmpty ? nil : previous[row]))
        counts.append(month.counts)
        startValues.append(month.startValue ?? -1)
      }
      rejections = month.rejections
      overrides = month.exchanges
      findings = month.findings
      levelChanges = month.levelChanges
    }
  }
}

/// The rows of the registry that each endpoint has.
struct RegistryRanges: Sendable {
  /// Where each endpoint's rows start, and a last entry where they end.
  private let starts: [Int32]

  /// - Parameter registry: by ascending endpoint.
  init(_ registry: [ServicePoint]) {
    var starts: [Int32] = []
    for row in registry.indices
    where row == 0 || registry[row - 1].endpoint != registry[row].endpoint {
      starts.append(Int32(row))
    }
    self.starts = starts + [Int32(registry.count)]
  }

  var count: Int { starts.count - 1 }

  subscript(endpoint: Int) -> Range<Int> { Int(starts[endpoint])..<Int(starts[endpoint + 1]) }
}
