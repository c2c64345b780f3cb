import AMRSimulation

/// What a run will cost, told before it starts: about, from what runs of `duquesne-1998` and of a
/// hundredth of it over 15 years took (`Benchmarks/README.md`).
public struct RunCost: Sendable, Equatable {
  /// Modules × days that are still to be simulated.
  public let endpointDays: Int
  /// Wall time on the processors that work.
  public let seconds: Double
  /// Of the store and the bills on the disk, all days of the run included.
  public let bytes: Int

  /// Processor time to evaluate one day of one link on demand.
  private static let secondsPerLinkDay = 1.1e-6
  /// Processor time to decide one arrival in a census.
  private static let secondsPerArrival = 5.0e-9
  /// Processor time of one endpoint-day besides: intake, validation, bills, counting.
  private static let secondsPerEndpointDay = 5.0e-6
  /// Time of one day besides, however few modules there are: files are flushed one after the other.
  private static let secondsPerDay = 0.08
  /// Of the tables, one row of `reads` and one of `daily` for each day, and others by month.
  private static let storeBytesPerEndpointDay = 11.0
  /// Of a line of a billing file.
  private static let bytesPerBill = 200.0

  /// - Parameters:
  ///   - links: of all collectors.
  ///   - daysDone: that need not be simulated any more.
  public init(
    _ scenario: Scenario, modules: Int, links: Int, order: EvaluationOrder, threads: Int,
    daysDone: Int = 0
  ) {
    let days = Double(max(0, scenario.days - daysDone))
    endpointDays = modules * max(0, scenario.days - daysDone)
    let secondsPerLinkDay =
      order == .census
      ? Self.secondsPerArrival * 86_400 / Double(scenario.endpoints.intervalS)
      : Self.secondsPerLinkDay
    let work =
      days * (Double(links) * secondsPerLinkDay + Double(modules) * Self.secondsPerEndpointDay)
    seconds = work / Double(max(1, threads)) + days * Self.secondsPerDay
    let all = Double(modules) * Double(scenario.days)
    bytes = Int(all * Self.storeBytesPerEndpointDay + all / 30.44 * Self.bytesPerBill)
  }
}
